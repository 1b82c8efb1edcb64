import type { BaselineStore } from '../model/ports.js';
import type { StudyRecord } from '../model/record.js';
import { decisionPath, decodeDecision, encodeDecision, firstDecidedFirst } from './decisionFile.js';
import { decodeRecord, encodeRecord, oldestFirst, recordPath } from './recordFile.js';

/** A history that ends with the process: for `tune`, the demo and tests. Stored as text, as the others are. */
export function createMemoryStore(): BaselineStore {
  const files = new Map<string, string>();
  const decided = new Map<string, string>();
  const all = () => [...files].flatMap(([path, text]) => {
    const decoded = decodeRecord(text, path);
    return 'record' in decoded ? [decoded.record] : [];
  });
  const read = (study: string): StudyRecord[] => all().filter((record) => record.study === study).sort(oldestFirst);
  return {
    description: 'memory',
    read: (study) => Promise.resolve(read(study)),
    readFor(study, shas, limit) {
      const records = read(study);
      const wanted = new Set(shas.filter((sha) => records.some((record) => record.sha === sha)).slice(0, limit));
      return Promise.resolve(records.filter((record) => wanted.has(record.sha)));
    },
    append(record) {
      const path = recordPath(record);
      if (!files.has(path)) files.set(path, encodeRecord(record));
      return Promise.resolve();
    },
    decisions: (study) => Promise.resolve([...decided].flatMap(([path, text]) => {
      const decoded = decodeDecision(text, path);
      return 'decision' in decoded && decoded.decision.study === study ? [decoded.decision] : [];
    }).sort(firstDecidedFirst)),
    decide(decision) {
      const path = decisionPath(decision);
      if (!decided.has(path)) decided.set(path, encodeDecision(decision));
      return Promise.resolve();
    },
  };
}
