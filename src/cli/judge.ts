import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { judgeText, judgeColumns } from '../compare/judge.js';
import { judgeAll, judgeAllText, type JudgeAllOptions, type PerMetric } from '../compare/judgeAll.js';
import { parseMargin } from '../compare/margin.js';
import { fewestPriorDegrees, type NoisePrior } from '../compare/moderate.js';
import { pairTableReader, type PairTable } from '../compare/pairTable.js';
import { joinSides, sideTableReader } from '../compare/sideTable.js';
import { failsJob } from '../compare/verdict.js';
import type { Margin } from '../model/config.js';
import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { createFloodGuard, keepYoungSpaceSmall } from '../platform/processMemory.js';
import { exitCodes, type CommonFlags } from './program.js';
import { printable, type Terminal } from './terminal.js';

interface Flags extends CommonFlags {
  readonly margin: string; readonly goal: string; readonly alpha: string; readonly looks: string; readonly metric: string; readonly resolution?: string;
  readonly unpaired?: boolean; readonly moreSeeds?: boolean; readonly folds?: string; readonly gate?: string; readonly prior?: string;
}

const maxBytes = 256 << 20;
const pieceBytes = 1 << 16;
/** Before the first look there is none: scripts find the fields all the same. */
const noEffect = { effect: null, low: null, high: null };

/** The gate on numbers from anywhere: rows of {seed, base, head}, sides without common seeds, or a file of each side. */
export async function run(terminal: Terminal, flags: Flags, args: readonly string[]): Promise<number> {
  const options = optionsOf(flags);
  const table = await readTable(terminal, args, options.unpaired === true);
  checkMethod(flags, table);
  const { margins: { all: margin }, goals: { all: goal }, priors, ...rest } = options;
  const [only] = table.metrics;
  if (only !== undefined && table.metrics.length === 1 && margin !== undefined && goal !== undefined && !namesMetrics(options)) {
    const result = judgeColumns(only, { ...rest, margin, goal, ...(priors?.all === undefined ? {} : { prior: priors.all }) }, table.ignored);
    terminal.stdout.write(flags.json === true ? `${JSON.stringify({ ...noEffect, ...result })}\n` : `${judgeText(result).map(printable).join('\n')}\n`);
    return failsJob(result.verdict, 'regression') ? exitCodes.verdict : exitCodes.ok;
  }
  const report = judgeAll(table, options);
  terminal.stdout.write(flags.json === true ? `${JSON.stringify({ ...report, metrics: report.metrics.map((one) => ({ ...noEffect, ...one })) })}\n` : `${judgeAllText(report).map(printable).join('\n')}\n`);
  return failsJob(report.verdict, 'regression') ? exitCodes.verdict : exitCodes.ok;
}

function namesMetrics({ margins, goals, priors, gated }: JudgeAllOptions): boolean {
  return gated !== undefined || margins.named.size + goals.named.size + (priors?.named.size ?? 0) > 0;
}

function optionsOf(flags: Flags): JudgeAllOptions {
  return {
    margins: perMetric(flags.margin, marginFlag), goals: perMetric(flags.goal, goalFlag),
    metric: flags.metric, alpha: numberFlag('--alpha', flags.alpha), looks: flags.looks.split(',').map((n) => numberFlag('--looks', n)),
    ...(flags.resolution === undefined ? {} : { resolution: numberFlag('--resolution', flags.resolution) }),
    ...(flags.gate === undefined ? {} : { gated: flags.gate.split(',').map((name) => name.trim()) }),
    ...(flags.folds === undefined ? {} : { foldRatio: foldRatio(flags.folds) }),
    ...(flags.prior === undefined ? {} : { priors: perMetric(flags.prior, priorFlag) }),
    unpaired: flags.unpaired === true, moreSeeds: flags.moreSeeds === true,
  };
}

/** `0.004`, or `accuracy=0.004,loss=1%`, or both: what has no name is for all others. */
function perMetric<T>(text: string, parse: (value: string) => T): PerMetric<T> {
  const parts = text.split(',').map((part) => /^(?:(.*)=)?([^=]*)$/s.exec(part.trim()) ?? []);
  const named = new Map(parts.flatMap(([, name, value]) => (name === undefined ? [] : [[name.trim(), parse(value ?? '')] as const])));
  const [all] = parts.filter(([, name]) => name === undefined).map(([, , value]) => parse(value ?? ''));
  return { named, ...(all === undefined ? {} : { all }) };
}

function marginFlag(text: string): Margin {
  const margin = parseMargin(text);
  if (margin !== undefined) return margin;
  if (text !== '' && Number(text.replace('%', '')) === 0) {
    throw new UserError('margin-zero', `--margin ${text} is no margin: to show that nothing at all was lost takes endless runs.`, { fix: 'Give the smallest decline that matters, e.g. 0.5%, or auto: 1.25 times the noise.' });
  }
  const unit = /^[\d.]+\s*([a-z]+)$/i.exec(text.trim())?.[1];
  if (unit !== undefined) throw new UserError('margin-invalid', `--margin ${text} is no margin: the unit ${unit} is not known here.`, { fix: 'Give the bare number, in the unit of the values in the file, or per cent of main (0.5%).' });
  throw new UserError('margin-invalid', `--margin ${text} is no margin.`, { fix: 'Give it in the metric\'s unit (0.004), in per cent of main (0.5%), or auto.' });
}

