import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Report } from '../../src/model/comparison.js';
import { ended, json, type, type Typed } from '../cli/desk.js';

export interface Program {
  /** Body of a POSIX shell script; the first trial of a search is 0. */
  readonly script: string;
  readonly executable?: boolean;
  readonly command?: string;
  /** Further keys of `budget`. */
  readonly budget?: string;
  readonly trials?: number;
}

export function put(dir: string, path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

/** A study whose trial is a few lines of shell. */
export function program(dir: string, { script, executable = true, command = '[./train.sh]', budget = '', trials = 3 }: Program): void {
  put(dir, 'train.sh', `#!/bin/sh\n${script}\n`);
  chmodSync(join(dir, 'train.sh'), executable ? 0o755 : 0o644);
  put(dir, 'noregret.yml', `name: odd
metric: { name: acc, goal: maximize, margin: 0.01 }
parameters: { x: { values: [1, 2, 3, 4, 5, 6] } }
method: grid
command: ${command}
budget: { trials: ${trials}${budget === '' ? '' : `, ${budget}`} }
verdict: { rescore: 0 }
`);
}

export interface Tuned extends Typed { readonly report: Report; readonly log: string }

/** Tunes; a person's text and the report behind it. */
export async function tuned(dir: string, code: number, ...flags: readonly string[]): Promise<Tuned> {
  const typed = ended(await type(dir, ['tune', ...flags]), code);
  const report = json<Report>(await type(dir, ['report', '--json']));
  return { ...typed, report, log: readFileSync(join(dir, '.noregret', 'odd', 'study.jsonl'), 'utf8') };
}

/** Finished measurements in a log, as text. */
export function finished(log: string): string[] {
  return log.split('\n').filter((line) => line.startsWith('{"type":"finished"'));
}

/** Everything below a folder that is called like a study log. */
export function logsBelow(dir: string): string {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('study.jsonl')).map((name) => readFileSync(join(dir, name), 'utf8')).join('');
}
