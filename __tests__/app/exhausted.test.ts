import { describe, expect, test } from '@jest/globals';
import { createEngine } from '../../src/app/engine.js';
import { paramsKey, type Params } from '../../src/model/params.js';
import type { TrialJob } from '../../src/model/ports.js';
import type { StudyEvent } from '../../src/model/study.js';
import { never } from '../../src/pruners/never.js';
import type { SimulatedRun } from '../../src/runners/simulated.js';
import { drawablePoints } from '../../src/samplers/finiteSpace.js';
import { samplers } from '../../src/samplers/index.js';
import { ints, spaceOf, values } from '../contracts/spaces.js';
import { prunerOf } from '../pruners/histories.js';
import { complete, failed, searchIn, simulate } from './simulatedLab.js';

/** Conditional and constrained: 15 points. */
const space = spaceOf({
  optimizer: values('sgd', 'adam'),
  momentum: { distribution: ints(1, 3), when: { optimizer: ['sgd'] } },
  layers: ints(1, 4),
}, 'optimizer != "adam" || layers > 1');
const all = (drawablePoints(space) ?? []).map(paramsKey).sort();
const samplerOf = (name: string) => samplers[name]!.create({});
const limits = { trials: 60, failures: 99 };

/** Every third point fails, another never has room. */
function program({ params, trial }: Pick<TrialJob, 'params' | 'trial'>): SimulatedRun {
  if (trial % 3 === 1) return failed('exit-code');
  if (trial % 5 === 2) return { outcome: { state: 'infeasible', message: 'out of memory' } };
  const level = (params['layers'] as number) / 10;
  return complete(level, { steps: [{ acc: level / 2 }, { acc: level }], seconds: 1 + (trial % 4) });
}

const keysOf = (trials: readonly { readonly params: Params }[]): readonly string[] => trials.map(({ params }) => paramsKey(params)).sort();

test('the space is what it seems', () => expect(all).toHaveLength(15));

describe.each(Object.keys(samplers))('%s goes through a finite space once, and then ends', (name) => {
  test.each([1, 3])('%d at a time, failures and all', async (slots) => {
    const simulation = await simulate(program, { capacity: slots });
    const outcome = await searchIn(simulation, { space, sampler: samplerOf(name), slots: () => slots, limits });
    expect(outcome.stopReason).toBe('exhausted');
    expect(keysOf(outcome.trials)).toEqual(all);
    expect(simulation.jobs).toHaveLength(15);
  });

  test('and across a stop and a resume', async () => {
    const whole = await simulate(program, { capacity: 2 });
    await searchIn(whole, { space, sampler: samplerOf(name), slots: () => 2, limits });
    for (const cut of [2, 9, 20, whole.events.length - 1]) {
      const resumed = await simulate(program, { events: whole.events.slice(0, cut), capacity: 2 });
      const outcome = await searchIn(resumed, { space, sampler: samplerOf(name), slots: () => 2, limits });
      expect(outcome.stopReason).toBe('exhausted');
      expect(keysOf(outcome.trials)).toEqual(all);
    }
  });

  test.each(['asha', 'sha'])('and where %s stops trials early', async (type) => {
    const outcome = await searchIn(await simulate(program, { capacity: 3 }), { space, sampler: samplerOf(name), pruner: prunerOf(type), slots: () => 3, limits });
    expect(outcome.stopReason).toBe('exhausted');
    expect(keysOf(outcome.trials)).toEqual(all);
  });

  test('main\'s best and the declared defaults are not tried twice', async () => {
    const withDefaults = { ...space, parameters: space.parameters.map((parameter) => (parameter.name === 'layers' ? { ...parameter, default: 2 } : parameter)) };
    const outcome = await searchIn(await simulate(program), { space: withDefaults, sampler: samplerOf(name), incumbent: { optimizer: 'adam', layers: 3 }, limits });
    expect(outcome.trials.slice(0, 2).map(({ anchor }) => anchor)).toEqual(['defaults', 'incumbent']);
    expect(keysOf(outcome.trials)).toEqual(all);
  });

  test('asked and told, several in a breath', () => {
    const created: StudyEvent = { type: 'created', schema: 1, tool: 'test', study: 'demo', at: '', identity: {} };
    const engine = createEngine({
      study: 'demo', space, objective: { name: 'loss', goal: 'minimize' }, sampler: samplerOf(name), pruner: never(), samplerSeed: 'x', seed: 1,
      limits: { trials: Infinity, failures: Infinity }, expectedTrials: 60, anchors: [], clock: { now: () => 0, utc: () => '' },
    }, [created]);
    const seen: Params[] = [];
    for (let i = 0; i < 20; i++) {
      const asked = engine.ask(4);
      engine.apply(...asked.events);
      if (asked.trials.length === 0) { expect(asked.stop).toBe('exhausted'); break; }
      for (const { trial, params } of asked.trials) {
        seen.push(params);
        if (trial % 4 !== 3) engine.apply(...engine.tell(trial, trial % 3 === 0 ? { state: 'failed' } : { state: 'complete', value: trial }).events);
      }
    }
    expect(keysOf(seen.map((params) => ({ params })))).toEqual(all);
  });
});
