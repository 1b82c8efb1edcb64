import type { StudyEvent } from '../model/study.js';
import { eventsOf } from './optunaEvents.js';
import { createOptunaLines, looksLikeOptunaJournal } from './optunaLines.js';

/** One study of another tool's file. */
export interface ImportedStudy {
  readonly name: string;
  readonly trials: number;
  /** As a log of ours, with what could not be said. UserError where it cannot be one. */
  readonly read: () => { readonly events: readonly StudyEvent[]; readonly notes: readonly string[] };
}

/** Reads a file of another tool piece by piece. UserErrors name the line. */
export interface Importer {
  readonly tool: string;
  /** By the first kilobytes of the file. */
  readonly detects: (head: string) => boolean;
  readonly open: (name: string) => { push(chunk: Buffer): void; end(): { readonly studies: readonly ImportedStudy[]; readonly notes: readonly string[] } };
}

/** Formats that `noregret import` reads, told apart by content. */
export const importers: Readonly<Record<string, Importer>> = {
  'optuna-journal': { tool: 'Optuna', detects: looksLikeOptunaJournal, open: openOptuna },
};

function openOptuna(name: string): ReturnType<Importer['open']> {
  const lines = createOptunaLines(name);
  return {
    push: (chunk) => { lines.push(chunk); },
    end: () => {
      const { studies, tornBytes, blankLines } = lines.end();
      return {
        studies: studies.map((study) => ({ name: study.name, trials: study.trials.length, read: () => eventsOf(study) })),
        notes: [
          ...(tornBytes === 0 ? [] : [`${name} ends in the middle of a line: its last ${tornBytes} bytes were left out, as Optuna does`]),
          ...(blankLines === 0 ? [] : [`${name} has ${blankLines} blank ${blankLines === 1 ? 'line' : 'lines'}, at which Optuna itself stops reading`]),
        ],
      };
    },
  };
}
