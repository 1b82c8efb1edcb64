import { UserError } from '../model/errors.js';
import { reportSchema, type Comparison, type Report } from '../model/comparison.js';
import { parseJson } from '../model/json.js';
import type { Publisher } from '../model/ports.js';
import { recordSchema, type StudyRecord } from '../model/record.js';
import type { Trigger } from '../model/trigger.js';

/** What became of one sink. */
export interface Posted { readonly name: string; readonly url?: string; readonly error?: UserError }

/** Every sink gets its turn; what one of them may not do is a sentence in the log and never costs the report. */
export async function postEverywhere(report: Report, to: Trigger, publishers: readonly Publisher[]): Promise<readonly Posted[]> {
  const posted: Posted[] = [];
  for (const publisher of publishers) {
    try {
      posted.push({ name: publisher.name, ...(await publisher.publish(report, to)) });
    } catch (error) {
      posted.push({ name: publisher.name, error: error instanceof UserError ? error : new UserError('sink', `The ${publisher.name} could not be written: ${error instanceof Error ? error.message : String(error)}`, { exitCode: 3, cause: error }) });
    }
  }
  return posted;
}

/** What the event says about the report that we are about to read. */
export interface Identity {
  readonly headSha: string;
  readonly pullRequest: number | undefined;
  readonly repository: string;
  readonly event: string;
}

export interface Rejected { readonly rejected: string }

/**
 * A report out of hostile text: right schema, right commit, right pull request, or a sentence why not. Nothing of the
 * text is quoted in that sentence. What the event knows replaces what the text claims.
 */
export function acceptReport(text: string, identity: Identity): Report | Rejected {
  const result = parseSafely(() => reportSchema.safeParse(parseJson(text)));
  if (result?.success !== true) return { rejected: 'The report of the measuring job is not one that this version of noregret wrote; it was ignored' };
  const { headSha, pullRequest } = result.data;
  if (headSha !== identity.headSha) return { rejected: 'The report of the measuring job is about another commit; it was ignored' };
  if (pullRequest !== identity.pullRequest) return { rejected: 'The report of the measuring job is about another pull request; it was ignored' };
  return { ...result.data, repository: identity.repository, event: identity.event, studies: result.data.studies.map(withoutWaivers) };
}

/** Who accepts what is for the posting step to find out, from those who may say so. */
function withoutWaivers(study: Comparison): Comparison {
  const own = { ...study };
  delete own.waivers;
  return own;
}

/** Nesting deep enough to exhaust the stack is one more way to be no report. */
function parseSafely<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

export interface RecordIdentity { readonly sha: string; readonly run: string; readonly attempt: number }

/** Records of this very push and run, or a sentence. They come from code of the default branch, but are checked all the same. */
export function acceptRecords(text: string, identity: RecordIdentity): readonly StudyRecord[] | Rejected {
  const result = parseSafely(() => recordSchema.array().max(1000).safeParse(parseJson(text)));
  if (result?.success !== true) return { rejected: 'The records of the measuring job are not ones that this version of noregret wrote; they were not stored' };
  const foreign = result.data.some(({ sha, run, attempt }) => sha !== identity.sha || run !== identity.run || attempt > identity.attempt);
  return foreign ? { rejected: 'The records of the measuring job are about another commit or run; they were not stored' } : result.data;
}

export interface EmptyReport {
  readonly identity: Identity;
  readonly sentence: string;
  readonly fix?: string;
  readonly tool: string;
  readonly createdAt: string;
  readonly failOn: Report['failOn'];
}

/** The report of a run that measured nothing, or whose report was lost: INCOMPLETE, and why. */
export function emptyReport({ identity, sentence, fix, tool, createdAt, failOn }: EmptyReport): Report {
  return {
    schema: 1, tool, createdAt, verdict: 'INCOMPLETE', event: identity.event, repository: identity.repository, headSha: identity.headSha,
    ...(identity.pullRequest === undefined ? {} : { pullRequest: identity.pullRequest }),
    incomplete: false, failOn, problem: { sentence, ...(fix === undefined ? {} : { fix }) }, studies: [],
  };
}
