// What pruning saves and what it costs, on real curves: NOREGRET_LIB=… node bench/pruning.mjs [seeds] [trials]
// One trial at a time, every epoch reported; a resting trial goes on from its checkpoint. On the surrogate also with TPE, which learns from what pruning leaves it.
import { readFileSync } from 'node:fs';
import { algoperf, lcbench } from './curves.mjs';

const lib = new URL(`../${process.env.NOREGRET_LIB ?? 'lib'}`, import.meta.url).pathname;
const { pruners } = await import(`${lib}/pruners/index.js`);
const { createRng } = await import(`${lib}/math/rng.js`);

/** Best loss of the trials that ran to their end, epochs spent (also without checkpoints), trials stopped. */
export async function replay(pruner, { trials, begin, space }) {
  const all = [];
  const curves = [];
  const view = () => ({ space, goal: 'minimize', budget: trials, finished: all.filter(({ state }) => state !== 'running'), running: all.filter(({ state }) => state === 'running') });
  let [spent, fromScratch] = [0, 0];
  for (;;) {
    const number = pruner.next?.(view()) ?? all.length;
    if (number >= trials) break;
    const { intermediate = [], rests = 0, params = {} } = all[number] ?? {};
    if (curves[number] === undefined) curves.push(await begin(number, view(), params));
    const curve = curves[number];
    const trial = { number, params, state: 'running', intermediate: [...intermediate], rests };
    all[number] = trial;
    const now = view();
    let stopped = false;
    while (!stopped && trial.intermediate.length < curve.length) {
      trial.intermediate.push({ step: trial.intermediate.length + 1, loss: curve[trial.intermediate.length] });
      stopped = pruner.decide(now, trial) === 'stop' && trial.intermediate.length < curve.length;
    }
    spent += trial.intermediate.length - intermediate.length;
    fromScratch += trial.intermediate.length;
    const loss = curve.at(-1);
    const ended = stopped ? { state: 'pruned', rests: rests + 1 } : Number.isFinite(loss) ? { state: 'complete', loss } : { state: 'failed' };
    all[number] = { ...trial, ...ended };
  }
  const complete = all.filter(({ state }) => state === 'complete');
  return { best: Math.min(...complete.map(({ loss }) => loss)), curves, spent, fromScratch, stopped: all.filter(({ state }) => state === 'pruned').length };
}

