import { UserError } from '../model/errors.js';
import type { Findings, StudyRun } from './findings.js';
import type { Tools } from './tools.js';

/** How far back main's newest checkpoint is looked for. */
const mostAncestors = 5000;
const mostRecords = 100;

/** Code of the error that makes everything measured in that run worthless. */
export const checkpointChanged = 'base-checkpoint-changed';

/** Main's model that the trials of a `transfer` study go on from. `path` lies on this machine. */
export interface BaseCheckpoint { readonly path: string; readonly digest: string; readonly study: string; readonly sha: string }

/**
 * Where a study trains on from main's model: that of the other study's newest record on main's line, which the history knows
 * by its digest, if this runner has it. Its digest becomes part of every compatibility key, so that no result from scratch,
 * nor one from another model, is ever taken for one of these. undefined for a study from scratch. UserError `no-base-checkpoint`.
 */
export async function findBaseCheckpoint({ configs, base, head }: StudyRun, { store, repository, findCheckpoint }: Tools): Promise<BaseCheckpoint | undefined> {
  const { transfer } = configs.head;
  if (transfer === undefined) return undefined;
  const line = await repository.firstParents((base ?? head).sha, mostAncestors);
  const records = await store.readFor(transfer, line, mostRecords);
  const order = new Map(line.map((sha, i) => [sha, i]));
  const known = records.flatMap(({ checkpoint, sha, finishedAt }) => (checkpoint === undefined ? [] : [{ checkpoint, sha, finishedAt }]))
    .sort((a, b) => (order.get(a.sha) ?? Infinity) - (order.get(b.sha) ?? Infinity) || (a.finishedAt < b.finishedAt ? 1 : -1));
  const [newest] = known;
  if (newest === undefined) {
    throw new UserError('no-base-checkpoint', `This study trains on from main's model of study ${transfer}, and the history holds none on the way to ${(base ?? head).sha.slice(0, 10)}.`, { fix: `Write \`checkpoint: PATH\` (what its program leaves in $NOREGRET_TRIAL_DIR) into the file of ${transfer}, and let a push to main record it.` });
  }
  const path = await findCheckpoint?.(newest.checkpoint);
  if (path !== undefined) return { path, digest: newest.checkpoint, study: transfer, sha: newest.sha };
  throw new UserError('no-base-checkpoint', `Main's model of study ${transfer} at ${newest.sha.slice(0, 10)} (sha256 ${newest.checkpoint.slice(0, 12)}) is not on this runner, or is not what was recorded: models stay on the machine that trained them.`, { fix: 'Run this on that runner, with the same `state-dir`; or let a push to main, or a workflow run by hand there, train it here.' });
}

/** The same tools, with the model part of the key, and said where people read. */
export function withCheckpoint(tools: Tools, checkpoint: BaseCheckpoint | undefined, found: Findings): Tools {
  if (checkpoint === undefined) return tools;
  const { study, sha, digest } = checkpoint;
  found.trainedOn = `trained on from ${study}'s model of ${sha.slice(0, 10)}`;
  return { ...tools, keyProbe: { key: async (...facts) => ({ ...await tools.keyProbe.key(...facts), transfer: `model of ${study}, sha256 ${digest.slice(0, 12)}` }) } };
}

/** After the last run: a program that wrote into the model changed what the runs after it trained on from. UserError. */
export async function checkUnchanged({ findCheckpoint }: Tools, checkpoint: BaseCheckpoint | undefined): Promise<void> {
  if (checkpoint === undefined || await findCheckpoint?.(checkpoint.digest) !== undefined) return;
  throw new UserError(checkpointChanged, 'A trial changed the model in $NOREGRET_BASE_CHECKPOINT, so the runs did not all train on from the same one.', { fix: 'Read it only: copy it into $NOREGRET_TRIAL_DIR first. The next push to main makes it anew.' });
}
