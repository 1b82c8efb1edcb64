import { z } from 'zod';
import type { Edges } from './tpeAxis.js';
import type { KernelStyle } from './tpeParzen.js';
import { warmStart } from './warmStart.js';

export const tpeOptions = z.strictObject({
  preset: z.enum(['noregret', 'optuna', 'hyperopt', 'paper']).default('noregret')
    .describe('Whose settings the others default to: those that the `paper` of Watanabe (2023) recommends, `noregret`\'s own (the paper\'s with fewer random trials where the budget is small), `optuna` 5.0 or `hyperopt` 0.3'),
  startup: z.int().min(0).optional().describe('Random trials before the model is asked (a quarter of the budget, at least 5 and at most 10; optuna and paper 10, hyperopt 20)'),
  candidates: z.int().min(1).max(10_000).default(24).describe('Points drawn from the good trials\' density per trial, of which the best is tried'),
  gamma: z.number().gt(0).lte(1).optional().describe('Share of the trials that count as good, at most 25 of them (0.15; optuna 0.1; hyperopt a quarter of the square root of their number)'),
  multivariate: z.boolean().optional().describe('One model of all parameters together instead of one for each (true; hyperopt false)'),
  group: z.boolean().default(true).describe('Conditional parameters that come and go together are modelled together; false models each by itself'),
  prior_weight: z.number().gt(0).default(1).describe('Weight of the space\'s own distribution, where one trial has 1'),
  warm_start: warmStart,
});
export type TpeOptions = z.output<typeof tpeOptions>;

/** Settings with every default filled in. */
export interface TpeSettings extends Pick<TpeOptions, 'candidates' | 'group'> {
  /** Random trials, by the study's budget. */
  readonly startup: (budget: number) => number;
  readonly multivariate: boolean;
  readonly priorWeight: number;
  /** How many of `n` trials count as good. */
  readonly below: (n: number) => number;
  /** Old trials count less (linear forgetting), or the better a good trial is the more (the paper's expected improvement). */
  readonly weights: 'forgetting' | 'improvement';
  readonly style: KernelStyle;
  readonly edges: Edges;
}

/** No more good trials than this, in all three. */
const MOST_BELOW = 25;

export function settingsOf({ preset, startup, gamma, multivariate, prior_weight, ...rest }: TpeOptions): TpeSettings {
  const own = presets[preset];
  return {
    ...own, ...rest, priorWeight: prior_weight,
    startup: startup === undefined ? own.startup : () => startup,
    multivariate: multivariate ?? own.multivariate,
    below: (n) => Math.min(gamma === undefined ? own.below(n) : Math.ceil(gamma * n), MOST_BELOW),
  };
}

type Preset = Pick<TpeSettings, 'startup' | 'multivariate' | 'below' | 'weights' | 'style' | 'edges'>;

const paper: Preset = {
  startup: () => 10, multivariate: true, below: (n) => Math.ceil(0.15 * n), weights: 'improvement', edges: 'half-step',
  style: { bandwidth: 'paper', narrowest: (n) => Math.max(0.03, (n + 2) ** -2), truncation: 'kernel', categorical: 'smoothed' },
};

const presets: Readonly<Record<TpeOptions['preset'], Preset>> = {
  /**
   * Wide kernels and good trials weighted by how good they are left less regret than Optuna's settings after 20, 50
   * and 100 trials, on the open tasks and on the twelve that `bench/` keeps for validation.
   */
  noregret: { ...paper, startup: (budget) => Math.min(10, Math.max(5, Math.ceil(budget / 4))) },
  optuna: {
    startup: () => 10, multivariate: true, below: (n) => Math.ceil(0.1 * n), weights: 'forgetting', edges: 'half-step',
    style: { bandwidth: 'optuna', narrowest: (n) => 1 / Math.min(100, n + 2), truncation: 'kernel', categorical: 'smoothed' },
  },
  hyperopt: {
    startup: () => 20, multivariate: false, below: (n) => Math.ceil(0.25 * Math.sqrt(n)), weights: 'forgetting', edges: 'as-written',
    style: { bandwidth: 'hyperopt', narrowest: (n) => 1 / Math.min(100, n + 2), truncation: 'mixture', categorical: 'pooled' },
  },
  paper,
};
