// Whether the rate that `lr-range` recommends is a good one: small real trainings in PyTorch at it, a tenth of it and ten times it (the turn), and at the rates that others read off the same curve.
// node bench/lrRange.mjs [python] [steps of a training] [seeds] [tasks, with commas between]; needs `npm run build` and a Python with torch and scikit-learn.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const python = process.argv[2] ?? 'python3';
const steps = process.argv[3] ?? '500';
const seeds = Number(process.argv[4] ?? 3);
const all = ['mlp-adam', 'cnn-sgd', 'regression-sgd', 'raw-sgd', 'nll-adam', 'autoencoder-adam', 'bounded-sgd', 'noisy-sgd', 'transformer-adamw'];
const tasks = process.argv[5]?.split(',') ?? all;
const program = resolve('bench/lrRangeTasks.py');
if (spawnSync(python, ['-c', 'import torch, sklearn']).status !== 0) {
  process.stdout.write(`skipped: ${python} has no torch or no scikit-learn (pip install torch scikit-learn)\n`);
  process.exit(0);
}

process.stdout.write('| task | finding | a tenth of it | steepest | a tenth of the lowest loss | **recommended** | the turn |\n|---|---|---|---|---|---|---|\n');
for (const task of tasks) {
  const { finding, points } = rangeTest(task);
  if (finding.kind !== 'found') { process.stdout.write(`| ${task} | ${finding.kind} | | | | | |\n`); continue; }
  const { suggested, steepest, minimum, turn } = finding;
  const cells = after(task, [suggested / 10, steepest, minimum / 10, suggested, turn]);
  process.stdout.write(`| ${task} | ${points.length} points | ${cells.join(' | ')} |\n`);
}

/** Once, by the command line in a folder of its own. */
function rangeTest(task) {
  const dir = mkdtempSync(join(tmpdir(), 'noregret-lr-range-'));
  writeFileSync(join(dir, 'noregret.yml'), `name: ${task}\nmetric: { name: loss, goal: minimize }\nparameters: { lr: { distribution: log_uniform_values, min: 0.00001, max: 10.0, default: 0.001 } }\ncommand: [${JSON.stringify(python)}, ${JSON.stringify(program)}, ${task}, "0.001", "0", "0"]\n`);
  const { stdout, stderr } = spawnSync(process.execPath, [resolve('dist/cli.js'), 'lr-range', '--json'], { cwd: dir, encoding: 'utf8' });
  rmSync(dir, { recursive: true, force: true });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Of each rate the mean loss of the seeds after the training, on what it was trained on and on what was held out. */
function after(task, rates) {
  const losses = JSON.parse(execFileSync(python, [program, task, rates.join(','), String(seeds), steps], { encoding: 'utf8' }));
  const mean = (rows, i) => rows.some((row) => row[i] === null) ? 'broke' : short(rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
  return losses.map((rows, i) => `${short(rates[i])}: ${mean(rows, 0)} / ${mean(rows, 1)}`);
}

function short(value) {
  return String(Number(value.toPrecision(2)));
}
