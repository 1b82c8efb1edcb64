import type { Comparison } from './comparison.js';
import type { Waiver } from './waiver.js';

/** Metrics that decide, the objective first. */
export function gatedMetrics(study: Comparison): readonly string[] {
  const names = study.metrics.filter(({ gate }) => gate).map(({ name }) => name);
  return names.length === 0 ? [study.metric.name] : names;
}

/** Gated metrics that are behind a REGRESSION; all of them where the verdict does not rest on the gate. */
function regressed(study: Comparison): readonly string[] {
  const down = study.metrics.filter(({ gate, result }) => gate && result?.decision === 'DOWN').map(({ name }) => name);
  return down.length === 0 ? gatedMetrics(study) : down;
}

/** Waivers that make a REGRESSION nobody's surprise: each of its metrics is covered. A crash is covered by one for everything only. */
export function waivedBy(study: Comparison): readonly Waiver[] {
  if (study.verdict.kind !== 'REGRESSION') return [];
  const all = (study.waivers ?? []).filter(({ state }) => state === 'in-force');
  // The last word counts.
  const covering = (name: string): Waiver | undefined => all.findLast(({ metrics }) => metrics.length === 0 || (study.verdict.reason !== 'stability' && metrics.includes(name)));
  const found = regressed(study).map(covering);
  return found.some((waiver) => waiver === undefined) ? [] : [...new Set(found.filter((waiver) => waiver !== undefined))];
}
