import { lrRange } from '../app/lrRange.js';
import { narrowParameter, type Narrowed } from '../config/narrowParameter.js';
import type { RateRange } from '../math/lrRange.js';
import { UserError } from '../model/errors.js';
import type { LrRangeResult } from '../model/guide.js';
import { lrRangeDocument } from '../report/guide/lrRange.js';
import { apply, snippetOf } from './guideApply.js';
import { tellGuide, timeoutFlag, wholeFlag, withGuideStudy, type GuideFlags, type GuideStudy } from './guideStudy.js';
import { exitCodes } from './program.js';
import type { Terminal } from './terminal.js';

interface Flags extends GuideFlags { readonly parameter?: string; readonly start: string; readonly end: string; readonly steps: string; readonly loss?: string; readonly apply?: boolean }

/** Five hundred iterations of anything that can be tuned. */
const defaultTimeoutMs = 60 * 60_000;

/** Smith's range test of the working tree; exits with 1 when it found no rate. */
export async function run(terminal: Terminal, flags: Flags): Promise<number> {
  const range = rangeOf(flags);
  const timeoutMs = timeoutFlag(flags.timeout, defaultTimeoutMs);
  return await withGuideStudy(terminal, flags, async (study) => {
    const { context, progress } = study;
    const result = await lrRange(context, {
      range, timeoutMs, ...(flags.parameter === undefined ? {} : { parameter: flags.parameter }), ...(flags.loss === undefined ? {} : { loss: flags.loss }),
      onPoint: (done) => { progress.progress({ study: context.config.name, stage: 'lr-range', done: Math.min(done, range.steps - 1), of: range.steps, running: 1, slots: 1 }); },
    });
    const narrowed = narrowing(study, result);
    await tellGuide(terminal, study, {
      name: 'lr-range', document: lrRangeDocument(result, snippetOf(narrowed)), data: result,
      json: flags.json === true, keep: result.finding.kind !== 'cancelled',
    });
    if (result.finding.kind !== 'found') return exitCodes.verdict;
    await apply(terminal, study, { narrowed, parameter: result.parameter, isAsked: flags.apply === true });
    return exitCodes.ok;
  });
}

function rangeOf({ start, end, steps }: Flags): RateRange {
  const range = { start: rateFlag('--start', start, '1e-5'), end: rateFlag('--end', end, '10'), steps: wholeFlag('--steps', steps, 50) };
  if (range.start < range.end) return range;
  throw new UserError('flag-invalid', `--start ${start} is not below --end ${end}.`, { fix: 'The rate rises: --start 1e-5 --end 10.' });
}

function rateFlag(flag: string, text: string, example: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new UserError('flag-invalid', `${flag} ${text} is no learning rate.`, { fix: `Write a number above 0, e.g. ${flag} ${example}.` });
}

function narrowing({ context, text }: GuideStudy, { finding, parameter }: LrRangeResult): Narrowed | undefined {
  const found = context.config.space.parameters.find(({ name }) => name === parameter);
  if (finding.kind !== 'found' || found === undefined) return undefined;
  const two = (value: number): number => Number(value.toPrecision(2));
  return narrowParameter(text, found, { low: two(finding.low), high: two(finding.high), suggested: two(finding.suggested) });
}
