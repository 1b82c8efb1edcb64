import { createOptunaLines, looksLikeOptunaJournal } from '../stores/optunaLines.js';
import type { Importer } from './importer.js';
import { optunaStudyOf } from './optunaStudy.js';

/** The file of Optuna's JournalFileBackend (4 and 5). */
export const optunaJournal: Importer = {
  tool: 'Optuna', takes: 'a journal (JournalFileBackend)',
  detects: (source) => !source.isFolder && looksLikeOptunaJournal(source.head().toString('utf8')),
  read: (source) => {
    const lines = createOptunaLines(source.name);
    for (const chunk of source.chunks()) lines.push(chunk);
    const { studies, tornBytes, blankLines } = lines.end();
    // Nobody waits for news of it.
    for (const { changed } of studies) changed.clear();
    return {
      studies: studies.map((study) => optunaStudyOf(study, 'optuna-journal')),
      notes: [
        ...(tornBytes === 0 ? [] : [`${source.name} ends in the middle of a line: its last ${tornBytes} bytes were left out, as Optuna does`]),
        ...(blankLines === 0 ? [] : [`${source.name} has ${blankLines} blank ${blankLines === 1 ? 'line' : 'lines'}, at which Optuna itself stops reading`]),
      ],
    };
  },
};
