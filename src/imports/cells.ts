import { UserError } from '../model/errors.js';
import type { ParamValue } from '../model/params.js';
import type { ForeignState } from './foreign.js';
import { parsePythonLiteral } from '../model/pythonLiteral.js';
import { own } from '../model/own.js';
import { noSeed } from '../model/study.js';

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const nonFinite: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, '+inf': Infinity, '-inf': -Infinity, infinity: Infinity, '-infinity': -Infinity };
const words: Readonly<Record<string, ParamValue>> = { True: true, False: false, true: true, false: false, None: null, null: null };

/** A cell as a parameter's value: a number, a word of Python or JSON, a list or map that Python printed, else its text. */
export function cellValue(text: string): ParamValue {
  if (numeric.test(text)) return Number(text);
  if (Object.hasOwn(words, text)) return words[text] ?? null;
  if (/^[[({]|^(OrderedDict|np\.|numpy\.)/.test(text)) return parsePythonLiteral(text) ?? text;
  return text;
}

/** A cell as a metric's value: empty = none. UserError `cell-no-number` naming place and column. */
export function cellNumber(text: string, at: { readonly file: string; readonly line: number; readonly column: string }): number | undefined {
  const bare = text.trim();
  if (bare === '') return undefined;
  if (numeric.test(bare)) return Number(bare);
  const special = own(nonFinite, bare.toLowerCase());
  if (special !== undefined) return special;
  throw new UserError('cell-no-number', `${at.file}: line ${at.line}: ${at.column} should be a number, and is ${JSON.stringify(bare.slice(0, 60))}.`, { fix: 'Correct the cell; leave it empty where there is no value.' });
}

/** A cell as a seed, `noSeed` where it is empty. UserError `seed-invalid`: of words and fractions nobody could tell which are the same. */
export function cellSeed(text: string, at: { readonly file: string; readonly line: number; readonly column: string }): number {
  const bare = text.trim();
  if (bare === '') return noSeed;
  const seed = numeric.test(bare) ? Number(bare) : Number.NaN;
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new UserError('seed-invalid', `${at.file}: line ${at.line}: ${at.column} should be a seed, a whole number from 0 on, and is ${JSON.stringify(bare.slice(0, 60))}.`, { fix: 'Correct the cell; leave it empty where there is no seed.' });
}

const stateWords: Readonly<Record<string, ForeignState>> = {
  complete: 'complete', completed: 'complete', finished: 'complete', success: 'complete', succeeded: 'complete', ok: 'complete', done: 'complete', terminated: 'complete',
  pruned: 'pruned', stopped: 'pruned', earlystopped: 'pruned', 'early stopped': 'pruned',
  failed: 'failed', fail: 'failed', failure: 'failed', crashed: 'failed', error: 'failed', killed: 'failed', invalid: 'failed', broken: 'failed',
  infeasible: 'infeasible', running: 'running', pending: 'waiting', waiting: 'waiting', queued: 'waiting', preempted: 'running', preempting: 'running',
};

/** How a trial ended, by the words that tools use. UserError `state-unknown`. */
export function stateOf(word: string, at: { readonly file: string; readonly line: number }): ForeignState {
  const found = own(stateWords, word.trim().toLowerCase().replace(/^.*\./, ''));
  if (found !== undefined) return found;
  throw new UserError('state-unknown', `${at.file}: line ${at.line}: the state ${JSON.stringify(word.slice(0, 60))} is unknown.`, { fix: `Use one of ${[...new Set(Object.values(stateWords))].join(', ')}.` });
}
