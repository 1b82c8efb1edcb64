import { setTimeout as wait } from 'node:timers/promises';
import { openLab } from '../../src/app/lab.js';
import { createClock } from '../../src/platform/clock.js';
import { openJournalFile } from '../../src/stores/journalFile.js';
import { searchIn, value } from './simulatedLab.js';

/** A process of its own that searches with a real journal and prints each trial it runs; made to be killed. */
const journal = await openJournalFile(process.argv[2] ?? '');
const clock = createClock();
const lab = await openLab({
  journal, clock, trees: () => '.', study: 'spiral', tool: 'noregret test', identity: { head: 'abc' },
  executor: {
    capacity: 2, devices: [], close: () => Promise.resolve(),
    run: async (job) => {
      process.stdout.write(`run ${job.trial}\n`);
      await wait(3);
      return { outcome: { state: 'complete', value: value(job.params) }, metrics: {}, seconds: 0.003 };
    },
  },
});
const outcome = await searchIn({ lab, clock, events: [], jobs: [] } as never, { slots: () => 2, limits: { trials: 30, failures: 3 } });
process.stdout.write(`done ${JSON.stringify(outcome.trials)}\n`);
await journal.close();
