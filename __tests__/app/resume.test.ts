import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { Study } from '../../src/model/study.js';
import { openJournalFile } from '../../src/stores/journalFile.js';
import { complete, searchIn, simulate, space, value } from './simulatedLab.js';

let dir = '';
beforeAll(() => { dir = mkdtempSync(join(tmpdir(), 'noregret-resume-')); });
afterAll(() => { rmSync(dir, { recursive: true, force: true }); });

describe('killed at any byte', () => {
  const limits = { trials: 2, failures: 3 };
  const run = async (path: string): Promise<{ measured: unknown; ran: number[]; before: Set<number> }> => {
    const journal = await openJournalFile(path);
    const { events } = await journal.load();
    const before = new Set(events.filter((event) => event.type === 'finished').map((event) => event.trial));
    const simulation = await simulate((job) => complete(value(job.params), { steps: [{ acc: 0 }] }), { journal });
    await searchIn(simulation, { space, limits });
    await journal.close();
    return { measured: measuredIn(simulation.lab.study()), ran: simulation.jobs.map((job) => job.trial), before };
  };
  const measuredIn = (study: Study): unknown => ({
    ended: study.ended,
    trials: study.trials.map(({ number, params, seed, reports, result }) => ({ number, params, seed, reports, outcome: result?.outcome })),
  });

  test('the resumed study is the same, and no finished trial is measured twice', async () => {
    const path = join(dir, 'study.jsonl');
    const whole = await run(path);
    expect(whole.ran).toEqual([0, 1]);
    const bytes = readFileSync(path);
    for (let size = 0; size <= bytes.length; size++) {
      writeFileSync(path, bytes.subarray(0, size));
      const resumed = await run(path);
      expect(resumed.measured).toEqual(whole.measured);
      expect(resumed.ran).toEqual([0, 1].filter((trial) => !resumed.before.has(trial)));
    }
    // A thousand logs, each made safe on a disk that others may keep busy.
  }, 300_000);
});

describe('a process killed by SIGKILL, again and again', () => {
  test('ends with the list of an undisturbed one', async () => {
    const script = join(dir, 'killedSearch.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'killedSearch.ts')], outfile: script, bundle: true, platform: 'node', format: 'esm', logLevel: 'error',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    /** Until it kills itself; returns what was run, and the result if it got that far. */
    const run = async (path: string, killAfter: number): Promise<{ ran: number[]; done?: unknown }> => {
      const child = spawn(process.execPath, [script, path, String(killAfter)], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ran: number[] = [];
      let done: unknown;
      for await (const line of createInterface({ input: child.stdout })) {
        const [word, ...rest] = line.split(' ');
        if (word === 'done') done = JSON.parse(rest.join(' '));
        else ran.push(Number(rest[0]));
      }
      return { ran, done };
    };
    const finishedIn = (path: string): number[] => readFileSync(path, 'utf8').split('\n').filter((line) => line.includes('"type":"finished"') && line.endsWith('"}'))
      .map((line) => (JSON.parse(line) as { trial: number }).trial);
    const undisturbed = await run(join(dir, 'whole.jsonl'), Infinity);
    expect(undisturbed.ran).toHaveLength(30);

    const path = join(dir, 'killed.jsonl');
    let kills = 0;
    let finished: number[] = [];
    for (;;) {
      const { ran, done } = await run(path, 5 + kills);
      expect(ran.filter((trial) => finished.includes(trial))).toEqual([]);
      finished = finishedIn(path);
      expect(new Set(finished).size).toBe(finished.length);
      if (done !== undefined) {
        const params = (trials: unknown): unknown => (trials as { params: unknown; value: unknown }[]).map((t) => [t.params, t.value]);
        expect(params(done)).toEqual(params(undisturbed.done));
        break;
      }
      kills += 1;
    }
    expect(kills).toBeGreaterThan(2);
  });
});
