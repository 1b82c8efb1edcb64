import type { LossTrial, Pruner } from '../model/ports.js';
import type { PrunerBracket } from '../model/prunerBracket.js';

export interface WandbBands { readonly min_iter?: number | undefined; readonly max_iter?: number | undefined; readonly s?: number | undefined; readonly eta: number }

/**
 * Weights & Biases' `early_terminate`: a trial that logged the metric at least b times is compared, at the largest such
 * band b, with the 1/eta quantile of all trials' values there. Logged values are counted, whatever their step.
 */
export function wandbHyperband({ strict, ...keys }: WandbBands & { readonly strict: boolean }): Pruner {
  const bands = wandbBands(keys);
  return {
    name: 'hyperband',
    decide: (view, trial) => {
      const own = logged(trial);
      const band = bands.findLast((each) => each <= own.length);
      if (band === undefined) return 'continue';
      const all = [...view.finished, ...view.running.filter(({ number }) => number !== trial.number), trial].map(logged).filter((values) => values.length >= band).map((values) => values[band - 1] ?? Infinity);
      const threshold = all.sort((a, b) => a - b)[Math.floor((1 / keys.eta) * all.length)] ?? Infinity;
      const value = strict ? own[band - 1] ?? Infinity : Math.min(...own);
      return value > threshold ? 'stop' : 'continue';
    },
    rungs: (view) => [bandTable([...view.finished, ...view.running], bands)],
  };
}

/** `max_iter` wins over `min_iter`; empty where W&B refuses: max_iter too small for its s and eta. */
export function wandbBands({ min_iter: least = 1, max_iter: most, s = 0, eta }: WandbBands): readonly number[] {
  const bands: number[] = [];
  if (most === undefined) {
    for (let i = 0; i < 100 && least * eta ** i < 2 ** 53; i++) bands.push(Math.floor(least * eta ** i));
    return bands;
  }
  for (let i = 0, band = most / eta; i < s && band >= 1; i++, band /= eta) bands.push(Math.floor(band));
  return bands.reverse();
}

function logged({ intermediate }: LossTrial): readonly number[] {
  return intermediate.flatMap(({ loss }) => (Number.isFinite(loss) ? [loss] : []));
}

function bandTable(trials: readonly LossTrial[], bands: readonly number[]): PrunerBracket {
  const ends = trials.map((trial) => ({ state: trial.state, count: logged(trial).length }));
  return { name: 'bands, in logged values', rungs: bands.filter((band, i) => i === 0 || ends.some(({ count }) => count >= band)).map((band, i) => {
    const here = ends.filter(({ count }) => count >= band);
    return { resource: band, trials: here.length, stopped: here.filter(({ state, count }) => state === 'pruned' && count < (bands[i + 1] ?? Infinity)).length };
  }) };
}
