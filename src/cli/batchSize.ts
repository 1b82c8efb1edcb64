import { batchSize } from '../app/batchSize.js';
import { narrowParameter, type Narrowed } from '../config/narrowParameter.js';
import type { BatchSizeResult } from '../model/guide.js';
import { batchSizeDocument } from '../report/guide/batchSize.js';
import { apply, snippetOf } from './guideApply.js';
import { tellGuide, timeoutFlag, wholeFlag, withGuideStudy, type GuideFlags, type GuideStudy } from './guideStudy.js';
import { exitCodes } from './program.js';
import type { Terminal } from './terminal.js';

interface Flags extends GuideFlags {
  readonly parameter?: string; readonly start: string; readonly limit: string; readonly warmup: string; readonly steps: string;
  readonly exact?: boolean; readonly loss?: string; readonly apply?: boolean;
}

/** Start of a program and a few steps; a program that has not reported by then is asked for more time. */
const defaultTimeoutMs = 5 * 60_000;

/** The largest batch of the working tree's program; exits with 1 when not even one example fits, or something else is wrong. */
export async function run(terminal: Terminal, flags: Flags): Promise<number> {
  const request = {
    start: wholeFlag('--start', flags.start, 1), limit: wholeFlag('--limit', flags.limit, 1), warmup: wholeFlag('--warmup', flags.warmup, 1), steps: wholeFlag('--steps', flags.steps, 1),
    exact: flags.exact === true, timeoutMs: timeoutFlag(flags.timeout, defaultTimeoutMs),
    ...(flags.parameter === undefined ? {} : { parameter: flags.parameter }), ...(flags.loss === undefined ? {} : { loss: flags.loss }),
  };
  return await withGuideStudy(terminal, flags, async (study) => {
    const { progress, context } = study;
    const result = await batchSize(context, { ...request, onRun: ({ size, fits, stable }) => { progress.line(`${context.config.name}: ${size} ${!fits ? 'does not fit' : stable ? 'fits' : 'fits, but training is unstable'}`); } });
    const narrowed = narrowing(study, result);
    await tellGuide(terminal, study, {
      name: 'batch-size', document: batchSizeDocument(result, snippetOf(narrowed)), data: result,
      json: flags.json === true, keep: !result.cancelled,
    });
    if (result.suggested === undefined) return exitCodes.verdict;
    await apply(terminal, study, { narrowed, parameter: result.parameter, isAsked: flags.apply === true });
    return exitCodes.ok;
  });
}

/** Sizes that do not fit leave the space; what fits may be searched, whatever is suggested. */
function narrowing({ context, text }: GuideStudy, { largest, suggested, parameter }: BatchSizeResult): Narrowed | undefined {
  const found = context.config.space.parameters.find(({ name }) => name === parameter);
  if (found === undefined || largest === undefined || suggested === undefined) return undefined;
  if (found.distribution.name === 'constant') return { why: `${parameter} has one value, ${JSON.stringify(found.distribution.value)}: set it by hand` };
  return narrowParameter(text, found, { low: -Infinity, high: largest, suggested });
}
