import type { StudyConfig } from '../model/config.js';
import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { countGrid } from '../model/gridCount.js';
import type { Sampler } from '../model/ports.js';
import { seedFor } from '../model/seeds.js';
import type { StudyEvent } from '../model/study.js';
import { declaredDefaults } from '../model/validity.js';
import type { EnginePlan } from './engine.js';
import { prunerOf, samplerOf } from './engines.js';

/** What an asked-and-told study needs of a configuration: nothing about how a trial is run. */
export type EngineConfig = Pick<StudyConfig, 'name' | 'space' | 'method' | 'budget' | 'stop' | 'earlyTerminate' | 'earlyStopping' | 'reduce'>;

export interface EnginePlanOptions {
  readonly config: EngineConfig;
  readonly objective: { readonly name: string; readonly goal: Goal };
  readonly seed: number | undefined;
  readonly clock: EnginePlan['clock'];
  /** False: the sampler is told the budget, and asking has no end. */
  readonly isLimited: boolean;
}

/** With one seed the same trials as `tune` asks for. A grid without a budget is gone through whole. */
export function enginePlan({ config, objective, seed, clock, isLimited }: EnginePlanOptions): EnginePlan {
  const { name, space, budget, stop, earlyStopping, reduce } = config;
  const isWhole = config.method.name === 'grid' && !budget.trialsExplicit;
  const expectedTrials = isWhole ? countGrid(space).points : budget.trials;
  const defaults = declaredDefaults(space);
  return {
    study: name, space, objective, sampler: ownSampler(config), pruner: prunerOf(config), clock, expectedTrials,
    samplerSeed: `${seed ?? 0}:sampler:${name}`, seed: seedFor(`search:${name}`, 1),
    anchors: defaults?.params === undefined ? [] : [defaults.params],
    ...(earlyStopping === undefined ? {} : { patience: { ...earlyStopping, reduce } }),
    limits: {
      trials: isWhole || !isLimited ? Number.POSITIVE_INFINITY : budget.trials, failures: isLimited ? budget.failures : Number.POSITIVE_INFINITY,
      ...(budget.timeMs === undefined ? {} : { deadlineMs: clock.now() + budget.timeMs }),
      ...stop,
    },
  };
}

/** What the log of an asked-and-told study begins with. Limits may be changed later, what a value depends on may not. */
export function createdEvent({ config, objective, seed, clock }: EnginePlanOptions, by: { readonly command: string; readonly tool: string }): Extract<StudyEvent, { type: 'created' }> {
  const { method, space, earlyStopping, reduce } = config;
  return {
    type: 'created', schema: 1, tool: by.tool, study: config.name, at: clock.utc(),
    identity: { command: by.command, config: JSON.stringify({ metric: objective, method, space, ...(seed === undefined ? {} : { seed }), ...(earlyStopping === undefined ? {} : { earlyStopping, reduce }) }) },
  };
}

function ownSampler(config: EngineConfig): Sampler {
  if (config.method.name === 'external') throw new UserError('method-external', 'An external optimiser proposes the trials of `tune` and `compare`; here nothing stands between it and you.', { fix: 'Ask that optimiser itself, or choose a method of noregret (--method tpe).' });
  return samplerOf(config);
}
