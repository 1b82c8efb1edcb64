import { readDecisions } from '../app/decided.js';
import { decidedClaims, withClaims, type Claim } from '../compare/waivers.js';
import { acceptTrailers } from '../model/commandText.js';
import type { Report } from '../model/comparison.js';
import type { Decision } from '../model/decision.js';
import { UserError } from '../model/errors.js';
import type { BaselineStore } from '../model/ports.js';
import type { CommitMessage } from '../platform/githubPeople.js';
import type { GitHub, PullRequestFacts } from '../platform/github.js';
import { errorText, type Desk } from './desk.js';

/** On a pull request it accepts every decline, as long as it is there. */
export const acceptLabel = 'noregret: accept';

/** What is known about the run that measured: when its commit had come at the latest, and who brought it. */
export interface RunFacts { readonly createdAt: string | undefined; readonly pusher: string | undefined }

type Asks = Pick<GitHub, 'permission' | 'labelEvents' | 'commitMessages'>;

/** Asks GitHub once per person. */
export function mayWrite(github: Pick<GitHub, 'permission'>): (login: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return async (login) => {
    const asked = known.get(login) ?? github.permission(login).then((found) => found === 'write' || found === 'admin');
    known.set(login, asked);
    return await asked;
  };
}

const noAccess = (login: string): string => `${login} has no write access to this repository`;

/** The label, if it is there: whoever put it on last vouches for it. */
async function labelClaim(github: Asks, pull: PullRequestFacts, run: RunFacts, isWriter: (login: string) => Promise<boolean>): Promise<readonly Claim[]> {
  if (!pull.labels.includes(acceptLabel)) return [];
  const event = (await github.labelEvents(pull.number)).findLast(({ label, added }) => added && label === acceptLabel);
  const claim = { via: 'label', by: event?.by ?? 'somebody', says: { metrics: [], reason: 'label' } } as const;
  if (event?.by === undefined) return [{ ...claim, id: 'label-0', refusal: 'GitHub does not tell who put it on' }];
  const refusal = !(await isWriter(event.by)) ? noAccess(event.by)
    // Whoever owns the fork may push something else once the label is there.
    : pull.fork && (run.createdAt === undefined || event.at <= run.createdAt) ? 'on a fork it counts for the commit that it was put on for, and a newer one has come: take it off and put it on again'
    : undefined;
  return [{ ...claim, id: `label-${event.id}`, at: event.at, ...(refusal === undefined ? {} : { refusal }) }];
}

/** A commit's text proves nothing about its author: what vouches is the write access that pushing it here took. */
export function trailerClaims(commits: readonly CommitMessage[], by: string, refusal: string | undefined): readonly Claim[] {
  return commits.flatMap(({ sha, message }) => acceptTrailers(message).map((text, i): Claim => ({ id: `trailer-${sha.slice(0, 20)}-${i + 1}`, via: 'trailer', by, says: { text }, ...(refusal === undefined ? {} : { refusal }) })));
}

async function pullTrailers(github: Asks, pull: PullRequestFacts, run: RunFacts, isWriter: (login: string) => Promise<boolean>): Promise<readonly Claim[]> {
  const commits = (await github.commitMessages(pull.number)).filter(({ message }) => acceptTrailers(message).length > 0);
  if (commits.length === 0) return [];
  const by = run.pusher ?? 'somebody';
  const refusal = pull.fork ? 'anybody can write a commit on a fork; the label or a comment by somebody with write access counts there'
    : run.pusher === undefined ? 'who pushed it is not known'
    : (await isWriter(run.pusher)) ? undefined : noAccess(run.pusher);
  return trailerClaims(commits, by, refusal);
}

/** Everything that is said in favour of a pull request's declines, with who vouches for it. UserError when GitHub does not tell. */
export async function pullClaims(github: Asks, pull: PullRequestFacts, run: RunFacts): Promise<readonly Claim[]> {
  const isWriter = mayWrite(github);
  return [...await labelClaim(github, pull, run, isWriter), ...await pullTrailers(github, pull, run, isWriter)];
}

/** Of every study; a history that cannot be read costs the acceptances on it, and is told. */
export async function decisionsOf(desk: Pick<Desk, 'actions'>, report: Report, store: BaselineStore): Promise<readonly Decision[]> {
  const found: Decision[] = [];
  for (const { study } of report.studies) found.push(...await readDecisions(store, study, (text) => { desk.actions.warn(text); }));
  return found;
}

/** Nobody needs to accept what is no regression; then GitHub is not asked. */
export async function withWaivers(desk: Desk, report: Report, about: { readonly facts: () => Promise<{ readonly pull: PullRequestFacts; readonly run: RunFacts }>; readonly history: () => Promise<BaselineStore> }): Promise<Report> {
  const { github, actions, clock } = desk;
  if (github === undefined || !report.studies.some(({ verdict }) => verdict.kind === 'REGRESSION')) return report;
  try {
    const { pull, run } = await about.facts();
    const claims = [...await pullClaims(github, pull, run), ...decidedClaims(await decisionsOf(desk, report, await about.history()), pull)];
    return withClaims(report, claims, clock.utc());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    actions.warn(`Whether somebody accepted this is not known. ${errorText(error)}`);
    return report;
  }
}
