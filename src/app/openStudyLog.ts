import { UserError } from '../model/errors.js';
import type { StudyEvent } from '../model/study.js';
import { checkIdentity, createStudyLog, foldStudy, type StudyLog } from '../model/studyLog.js';
import { subjectOf } from '../model/studySubject.js';
import type { LabOptions } from './lab.js';

type Created = Extract<StudyEvent, { readonly type: 'created' }>;

/** Loads the log and checks that it is the one meant, or begins it. A study that another tool made, in a log that it may go on writing, is taken over. */
export async function openStudyLog({ journal, clock, study, identity, tool, onTorn }: LabOptions): Promise<StudyLog> {
  const { shared } = journal;
  for (;;) {
    const { events, tornBytes } = await journal.load();
    if (tornBytes > 0) onTorn?.(tornBytes);
    const [first, ...rest] = events;
    const isTheirs = shared !== undefined && first?.type === 'created' && first.identity['command'] === 'import';
    const loaded = isTheirs ? undefined : foldStudy(events);
    if (loaded !== undefined) {
      checkIdentity(loaded.study, { name: study, identity });
      return loaded;
    }
    if (isTheirs) checkGoal(first, identity);
    const created = { type: 'created', schema: 1, tool, study, at: clock.utc(), identity } as const;
    if (shared === undefined) await journal.append(created);
    // Another program was faster: what it wrote is looked at.
    else if (!(await shared.offer(created))) continue;
    const log = createStudyLog(created);
    for (const event of rest) log.apply(event);
    return log;
  }
}

function checkGoal(theirs: Created, identity: Readonly<Record<string, string>>): void {
  const [there, here] = [subjectOf(theirs.identity)?.metric, subjectOf(identity)?.metric];
  if (there === undefined || here === undefined || there.goal === here.goal) return;
  throw new UserError('goal-differs', `The study is to ${here.goal} ${here.name}, the log was made to ${there.goal} ${there.name}.`, { fix: `Write goal: ${there.goal}, or take another log.` });
}
