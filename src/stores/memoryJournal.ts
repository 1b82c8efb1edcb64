import type { Journal } from '../model/ports.js';
import type { StudyEvent } from '../model/study.js';

/** A journal for runs that nobody resumes; `events` may be shared to let two of them see one log. */
export function createMemoryJournal(events: StudyEvent[] = []): Journal {
  return {
    load: () => Promise.resolve({ events: [...events], tornBytes: 0 }),
    append: (...more) => { events.push(...more); return Promise.resolve(); },
    close: () => Promise.resolve(),
  };
}
