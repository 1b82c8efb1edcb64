import { isExpired, morePairs, type Acceptance, type Decision, type Proposal } from '../model/decision.js';
import type { StudyRecord } from '../model/record.js';

/** The accepted pointer: the acceptance nearest to the first of these commits (decisions.md 11). Of one commit's the last; other lines, such as a main that was rewritten, do not count. */
export function lastAcceptance(line: readonly string[], decisions: readonly Decision[]): Acceptance | undefined {
  const distance = new Map(line.map((sha, i) => [sha, i]));
  let found: Acceptance | undefined;
  for (const one of decisions) {
    const here = distance.get(one.sha);
    if (one.kind !== 'accept' || here === undefined) continue;
    const best = found === undefined ? Infinity : distance.get(found.sha) ?? Infinity;
    if (here < best || (here === best && one.at >= (found?.at ?? ''))) found = one;
  }
  return found;
}

/** Of a push: the acceptance that covers all of these metrics here (crashes only where it covers everything), given for this very commit or for the same tree in a pull request; the last that is in force. */
export function acceptanceOf({ sha, tree, metrics, crashed, now }: { readonly sha: string; readonly tree: string; readonly metrics: readonly string[]; readonly crashed: boolean; readonly now: string }, decisions: readonly Decision[]): Acceptance | undefined {
  const covers = (one: Acceptance): boolean => one.metrics.length === 0 || (!crashed && metrics.every((name) => one.metrics.includes(name)));
  return decisions.filter((one) => one.kind === 'accept').findLast((one) => (one.sha === sha || one.tree === tree) && !isExpired(one, now) && covers(one));
}

/** Pairs asked for beyond the last look at exactly this commit, and by whom; each request once, all together bounded. */
export function requestedPairs(decisions: readonly Decision[], headSha: string): { readonly pairs: number; readonly by: string } | undefined {
  const requests = new Map(decisions.flatMap((one) => (one.kind === 'more-seeds' && one.sha === headSha ? [[one.id, one] as const] : [])));
  if (requests.size === 0) return undefined;
  const pairs = [...requests.values()].reduce((sum, one) => sum + one.pairs, 0);
  return { pairs: Math.min(pairs, morePairs.together), by: [...new Set([...requests.values()].map(({ by }) => by))].join(', ') };
}

/** Winners of merged pull requests that no record on this line has judged yet, oldest first. */
export function dueProposals(line: readonly string[], decisions: readonly Decision[], records: readonly StudyRecord[]): readonly Proposal[] {
  const onLine = new Set(line);
  const judged = new Set(records.filter(({ sha }) => onLine.has(sha)).flatMap(({ challengers = [] }) => challengers.flatMap(({ pullRequest }) => pullRequest ?? [])));
  const due = decisions.flatMap((one) => (one.kind === 'proposal' && onLine.has(one.sha) && !judged.has(one.pullRequest) ? [one] : []));
  return [...new Map(due.map((one) => [one.pullRequest, one])).values()].slice(-mostProposals);
}

/** Each costs up to twice the last look in runs: of a backlog only the newest are worth it. */
const mostProposals = 3;
