import { decisionSchema, type Decision } from '../model/decision.js';
import { pathComponent } from './recordFile.js';
import { decodeVersioned } from './versionedJson.js';

export type DecodedDecision = { readonly decision: Decision } | { readonly refused: string };

/** Decisions lie beside the records, below a folder whose name no study's folder can have: `pathComponent` escapes the `@`. */
export function decisionFolder(study: string): string {
  return `@decisions/${pathComponent(study)}`;
}

/** `@decisions/<study>/<sha>/<id>.json`: the same decision has the same place, so that writing it twice is writing it once. */
export function decisionPath({ study, sha, id }: Decision): string {
  return `${decisionFolder(study)}/${sha}/${id}.json`;
}

/** Checked on the way in too: what this version could not read back must never reach the history. */
export function encodeDecision(decision: Decision): string {
  const text = `${JSON.stringify(decision)}\n`;
  const decoded = decodeDecision(text, decisionPath(decision));
  if ('refused' in decoded) throw new Error(`not a decision: ${decoded.refused}`);
  return text;
}

/** A file's text as a decision, if it lies where it says it belongs. UserError `newer-record`. */
export function decodeDecision(text: string, path: string): DecodedDecision {
  const decoded = decodeVersioned(text, { path, schema: decisionSchema, what: 'decision' });
  if ('refused' in decoded) return decoded;
  return decisionPath(decoded.value) === path ? { decision: decoded.value } : { refused: `${path}: holds a decision about another commit or study` };
}

/** By time, then name: any two readers agree. */
export function firstDecidedFirst(a: Decision, b: Decision): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : a.id.localeCompare(b.id, 'en', { numeric: true });
}
