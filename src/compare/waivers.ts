import { parseUntil, resolveAccept } from '../model/commandText.js';
import type { Comparison, Report } from '../model/comparison.js';
import { isExpired, type Decision } from '../model/decision.js';
import { gatedMetrics, waivedBy } from '../model/waived.js';
import type { Waiver } from '../model/waiver.js';
import { conclusionOf, failsJob } from './verdict.js';

/** That somebody accepts a decline, before it was looked at closely. `refusal`: why it does not count, a clause. */
export interface Claim extends Pick<Waiver, 'id' | 'by' | 'via' | 'at'> {
  /** A trailer's text, to be read against each study's metrics; else metrics and reason as they were decided for one study. */
  readonly says: { readonly text: string } | { readonly metrics: readonly string[]; readonly reason: string; readonly until?: string | undefined };
  /** Only this study; all of them when absent. */
  readonly study?: string | undefined;
  readonly refusal?: string | undefined;
}

/** The claims as one study sees them; one that names no metric of any study is shown everywhere, as refused. */
function waiversFor(study: Comparison, claims: readonly Claim[], { studies, now }: { readonly studies: readonly Comparison[]; readonly now: string }): readonly Waiver[] {
  return claims.flatMap((claim) => {
    if (claim.study !== undefined && claim.study !== study.study) return [];
    const waiver = waiverOf(claim, gatedMetrics(study), now);
    if (waiver.state !== 'refused' || claim.refusal !== undefined || 'metrics' in claim.says) return [waiver];
    return studies.some((other) => waiverOf(claim, gatedMetrics(other), now).state !== 'refused') ? [] : [waiver];
  });
}

function waiverOf(claim: Claim, gated: readonly string[], now: string): Waiver {
  const { id, by, via, at, refusal } = claim;
  const who = { id, by, via, ...(at === undefined ? {} : { at }) };
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

/** Acceptances on the history: those of this very commit, and on a branch of this repository those of the whole pull request. */
export function decidedClaims(decisions: readonly Decision[], pull: { readonly number: number | undefined; readonly headSha: string; readonly fork: boolean }): readonly Claim[] {
  const isHere = (one: Decision): boolean => one.sha === pull.headSha || (!pull.fork && pull.number !== undefined && one.pullRequest === pull.number);
  return decisions.flatMap((one) => (one.kind === 'accept' && isHere(one) ? [{ id: one.id, via: one.via, by: one.by, at: one.at, study: one.study, says: { metrics: one.metrics, reason: one.reason, until: one.until } }] : []));
}

/** The report with the claims as each study sees them. */
export function withClaims(report: Report, claims: readonly Claim[], now: string): Report {
  const studies = report.studies.map((study) => {
    const waivers = waiversFor(study, claims, { studies: report.studies, now });
    return waivers.length === 0 ? study : { ...study, waivers: [...waivers] };
  });
  return { ...report, studies };
}

/** Which studies the words of a command are about: those that gate the metric it begins with, else the only ones there can be. */
export function readAcceptance<T>(among: readonly { readonly study: T; readonly gated: readonly string[] }[], words: string): readonly { readonly study: T; readonly metrics: readonly string[]; readonly reason: string }[] | { readonly why: string } {
  const read = (metricRequired: boolean) => among.map(({ study, gated }) => ({ study, said: resolveAccept(words, gated, { metricRequired }) }));
  for (const metricRequired of [true, false]) {
    const found = read(metricRequired).flatMap(({ study, said }) => ('why' in said ? [] : [{ study, ...said }]));
    if (found.length > 0) return found;
  }
  const [refusal] = read(false).flatMap(({ said }) => ('why' in said ? [said] : []));
  return refusal ?? { why: 'There is nothing to accept.' };
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