function goalFlag(text: string): Goal {
  if (text === 'minimize' || text === 'maximize') return text;
  throw new UserError('flag-invalid', `--goal ${text} is no direction.`, { fix: 'Give minimize or maximize, or one for each metric: accuracy=maximize,loss=minimize.' });
}

/** `1/9` or `1000/9000`: sizes of the test and the training part of a resplit. */
function foldRatio(text: string): number {
  const [test, train, more] = text.split('/').map(Number);
  if (test !== undefined && train !== undefined && more === undefined && test > 0 && train > 0 && Number.isFinite(test / train)) return test / train;
  throw new UserError('flag-invalid', `--folds ${text} is no ratio.`, { fix: 'Give n_test/n_train, e.g. 1/9 for ten folds.' });
}

/** `0.004/12`: standard deviation of one paired difference when nothing changed, and the degrees of freedom behind it. */
function priorFlag(text: string): NoisePrior {
  const [sd, df, more] = text.split('/').map(Number);
  if (sd === undefined || df === undefined || more !== undefined || !(sd > 0) || !Number.isFinite(sd) || !Number.isInteger(df)) {
    throw new UserError('flag-invalid', `--prior ${text} is no known noise.`, { fix: 'Give its standard deviation and its degrees of freedom, e.g. 0.004/12; `noregret aa` measures both.' });
  }
  if (df < fewestPriorDegrees) throw new UserError('flag-invalid', `--prior ${text} rests on ${df} degrees of freedom; below ${fewestPriorDegrees} it would be a guess that decides.`, { fix: 'Measure more seeds first (noregret aa), or leave out --prior.' });
  return { sd, df };
}

function numberFlag(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new UserError('flag-invalid', `${flag} ${text} is no number.`, { fix: `See: noregret judge --help` });
  return value;
}

function checkMethod(flags: Flags, { metrics }: PairTable): void {
  const isUnpaired = flags.unpaired === true || metrics.some(({ seeds }) => seeds === undefined);
  const refuse = (flag: string, why: string): never => {
    throw new UserError('flags-conflict', `${flag} ${why}`, { fix: flags.unpaired === true ? `Leave out ${flag} or --unpaired.` : `Add a column seed, or leave out ${flag}.` });
  };
  if (isUnpaired && flags.moreSeeds === true) refuse('--more-seeds', 'needs pairs: without them all runs are judged once.');
  if (isUnpaired && flags.folds !== undefined) refuse('--folds', 'needs pairs: the same resplit on both sides.');
  for (const other of [isUnpaired ? '--unpaired' : undefined, flags.moreSeeds === true ? '--more-seeds' : undefined, flags.folds === undefined ? undefined : '--folds']) {
    if (flags.prior !== undefined && other !== undefined) throw new UserError('flags-conflict', `--prior does not go with ${other === '--unpaired' ? 'sides without pairs' : other}: its levels are calibrated for pairs looked at after fixed numbers.`, { fix: 'Leave out one of them.' });
  }
  if (flags.moreSeeds === true && flags.folds !== undefined) throw new UserError('flags-conflict', '--more-seeds and --folds do not go together: the correction for resplits is known for fixed looks only.', { fix: 'Leave out one of them.' });
}

/** Piece by piece, so that a million rows need little more room than their numbers. */
async function readTable(terminal: Terminal, [first = '', second]: readonly string[], isUnpaired: boolean): Promise<PairTable> {
  keepYoungSpaceSmall();
  if (second === undefined) {
    const reader = pairTableReader();
    await readInto(terminal, first, (text) => { reader.push(text); });
    return reader.end();
  }
  const [base, head] = [sideTableReader(), sideTableReader()];
  await readInto(terminal, first, (text) => { base.push(text); });
  await readInto(terminal, second, (text) => { head.push(text); });
  return joinSides(base.end(), head.end(), isUnpaired);
}

async function readInto(terminal: Terminal, path: string, push: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let bytes = 0;
  const source = path === '-' ? collected(terminal.stdin) : piecesOf(resolve(terminal.cwd, path));
  for await (const chunk of readable(source, path)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new UserError('file-too-large', `${path === '-' ? 'Standard input' : path} has more than ${maxBytes} bytes.`, { fix: 'One row for each seed is enough.' });
    push(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
  }
  push(decoder.decode());
}

/** Every piece comes in the same buffer: fresh ones would pile up until V8 collects them. */
async function* piecesOf(path: string): AsyncIterable<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = new Uint8Array(pieceBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function* collected(source: AsyncIterable<string | Uint8Array>): AsyncIterable<string | Uint8Array> {
  const collectSpent = createFloodGuard();
  for await (const chunk of source) {
    collectSpent(chunk.length);
    yield chunk;
  }
}

/** The system's own words name a call and the whole path again. */
function unreadable(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  return error instanceof Error ? error.message : String(error);
}

async function* readable(source: AsyncIterable<string | Uint8Array>, path: string): AsyncIterable<string | Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('file-unreadable', `Cannot read ${path}: ${unreadable(error)}`, { fix: 'Give a CSV or JSON-lines file with the columns seed, base and head, a file of each side, or - for standard input.', cause: error });
  }
}
