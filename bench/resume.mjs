// Resuming a study of 10,000 finished trials: time from process start until the next trial would be asked for, and memory.
//   npx tsc -p tsconfig.json && node bench/resume.mjs [rounds]        (NOREGRET_LIB=../lib)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const trials = 10_000;
const lib = new URL(`${process.env.NOREGRET_LIB ?? '../lib'}/`, import.meta.url).href;
const from = async (path) => await import(`${lib}${path}.js`);
const space = { constraints: [], parameters: [
  { name: 'lr', path: ['lr'], distribution: { name: 'log_uniform_values', low: 1e-5, high: 0.1 } },
  { name: 'dropout', path: ['dropout'], distribution: { name: 'uniform', low: 0, high: 0.5 } },
  { name: 'units', path: ['units'], distribution: { name: 'int_uniform', low: 16, high: 512 } },
  { name: 'optimizer', path: ['optimizer'], distribution: { name: 'categorical', choices: ['sgd', 'adam', 'rmsprop'] } },
] };

async function writeLog(path, reportsPerTrial) {
  const [{ encodeLine }, { seedFor }, { random }, { createRng }] = await Promise.all(['stores/journalLines', 'model/seeds', 'samplers/random', 'math/rng'].map(from));
  const at = new Date(0).toISOString();
  const seed = seedFor('search:bench', 1);
  const sampler = random();
  const events = [{ type: 'created', schema: 1, tool: 'bench', study: 'bench', at, identity: {} }];
  for (let trial = 0; trial < trials; trial++) {
    const params = sampler.suggest({ space, finished: [], running: [], budget: trials }, createRng(String(trial)));
    events.push({ type: 'started', trial, attempt: 1, side: 'head', stage: 'search', params, seed, at });
    for (let step = 1; step <= reportsPerTrial; step++) events.push({ type: 'reported', trial, step, metrics: { acc: step / (trial + 1), loss: 1 / step } });
    const result = { outcome: { state: 'complete', value: trial % 97 }, metrics: { acc: trial % 97, loss: 1 }, streamSha256: 'a'.repeat(64), seconds: 12.5, device: 'GPU-0' };
    events.push({ type: 'finished', trial, attempt: 1, result, at });
  }
  writeFileSync(path, events.map((event, n) => encodeLine(event, n)).join(''));
}

async function resume(path) {
  const [{ openLab }, { search }, { random }, { never }, { openJournalFile }, { createClock }] = await Promise.all(
    ['app/lab', 'app/search', 'samplers/random', 'pruners/never', 'stores/journalFile', 'platform/clock'].map(from));
  const journal = await openJournalFile(path);
  const clock = createClock();
  let asked;
  const executor = { capacity: 1, devices: [], close: async () => undefined, run: async () => {
    asked ??= performance.now();
    return { outcome: { state: 'complete', value: 1 }, metrics: {}, seconds: 0 };
  } };
  const lab = await openLab({ journal, executor, clock, trees: () => '.', study: 'bench', identity: {}, tool: 'bench' });
  const outcome = await search({
    lab, clock, study: 'bench', side: 'head', space, objective: { name: 'acc', goal: 'maximize' }, sampler: random(), pruner: never(),
    limits: { trials: trials + 1, failures: 3 }, slots: () => 1, signal: new AbortController().signal,
  });
  if (outcome.trials.length !== trials + 1) throw new Error('the log was not resumed');
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  await journal.close();
  return { seconds: asked / 1000, rss: process.memoryUsage.rss() / 2 ** 20, peak };
}

if (process.argv[2] === '--one') {
  console.log(JSON.stringify(await resume(process.argv[3])));
} else {
  const rounds = Number(process.argv[2] ?? 5);
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const dir = mkdtempSync(join(tmpdir(), 'noregret-bench-'));
  console.log(`${trials} finished trials, ${rounds} rounds, ${cpus().length} x ${cpus()[0].model}, Node ${process.version}\n`);
  console.log('| reports per trial | log MB | process start to next trial, median s | RSS MB | peak MB |\n|---:|---:|---:|---:|---:|');
  for (const reports of [0, 10]) {
    const path = join(dir, `study-${reports}.jsonl`);
    await writeLog(path, reports);
    const bytes = statSync(path).size;
    const whole = readFileSync(path);
    const runs = Array.from({ length: rounds }, () => {
      writeFileSync(path, whole);
      return JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--one', path], { encoding: 'utf8' }));
    });
    const of = (field, digits) => median(runs.map((run) => run[field])).toFixed(digits);
    console.log(`| ${reports} | ${(bytes / 1e6).toFixed(1)} | ${of('seconds', 2)} | ${of('rss', 0)} | ${of('peak', 0)} |`);
  }
  rmSync(dir, { recursive: true, force: true });
}
