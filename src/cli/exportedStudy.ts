import { UserError } from '../model/errors.js';
import type { Study, StudyEvent } from '../model/study.js';
import { foldStudy } from '../model/studyLog.js';
import { subjectOf, type StudySubject } from '../model/studySubject.js';

export interface ExportedStudy extends StudySubject {
  readonly study: Study;
  readonly events: readonly StudyEvent[];
}

/** A log with what its identity says about metric and space. UserError `log-without-space`. */
export function exportedStudy(events: readonly StudyEvent[], path: string): ExportedStudy {
  const study = foldStudy(events)?.study;
  const subject = study && subjectOf(study.identity);
  if (study === undefined || subject === undefined) throw new UserError('log-without-space', `${path} does not say which space and metric it is about.`, { fix: 'Give the study.jsonl of `noregret tune`, `ask-tell` or `import`.' });
  return { study, events, ...subject };
}
