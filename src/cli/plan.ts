import { resolve } from 'node:path';
import { markdownTable } from 'markdown-table';
import { parseMargin } from '../compare/margin.js';
import { detectionRow, looksToCompare, type DetectionRow } from '../compare/plan.js';
import { parseConfig } from '../config/parse.js';
import { mean, standardDeviation } from '../math/describe.js';
import type { Margin, StudyConfig } from '../model/config.js';
import { UserError } from '../model/errors.js';
import { formatNumber, formatShare } from '../model/numberFormat.js';
import type { StudyRecord } from '../model/record.js';
import { createClock } from '../platform/clock.js';
import { findConfigFiles, readConfigFile } from '../platform/configFiles.js';
import { pruners } from '../pruners/index.js';
import { samplers } from '../samplers/index.js';
import { readHistory } from './compare.js';
import { createProgress } from './progress.js';
import { exitCodes, type CommonFlags } from './program.js';
import { openStateDir } from './state.js';
import { printable, type Terminal } from './terminal.js';

interface Flags extends CommonFlags {
  readonly noise?: string; readonly margin?: string; readonly alpha?: string; readonly looks?: string; readonly pairs?: string;
  readonly config?: string; readonly history?: string; readonly branch: string;
}

/** Numbers in the metric's unit, or all of them in per cent of main. `metric` as people should read it. */
interface Question { readonly metric: string; readonly noise: number; readonly noiseFrom: string; readonly margin: number; readonly unit: '' | '%'; readonly alpha: number; readonly looks: readonly number[]; readonly resolution?: number; /** Mean on main, where per cent of it mean something. */ readonly centre?: number }

/** Where nothing else is said: as a study file has them. */
const usual = { alpha: 0.05, looks: [3, 5, 7, 10] };

/** What a budget of pairs can detect, before any of it is spent. */
export async function run(terminal: Terminal, flags: Flags): Promise<number> {
  const question = flags.noise === undefined ? await questionOfStudy(terminal, flags) : questionOfFlags(flags.noise, flags);
  const pairs = flags.pairs === undefined ? undefined : wholeFlag('--pairs', flags.pairs);
  const { alpha, margin, noise, resolution = 0 } = question;
  const rows = looksToCompare(question.looks, pairs).map((looks) => detectionRow({ alpha, looks, margin, resolution }, noise));
  if (flags.json === true) terminal.stdout.write(`${JSON.stringify({ ...question, rows })}\n`);
  else terminal.stdout.write(`${planText(question, rows).map(printable).join('\n')}\n`);
  return exitCodes.ok;
}

function planText(question: Question, rows: readonly DetectionRow[]): readonly string[] {
  const amount = (x: number, digits = 2): string => `${formatNumber(x, digits)}${question.unit === '%' ? ' %' : ''}`;
  const { metric, noise, margin } = question;
  const sentences = rows.map(({ pairs, detectable }) => (detectable === undefined
    ? `With ${pairs} pairs no decline of ${metric} is caught nine times in ten.`
    : `With ${pairs} pairs you will catch a drop of ${amount(detectable)}${shareOfMain(question, detectable)} of ${metric} nine times in ten.`));
  const header = ['looks after pairs', 'runs at most', 'caught 9 times in 10', 'a decline of the margin is caught', 'if nothing changed: passes', 'inconclusive', 'pairs on average'];
  const cells = rows.map((row) => [
    row.looks.join(', '), String(2 * row.pairs), row.detectable === undefined ? 'none' : amount(row.detectable), formatShare(row.caughtAtMargin),
    formatShare(row.passed), formatShare(row.inconclusive), row.usualPairs.toFixed(1),
  ]);
  return [
    `Noise of one paired difference ${amount(noise, 3)} (${question.noiseFrom}), margin ${amount(margin, 3)} = ${formatNumber(margin / noise, 2)} × noise, alpha ${question.alpha} per claim.`,
    ...sentences, '', ...markdownTable([header, ...cells]).split('\n'), '',
    'Shares by simulation of 1000 runs of the gate (give or take 3 points). On a pull request a decline is repeated on fresh seeds before it is called a regression.',
  ];
}

/** " (0.8 %)", where the metric is far from zero (as for a margin in per cent). */
function shareOfMain({ centre }: Question, drop: number): string {
  return centre === undefined ? '' : ` (${formatNumber((100 * drop) / Math.abs(centre), 2)} %)`;
}

