import { parseUntil, resolveAccept } from '../model/commandText.js';
import type { Comparison, Report, Waiver } from '../model/comparison.js';
import { isExpired, type Acceptance } from '../model/decision.js';
import { conclusionOf, failsJob } from './verdict.js';

/** That somebody accepts a decline, before it was looked at closely. `refusal`: why it does not count, a clause. */
export interface Claim extends Pick<Waiver, 'by' | 'via' | 'at'> {
  /** Names the decision that it becomes (decision.ts). */
  readonly id: string;
  /** A trailer's text, to be read against each study's metrics; else metrics and reason as they were decided for one study. */
  readonly says: { readonly text: string } | Pick<Acceptance, 'metrics' | 'reason' | 'until'>;
  /** Only this study; all of them when absent. */
  readonly study?: string | undefined;
  readonly refusal?: string | undefined;
}

/** Metrics that decide, the objective first. */
export function gatedMetrics(study: Comparison): readonly string[] {
  const names = study.metrics.filter(({ gate }) => gate).map(({ name }) => name);
  return names.length === 0 ? [study.metric.name] : names;
}

/** The claims as one study sees them; one that names no metric of any study is shown everywhere, as refused. */
export function waiversFor(study: Comparison, claims: readonly Claim[], { studies, now }: { readonly studies: readonly Comparison[]; readonly now: string }): readonly Waiver[] {
  return claims.flatMap((claim) => {
    if (claim.study !== undefined && claim.study !== study.study) return [];
    const waiver = waiverOf(claim, gatedMetrics(study), now);
    if (waiver.state !== 'refused' || claim.refusal !== undefined || 'metrics' in claim.says) return [waiver];
    return studies.some((other) => waiverOf(claim, gatedMetrics(other), now).state !== 'refused') ? [] : [waiver];
  });
}

function waiverOf(claim: Claim, gated: readonly string[], now: string): Waiver {
  const { by, via, at, refusal } = claim;
  const who = { by, via, ...(at === undefined ? {} : { at }) };
  const said = 'text' in claim.says ? readTrailer(claim.says.text, gated) : { ...claim.says, why: undefined };
  const { metrics, reason, until } = said;
  const what = { ...who, metrics: [...metrics], reason, ...(until === undefined ? {} : { until }) };
  const why = refusal ?? said.why;
  if (why !== undefined) return { ...what, state: 'refused', why };
  return { ...what, state: isExpired({ until }, now) ? 'expired' : 'in-force' };
}

function readTrailer(text: string, gated: readonly string[]): { readonly metrics: readonly string[]; readonly reason: string; readonly until?: string | undefined; readonly why: string | undefined } {
  const dated = parseUntil(text);
  if ('why' in dated) return { metrics: [], reason: text, why: dated.why };
  const said = resolveAccept(dated.words, gated, { metricRequired: true });
  return 'why' in said ? { metrics: [], reason: text, why: said.why } : { ...said, until: dated.until, why: undefined };
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
  const covering = (name: string): Waiver | undefined => all.find(({ metrics }) => metrics.length === 0 || (study.verdict.reason !== 'stability' && metrics.includes(name)));
  const found = regressed(study).map(covering);
  return found.some((waiver) => waiver === undefined) ? [] : [...new Set(found.filter((waiver) => waiver !== undefined))];
}

/** What the check run says about a report of one study: an accepted regression is no failure, and no success either. */
export function reportConclusion({ verdict, studies }: Pick<Report, 'verdict' | 'studies'>): 'success' | 'neutral' | 'failure' {
  const conclusions = studies.length === 0 ? [conclusionOf(verdict)] : studies.map((study) => (waivedBy(study).length > 0 ? 'neutral' : conclusionOf(study.verdict.kind)));
  return (['failure', 'neutral', 'success'] as const).find((one) => conclusions.includes(one)) ?? 'neutral';
}

/** Whether the job fails: by the worst study that nobody accepted. */
export function reportFails({ verdict, studies }: Pick<Report, 'verdict' | 'studies'>, failOn: Report['failOn']): boolean {
  if (studies.length === 0) return failsJob(verdict, failOn);
  return studies.some((study) => waivedBy(study).length === 0 && failsJob(study.verdict.kind, failOn));
}
