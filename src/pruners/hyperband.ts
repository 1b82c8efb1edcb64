import { z } from 'zod';
import type { Pruner, StudyView } from '../model/ports.js';
import type { PrunerBracket } from '../model/prunerBracket.js';
import { isOutAtRung, rungTable, type ashaOptions } from './asha.js';
import { kerasBrackets, largestPower, paperBrackets } from '../math/brackets.js';
import { halving } from './halving.js';
import { partsOfARun, resource } from './resource.js';
import { wandbBands, wandbHyperband } from './wandbHyperband.js';

const modes = ['paper', 'keras-tuner', 'async', 'wandb'] as const;

export const hyperbandOptions = z.strictObject({
  mode: z.enum(modes).optional().describe('`paper` and `keras-tuner`: synchronous brackets of that source; `async`: brackets of asynchronous halving, where nothing is taken up again; `wandb`: as Weights & Biases stops runs. `wandb` where min_iter or max_iter is given, else `paper`.'),
  max_resource: z.number().positive().optional().describe('R: a full run; 81 unless given, 1 for `fraction`. Modes but `wandb`.'),
  min_resource: z.number().positive().default(1).describe('No rung lies below it; `fraction` needs one below 1, e.g. 0.04. Modes but `wandb`.'),
  eta: z.number().gt(1).default(3).describe('Each rung is so many times the one before, and keeps one of so many trials.'),
  min_iter: z.int().min(1).optional().describe('W&B: first band.'),
  max_iter: z.int().optional().describe('W&B: a full run; wins over min_iter, needs s.'),
  s: z.number().optional().describe('W&B: number of bands below max_iter.'),
  strict: z.boolean().default(true).describe('W&B: judged by the value at the band; false: by the best so far.'),
  resource,
}).superRefine((options, context) => {
  const fault = faultOf(options);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault.message, path: [fault.key] });
  if (modeOf(options) !== 'wandb') partsOfARun('min_resource')(options, context);
});
type HyperbandOptions = z.output<typeof hyperbandOptions>;

function modeOf({ mode, min_iter: least, max_iter: most }: Pick<HyperbandOptions, 'mode' | 'min_iter' | 'max_iter'>): (typeof modes)[number] {
  return mode ?? (least === undefined && most === undefined ? 'paper' : 'wandb');
}

function faultOf(options: HyperbandOptions): { readonly key: string; readonly message: string } | undefined {
  const { min_iter: least, max_iter: most, s, eta } = options;
  if (modeOf(options) !== 'wandb') return bracketFault(options);
  if (options.resource !== 'step') return { key: 'resource', message: 'must be left out beside keys of W&B: its rule counts logged values' };
  if (most === undefined) return least === undefined ? { key: 'min_iter', message: 'must be given, or max_iter and s' } : undefined;
  if (s === undefined) return { key: 's', message: 'must be given beside max_iter' };
  return wandbBands({ max_iter: most, s, eta }).length === 0 ? { key: 'max_iter', message: `leaves no band: max_iter / eta is below 1, or s is 0` } : undefined;
}

function bracketFault(options: HyperbandOptions): { readonly key: string; readonly message: string } | undefined {
  const { eta, min_resource: least, resource: counted } = options;
  if (!Number.isInteger(eta)) return { key: 'eta', message: 'must be a whole number' };
  const isForOthers = counted === 'fraction' && least >= 1;
  if (isForOthers || largestPower(fullRun(options) / least, eta) > 0) return undefined;
  const key = options.max_resource === undefined ? 'min_resource' : 'max_resource';
  return { key, message: `which leaves a single rung, at which nothing is stopped: max_resource (${fullRun(options)}) must be at least eta (${eta}) times min_resource (${least})` };
}

function fullRun({ max_resource: most, resource: counted }: HyperbandOptions): number {
  return most ?? (counted === 'fraction' ? 1 : 81);
}

/** Hyperband by the exact tables of its sources; which one, `mode` says. */
export function hyperband(options: HyperbandOptions): Pruner {
  const { min_resource: least, eta, resource: counted } = options;
  const most = fullRun(options);
  switch (modeOf(options)) {
    case 'paper': return halving('hyperband', () => paperBrackets(most, eta, least), { resource: counted });
    case 'keras-tuner': return halving('hyperband', () => kerasBrackets(most, eta, least), { resource: counted });
    case 'async': return asyncHyperband(options);
    case 'wandb': return wandbHyperband(options);
  }
}

/**
 * Each trial belongs to a bracket by its number, in the shares of Optuna's HyperbandPruner; inside a bracket, `asha`.
 * The golden ratio spreads the brackets evenly over any stretch of numbers.
 */
function asyncHyperband(options: HyperbandOptions): Pruner {
  const { min_resource: least, eta, resource: counted } = options;
  const most = fullRun(options);
  const top = largestPower(most / least, eta);
  const sizes = Array.from({ length: top + 1 }, (_, skipped) => Math.ceil(((top + 1) * eta ** (top - skipped)) / (top - skipped + 1)));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const bracketOf = (number: number): number => {
    let left = ((number * 0.6180339887498949) % 1) * all;
    return sizes.findIndex((size) => (left -= size) < 0);
  };
  const optionsOf = (skipped: number): z.output<typeof ashaOptions> => ({ min_resource: least, max_resource: most, eta, skip_rungs: skipped, rule: 'top', resource: counted });
  const only = (view: StudyView, bracket: number): StudyView => ({
    ...view, finished: view.finished.filter(({ number }) => bracketOf(number) === bracket), running: view.running.filter(({ number }) => bracketOf(number) === bracket),
  });
  return {
    name: 'hyperband', resource: counted,
    decide: (view, trial) => {
      const bracket = bracketOf(trial.number);
      return isOutAtRung(only(view, bracket), trial, optionsOf(bracket)) ? 'stop' : 'continue';
    },
    rungs: (view) => sizes.map((_, skipped): PrunerBracket => {
      const { finished, running } = only(view, skipped);
      return rungTable(`s = ${top - skipped}`, [...finished, ...running], optionsOf(skipped));
    }),
  };
}
