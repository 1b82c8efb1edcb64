import { lastAcceptance } from '../compare/decisions.js';
import { nearestRecord } from '../compare/baseline.js';
import { isExpired, type Acceptance, type Decision } from '../model/decision.js';
import { UserError } from '../model/errors.js';
import type { BaselineStore } from '../model/ports.js';
import type { StudyRecord } from '../model/record.js';

/** What people decided about a study. Measuring goes on without it: what cannot be read is told, and counts as not said. */
export async function readDecisions(store: Pick<BaselineStore, 'decisions'>, study: string, warn: (text: string) => void): Promise<readonly Decision[]> {
  try {
    return await store.decisions(study);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warn(`What was accepted and asked for is not known: ${error.message}.${error.fix === undefined ? '' : ` ${error.fix}`}`);
    return [];
  }
}

/** The accepted pointer, and what was measured where it points. */
export interface Accepted { readonly acceptance: Acceptance; readonly record: StudyRecord | undefined; readonly expired: boolean }

/** On a line of first parents, nearest first (decisions.md 11). `now`: ISO 8601, UTC. */
export async function acceptedOn(line: readonly string[], decisions: readonly Decision[], { store, study, now }: { readonly store: BaselineStore; readonly study: string; readonly now: string }): Promise<Accepted | undefined> {
  const acceptance = lastAcceptance(line, decisions);
  if (acceptance === undefined) return undefined;
  const records = await store.readFor(study, [acceptance.sha], 1);
  return { acceptance, record: nearestRecord([acceptance.sha], records), expired: isExpired(acceptance, now) };
}
