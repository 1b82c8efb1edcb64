import { z } from 'zod';
import { pruners } from '../../src/pruners/index.js';
import { parseConfig, type ConfigSource, type ParseResult } from '../../src/config/parse.js';

const nothing = { options: z.strictObject({}) };

/** Samplers of these tests, so that they do not change with the real ones. */
const samplers = { random: nothing, grid: nothing, tuned: { options: z.strictObject({ preset: z.enum(['a', 'b']).default('a'), startup: z.int().min(1).default(10) }) } };

export function parse(text: string, more: Partial<ConfigSource> = {}): ParseResult {
  return parseConfig({ text, path: 'noregret.yml', samplers, pruners, ...more });
}

/** A sound file of ours around the lines under test. */
export function ours(lines: string, parameters = '  lr: { min: 0.001, max: 0.1 }'): string {
  return `budget: { trials: 5 }\nmetric: { name: acc, goal: maximize }\ncommand: [python, train.py, "\${args}"]\nparameters:\n${parameters}\n${lines}\n`;
}

/** A sound W&B file around the lines under test. */
export function wandb(lines: string, parameters = '  lr: { min: 0.001, max: 0.1 }'): string {
  return `method: random\nmetric: { name: acc, goal: maximize }\nprogram: train.py\nparameters:\n${parameters}\n${lines}\n`;
}

export function problems(result: ParseResult, severity: 'error' | 'warning' | 'note' = 'error'): string[] {
  return result.diagnostics.filter((d) => d.severity === severity).map(({ line, column, code }) => `${line}:${column} ${code}`);
}

export function messages(result: ParseResult): string {
  return result.diagnostics.map(({ message, fix }) => `${message} | ${fix ?? ''}`).join('\n');
}
