import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { judge, judgeText } from '../compare/judge.js';
import { parseMargin } from '../compare/margin.js';
import { failsJob } from '../compare/verdict.js';
import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { exitCodes, type CommonFlags } from './program.js';
import { printable, type Terminal } from './terminal.js';

interface Flags extends CommonFlags { readonly margin: string; readonly goal: Goal; readonly alpha: string; readonly looks: string; readonly metric: string; readonly resolution?: string }

const maxBytes = 64 << 20;
/** Before the first look there is none: scripts find the fields all the same. */
const noEffect = { effect: null, low: null, high: null };

/** The gate on numbers from anywhere: rows of {seed, base, head}. */
export async function run(terminal: Terminal, flags: Flags, args: readonly string[]): Promise<number> {
  const margin = parseMargin(flags.margin);
  if (margin === undefined) throw new UserError('margin-invalid', `--margin ${flags.margin} is no margin.`, { fix: 'Give it in the metric\'s unit (0.004), in per cent of main (0.5%), or auto.' });
  const text = args[0] === '-' ? await readStream(terminal) : await readInput(resolve(terminal.cwd, args[0] ?? ''));
  const result = judge(text, {
    margin, goal: flags.goal, metric: flags.metric, alpha: numberFlag('--alpha', flags.alpha), looks: flags.looks.split(',').map((n) => numberFlag('--looks', n)),
    ...(flags.resolution === undefined ? {} : { resolution: numberFlag('--resolution', flags.resolution) }),
  });
  terminal.stdout.write(flags.json === true ? `${JSON.stringify({ ...noEffect, ...result })}\n` : `${judgeText(result).map(printable).join('\n')}\n`);
  return failsJob(result.verdict, 'regression') ? exitCodes.verdict : exitCodes.ok;
}

function numberFlag(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new UserError('flag-invalid', `${flag} ${text} is no number.`, { fix: `See: noregret judge --help` });
  return value;
}

async function readInput(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError('file-unreadable', `Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, { fix: 'Give a CSV or JSON-lines file with the columns seed, base and head, or - for standard input.', cause: error });
  }
}

async function readStream(terminal: Terminal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of terminal.stdin) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > maxBytes) throw new UserError('file-too-large', `Standard input has more than ${maxBytes} bytes.`, { fix: 'One row for each seed is enough.' });
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
