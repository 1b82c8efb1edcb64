import { setTimeout as wait } from 'node:timers/promises';
import { openLab } from '../../src/app/lab.js';
import { createClock } from '../../src/platform/clock.js';
import { openJournalFile } from '../../src/stores/journalFile.js';
import { searchIn, value } from './simulatedLab.js';

/** A process of its own that searches with a real journal, prints each trial it runs, and kills itself a moment after the N-th has begun: argv PATH N. */
const killAfter = Number(process.argv[3]);
let begun = 0;
const journal = await openJournalFile(process.argv[2] ?? '');
const clock = createClock();
const lab = await openLab({
  journal, clock, trees: () => '.', study: 'spiral', tool: 'noregret test', identity: { head: 'abc' },
  executor: {
    capacity: 2, devices: [], close: () => Promise.resolve(),
    run: async (job) => {
      process.stdout.write(`run ${job.trial}\n`);
      // Now while trials run, now while they are written down.
      if ((begun += 1) === killAfter) setTimeout(() => { process.kill(process.pid, 'SIGKILL'); }, killAfter % 4);
      await wait(3);
      return { outcome: { state: 'complete', value: value(job.params) }, metrics: {}, seconds: 0.003 };
    },
  },
});
const outcome = await searchIn({ lab, clock, events: [], jobs: [] } as never, { slots: () => 2, limits: { trials: 30, failures: 3 } });
process.stdout.write(`done ${JSON.stringify(outcome.trials)}\n`);
await journal.close();
