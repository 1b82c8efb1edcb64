// A trial that prints 1 GB: what it adds to our own memory, with the time it takes. Run: node bench/flood.mjs [MiB]
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const mebibytes = Number(process.argv[2] ?? 1024);
const dir = mkdtempSync(join(tmpdir(), 'noregret-bench-'));
const outfile = join(dir, 'command.mjs');
await build({ entryPoints: ['src/runners/command.ts'], outfile, bundle: true, platform: 'node', format: 'esm', banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" }, logLevel: 'error' });
const { createCommandRunner } = await import(pathToFileURL(outfile).href);

const config = {
  dialect: 'noregret', metric: { name: 'loss', goal: 'minimize' }, also: [], space: { parameters: [], constraints: [] }, reduce: 'last',
  metrics: { wandb: false }, env: { pass: [], set: {}, isolateHome: false }, program: { kind: 'command', argv: [process.execPath, resolve('fixtures/commands/flood.mjs'), '${envvar:FLOOD}'] },
};
const run = async (size, trial) => {
  const runner = createCommandRunner({ config, stateDir: dir, baseEnv: { ...process.env, FLOOD: String(size) } });
  const job = { study: 's', trial, attempt: 1, side: 'head', stage: 'search', params: {}, seed: 1, cwd: process.cwd() };
  return runner.run(job, () => 'continue', new AbortController().signal);
};

await run(4, 0);
const before = process.memoryUsage().rss;
let peak = before;
const watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss); }, 5);
const { outcome, seconds } = await run(mebibytes, 1);
clearInterval(watch);
if (outcome.state !== 'complete' || outcome.value !== 0.25) throw new Error(`the metric after the flood was lost: ${JSON.stringify(outcome)}`);
console.log(`a trial that prints ${mebibytes} MiB: +${((peak - before) / 2 ** 20).toFixed(1)} MiB RSS at its peak, ${seconds.toFixed(1)} s`);
rmSync(dir, { recursive: true, force: true });
