import { beforeEach, describe } from '@jest/globals';
import type { StudyEvent } from '../../src/model/study.js';
import { createMemoryJournal } from '../../src/stores/memoryJournal.js';
import { journalContract } from '../contracts/journal.js';

describe('memory journal', () => {
  let events: StudyEvent[] = [];
  beforeEach(() => { events = []; });
  journalContract(() => Promise.resolve(createMemoryJournal(events)));
});
