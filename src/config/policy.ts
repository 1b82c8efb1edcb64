import type { AlsoMetric, MetricConfig, StudyConfig } from '../model/config.js';
import { canonicalJson } from '../model/params.js';
import { durationText } from './duration.js';

export interface PolicyChange { readonly key: string; readonly base: string; readonly head: string }

/**
 * Head's study under base's policy (decisions.md 9): `verdict`, `budget`, `executor` and `env` are base's, and so are
 * goal, margin, resolution and gates of the metrics that base knows (decisions.md 18: a pull request never moves its
 * own margin). Every difference is listed.
 */
export function withPolicyOf(head: StudyConfig, base: StudyConfig): { readonly config: StudyConfig; readonly changes: readonly PolicyChange[] } {
  const metric = head.metric === undefined ? undefined : judgedAs(head.metric, base.metric);
  const governed: StudyConfig = {
    ...head, verdict: base.verdict, budget: base.budget, executor: base.executor, env: base.env, metric,
    also: alsoOf(head, base),
  };
  const changes = [...partsOf(head)].flatMap(([key, value]): PolicyChange[] => {
    const theirs = partsOf(governed).get(key);
    return canonicalJson(value) === canonicalJson(theirs) ? [] : [{ key: fileKeys.get(key) ?? key, base: written(key, theirs), head: written(key, value) }];
  });
  const dropped = base.also.filter(({ gate, name }) => gate && !head.also.some((metric_) => metric_.name === name));
  return { config: governed, changes: [...changes, ...dropped.map(({ name }) => ({ key: `also.${name}.gate`, base: 'true', head: 'absent' }))] };
}

function judgedAs(head: MetricConfig, base: MetricConfig | undefined): MetricConfig {
  return base?.name === head.name ? base : head;
}

/** Base's gated metrics stay, though head removed them. */
function alsoOf(head: StudyConfig, base: StudyConfig): readonly AlsoMetric[] {
  const kept = head.also.map((metric) => base.also.find(({ name }) => name === metric.name) ?? metric);
  return [...kept, ...base.also.filter(({ gate, name }) => gate && !kept.some((metric) => metric.name === name))];
}

function partsOf(config: StudyConfig): ReadonlyMap<string, unknown> {
  const { verdict, budget, executor, env, metric, also } = config;
  const groups: Readonly<Record<string, object | undefined>> = { verdict, budget, env, metric };
  const entries = Object.entries(groups).flatMap(([group, values]) => Object.entries(values ?? {}).map(([key, value]: [string, unknown]): [string, unknown] => [`${group}.${key}`, value]));
  const metrics = also.flatMap((one) => [`goal`, `margin`, `gate`, `timing`, `resolution`].map((key): [string, unknown] => [`also.${one.name}.${key}`, (one as unknown as Record<string, unknown>)[key]]));
  return new Map<string, unknown>([...entries.filter(([key]) => key !== 'budget.trialsExplicit'), ['executor', executor], ...metrics]);
}

/** As people wrote them. */
const fileKeys = new Map([['budget.timeMs', 'budget.time'], ['budget.trialTimeMs', 'budget.trial_time'], ['budget.gpuHours', 'budget.gpu_hours'], ['env.isolateHome', 'env.isolate']]);

function written(key: string, value: unknown): string {
  if (value === undefined) return 'absent';
  if (key.endsWith('Ms') && typeof value === 'number') return durationText(value);
  if (key === 'env.isolateHome') return value === true ? 'home' : 'absent';
  if (key.endsWith('.margin') && typeof value === 'object' && value !== null && 'kind' in value) return value.kind === 'auto' || !('value' in value) ? 'auto' : `${String(value.value)}${value.kind === 'percent' ? '%' : ''}`;
  return typeof value === 'string' ? value : canonicalJson(value);
}