/** What an unpruned search has found when it has spent as much. */
export function unprunedAt(curves, epochs) {
  let [best, spent] = [Infinity, 0];
  for (const curve of curves) {
    spent += curve.length;
    if (spent > epochs) break;
    if (Number.isFinite(curve.at(-1))) best = Math.min(best, curve.at(-1));
  }
  return best;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export async function score(task, variants, { seeds, trials, first = 0 }) {
  const draws = [];
  for (let seed = first; seed < first + seeds; seed++) draws.push(await task.draw(trials, createRng(`pruning ${task.name} ${seed}`)));
  const rows = [];
  for (const { label, make } of variants) {
    const runs = [];
    for (const curves of draws) {
      const whole = curves.reduce((sum, { length }) => sum + length, 0);
      const bestOfAll = Math.min(...curves.map((curve) => curve.at(-1)).filter(Number.isFinite));
      const { best, spent, fromScratch, stopped } = await replay(make(), { trials: curves.length, begin: (number) => curves[number] });
      runs.push({ regret: best - task.best, lost: (best - bestOfAll) / task.range, spent, share: spent / whole, scratch: fromScratch / whole, stopped, ahead: (unprunedAt(curves, spent) - best) / task.range });
    }
    const of = (key) => mean(runs.map((run) => run[key]));
    rows.push({ label, regret: of('regret'), lost: of('lost'), worst: Math.max(...runs.map(({ lost }) => lost)), spent: of('spent'), saved: 1 - of('share'), savedScratch: 1 - of('scratch'), stopped: of('stopped'), ahead: mean(runs.map(({ ahead }) => Math.min(ahead, 1))) });
  }
  return rows;
}

/** A search by `sampler` instead of given draws; the same seeds for each pruner. */
export async function scoreSearch(task, sampler, { make, seeds, trials }) {
  const runs = [];
  for (let seed = 0; seed < seeds; seed++) {
    const rng = createRng(`pruning search ${task.name} ${seed}`);
    const begin = async (number, view, params) => {
      Object.assign(params, sampler.suggest(view, rng.fork(`trial ${number}`)));
      return await task.curve(params);
    };
    const { best, curves, spent } = await replay(make(), { trials, begin, space: task.space });
    runs.push({ regret: best - task.best, share: spent / curves.reduce((sum, { length }) => sum + length, 0) });
  }
  return { regret: mean(runs.map(({ regret }) => regret)), saved: 1 - mean(runs.map(({ share }) => share)) };
}

const variantsFor = (epochs) => [
  ['never', 'never', {}], ['auto', 'auto', {}],
  ['median', 'median', {}], ['median, warm-up 10', 'median', { warmup: 10 }], ['percentile 25', 'percentile', {}], ['patient 3, median', 'patient', { wraps: { type: 'median' } }],
  ['asha, eta 4', 'asha', { eta: 4 }], ['asha, eta 3', 'asha', {}], ['hyperband async', 'hyperband', { mode: 'async', max_resource: epochs }],
  ['hyperband paper', 'hyperband', { max_resource: epochs }], ['hyperband keras-tuner', 'hyperband', { mode: 'keras-tuner', max_resource: epochs }], ['hyperband wandb, min_iter 3', 'hyperband', { min_iter: 3 }],
  ['sha, eta 3', 'sha', { max_resource: epochs }], ['screen 1, keep 3', 'screen', {}], ['screen 10, keep 10', 'screen', { after: 10, keep: 10 }],
].map(([label, type, options]) => ({ label, make: () => pruners[type].create(options) }));

const peerNames = { never: 'none', median: 'median', 'median, warm-up 10': 'median_warmup10', 'asha, eta 4': 'sha', 'hyperband async': 'hyperband' };

async function main() {
  const [seeds, trials] = [Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 100)];
  const peers = JSON.parse(readFileSync(new URL(`${process.env.NOREGRET_DATA ?? '../../shared/data'}/peers/open/pruners.json`, import.meta.url), 'utf8')).runs;
  const tasks = [await lcbench('167168', lib), await lcbench('189906', lib), ...['criteo1tb', 'fastmri', 'imagenet_vit', 'ogbg'].map(algoperf)];
  for (const task of tasks) {
    const [, instance] = task.name.split(' ');
    console.log(`\n${task.name}: ${trials} random trials, ${seeds} seeds, range ${task.range.toPrecision(4)}\n`);
    console.log('| pruner | lost, % of range: mean (worst) | epochs saved | saved without checkpoints | stopped | ahead of unpruned at equal epochs, % of range | regret | Optuna: regret, epochs |\n|---|---:|---:|---:|---:|---:|---:|---|');
    for (const row of await score(task, variantsFor(task.epochs), { seeds, trials })) {
      const peer = peers[`${instance}/random/${peerNames[row.label]}`];
      const percent = (value) => (100 * value).toFixed(2);
      console.log(`| ${row.label} | ${percent(row.lost)} (${percent(row.worst)}) | ${(100 * row.saved).toFixed(1)} % | ${(100 * row.savedScratch).toFixed(0)} % | ${row.stopped.toFixed(0)} | ${percent(row.ahead)} | ${row.regret.toPrecision(4)} | ${peer === undefined ? '' : `${peer.mean_regret}, ${peer.mean_epochs}`} |`);
    }
    if (task.curve !== undefined) await withTpe(task, peers, { seeds: Math.min(seeds, 10), trials });
  }
}

async function withTpe(task, peers, { seeds, trials }) {
  const { samplers } = await import(`${lib}/samplers/index.js`);
  const [, instance] = task.name.split(' ');
  console.log(`\n${task.name}: ${trials} trials of TPE, ${seeds} seeds\n\n| pruner | regret | lost against never, % of range | epochs saved | Optuna: regret, epochs saved |\n|---|---:|---:|---:|---|`);
  let whole;
  for (const { label, make } of variantsFor(task.epochs).filter(({ label: name }) => ['never', 'auto', 'median', 'median, warm-up 10', 'asha, eta 4', 'hyperband async'].includes(name))) {
    const { regret, saved } = await scoreSearch(task, samplers.tpe.create({}), { make, seeds, trials });
    whole ??= regret;
    const peer = peers[`${instance}/tpe/${peerNames[label]}`];
    console.log(`| ${label} | ${regret.toPrecision(4)} | ${((100 * (regret - whole)) / task.range).toFixed(2)} | ${(100 * saved).toFixed(0)} % | ${peer === undefined ? '' : `${peer.mean_regret}, ${(100 - peer.mean_epochs / 52).toFixed(0)} %`} |`);
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) await main();
