import type { LossTrial, Pruner } from '../../src/model/ports.js';
import { trialOf, viewOf } from './histories.js';

/** Runs a pruner that takes trials up again, one trial at a time; trial n always has loss n. */
export function climb(pruner: Pruner, { trials, length }: { readonly trials: number; readonly length: number }): { readonly runs: readonly (readonly [until: number, runs: number])[]; readonly completed: readonly number[]; readonly order: readonly number[] } {
  const all: LossTrial[] = [];
  const runs = new Map<number, number>();
  const order: number[] = [];
  for (;;) {
    const number = pruner.next?.(viewOf(all, trials)) ?? all.length;
    if (number >= trials) break;
    const rests = all[number]?.rests ?? 0;
    all[number] = trialOf(number, 'running', all[number]?.intermediate.map(({ step, loss }) => [step, loss] as const) ?? [], { rests });
    const until = pruner.until?.(viewOf(all, trials), number) ?? length;
    const reached = trialOf(number, 'running', Array.from({ length: Math.ceil(until) }, (_, i) => [i + 1, number] as const), { rests });
    const stopped = pruner.decide(viewOf(all.with(number, reached), trials), reached) === 'stop';
    all[number] = stopped ? { ...reached, state: 'pruned', rests: rests + 1 } : { ...reached, state: 'complete', loss: number };
    runs.set(until, (runs.get(until) ?? 0) + 1);
    order.push(number);
  }
  return { runs: [...runs].sort((a, b) => a[0] - b[0]), completed: all.filter(({ state }) => state === 'complete').map(({ number }) => number), order };
}