function questionOfFlags(noiseText: string, flags: Flags): Question {
  const noise = parseMargin(noiseText);
  if (noise === undefined || noise.kind === 'auto') throw new UserError('flag-invalid', `--noise ${noiseText} is no standard deviation above zero.`, { fix: 'Give it in the metric\'s unit (0.004) or in per cent of main (0.4%).' });
  const margin = marginFlag(flags.margin ?? 'auto');
  if (margin.kind !== 'auto' && margin.kind !== noise.kind) throw new UserError('plan-units', `--noise ${noiseText} and --margin ${flags.margin ?? ''} are in different units.`, { fix: 'Give both in the metric\'s unit, or both in per cent of main.' });
  return {
    metric: 'the metric', noise: noise.value, noiseFrom: 'given', margin: margin.kind === 'auto' ? 1.25 * noise.value : margin.value, unit: noise.kind === 'percent' ? '%' : '',
    ...designOf(flags, usual),
  };
}

function designOf(flags: Flags, from: { readonly alpha: number; readonly looks: readonly number[] }): { readonly alpha: number; readonly looks: readonly number[] } {
  return {
    alpha: flags.alpha === undefined ? from.alpha : Number(flags.alpha),
    looks: flags.looks === undefined ? from.looks : flags.looks.split(',').map((n) => wholeFlag('--looks', n)),
  };
}

async function questionOfStudy(terminal: Terminal, flags: Flags): Promise<Question> {
  const config = await studyConfig(terminal, flags);
  const { metric, verdict } = config;
  if (metric === undefined) throw new UserError('plan-noise', `${config.path} names no metric.`, { fix: 'Add metric.name to it, or give --noise.' });
  const clock = createClock();
  const progress = createProgress(terminal, { quiet: true, now: () => clock.now() });
  const store = readHistory({ cwd: terminal.cwd, env: terminal.env, stateDir: await openStateDir(terminal.cwd), progress, branch: flags.branch, ...(flags.history === undefined ? {} : { directory: resolve(terminal.cwd, flags.history) }) });
  const records = (await store.read(config.name)).filter((record) => record.metric.name === metric.name);
  const found = noiseOf(records);
  if (found === undefined) throw new UserError('plan-noise', `Nothing in ${store.description} says how much ${metric.name} scatters between seeds.`, { fix: 'Give --noise: the standard deviation of head - base at the same seed, or √2 times that of main between seeds.' });
  const margin = flags.margin === undefined ? metric.margin : marginFlag(flags.margin);
  const value = margin.kind === 'auto' ? records.at(-1)?.margin ?? 1.25 * found.noise : margin.kind === 'absolute' ? margin.value : (Math.abs(found.centre) * margin.value) / 100;
  return {
    metric: metric.name, noise: found.noise, noiseFrom: found.from, margin: value, unit: '', ...designOf(flags, verdict),
    ...(metric.resolution === undefined ? {} : { resolution: metric.resolution }),
    ...(Math.abs(found.centre) >= 10 * found.noise ? { centre: found.centre } : {}),
  };
}

async function studyConfig({ cwd }: Terminal, flags: Flags): Promise<StudyConfig> {
  const [path] = await findConfigFiles(cwd, flags.config);
  const config = path === undefined ? undefined : parseConfig({ path, text: await readConfigFile(cwd, path), samplers, pruners }).config;
  if (config !== undefined) return config;
  throw new UserError('plan-noise', path === undefined ? 'There is no study file here, and no --noise.' : `${path} is not valid.`, { fix: path === undefined ? 'Give --noise, e.g. noregret plan --noise 0.4% --margin 0.5%' : `See: noregret check -c ${path}` });
}

/** The pairs of pushes where there were any, else the seeds of the newest record: two independent runs differ by √2 times their spread. */
function noiseOf(records: readonly StudyRecord[]): { readonly noise: number; readonly centre: number; readonly from: string } | undefined {
  const last = records.at(-1);
  if (last === undefined) return undefined;
  const values = last.canonical.flatMap((one) => one.metrics[last.metric.name] ?? []);
  const centre = mean(values) ?? 0;
  if (last.noise !== undefined && last.noise.df > 0 && last.noise.sd > 0) return { noise: last.noise.sd, centre, from: `from the history, ${last.noise.df} degrees of freedom` };
  const sd = standardDeviation(values);
  return sd === undefined || sd === 0 ? undefined : { noise: Math.SQRT2 * sd, centre, from: `from ${values.length} seeds of ${last.sha.slice(0, 10)}, as if pairing gained nothing` };
}

function marginFlag(text: string): Margin {
  const margin = parseMargin(text);
  if (margin === undefined) throw new UserError('margin-invalid', `--margin ${text} is no margin.`, { fix: 'Give it in the metric\'s unit (0.004), in per cent of main (0.5%), or auto.' });
  return margin;
}

function wholeFlag(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 3 && value <= 100) return value;
  throw new UserError('flag-invalid', `${flag} ${text} is no number of pairs.`, { fix: 'Give whole numbers from 3 to 100.' });
}
