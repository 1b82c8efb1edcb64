// Simple regret of the samplers on the open tasks, beside the peers' own results, by the protocol of `../shared/data/peers/README.md`.
//   npx tsc -p tsconfig.json --outDir .cache/lib-bench && npm i --prefix .cache/ort --ignore-scripts onnxruntime-node
//   NOREGRET_LIB=../.cache/lib-bench node bench/regret.mjs --methods random,tpe,gp,auto [--tasks open|validation|a,b] [--seeds 20] [--trials 100] [--parallel 1] [--jobs 1] [--json out]
// A method may carry options: `tpe:preset=hyperopt`. Results are kept in `.cache/regret`, keyed by the sampler's compiled sources.
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openTask, openTasks, readData, validationTasks } from './tasks.mjs';

const lib = new URL(`${process.env.NOREGRET_LIB ?? '../lib'}/`, import.meta.url);
const cache = new URL('../.cache/regret/', import.meta.url);
const checkpoints = [20, 50, 100];
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const stderr = (values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)) / (values.length - 1));
const short = (value) => (value === undefined ? '–' : Number(value.toPrecision(3)).toString());

/** One study: `regret[n]` = regret of the best observed of the first n + 1 trials, by its true mean. */
export async function runStudy({ task, sampler, seed, trials, createRng, parallel = 1 }) {
  const rng = createRng(`${seed}:sampler:${task.name}`);
  const noise = createRng(`${seed}:noise:${task.name}`);
  const finished = [];
  const truths = [];
  const losses = [];
  const regret = [];
  const running = [];
  let best = 0;
  let ms = 0;
  for (let number = 0; number < trials; number++) {
    const view = { space: task.space, finished: [...finished], running: [...running], budget: trials };
    const begin = process.cpuUsage();
    const params = sampler.suggest(view, rng.fork(`trial ${number}`));
    const spent = process.cpuUsage(begin);
    ms += (spent.user + spent.system) / 1000;
    if (params === undefined) break;
    const loss = await task.observe(params, noise);
    running.push({ number, params, state: 'running', intermediate: [] });
    losses.push(loss);
    // The slots are all taken: the next ask comes when the oldest trial has ended.
    if (running.length === parallel) finished.push({ ...running.shift(), loss: losses[finished.length], state: 'complete', seconds: 1 });
    truths.push(await task.evaluate(params));
    if (loss < losses[best]) best = number;
    regret.push(truths[best] - task.best);
  }
  return { regret, ms: ms / trials, finished, truths };
}

export async function openSampler(method) {
  const [name, ...options] = method.split(':');
  const { samplers } = await import(new URL('samplers/index.js', lib));
  const given = Object.fromEntries(options.map((option) => option.split('=')).map(([key, value]) => [key, Number.isNaN(Number(value)) ? value : Number(value)]));
  return samplers[name].create(samplers[name].options.parse(given));
}

/** Of the sampler's file and all that it imports: what else changes in the folder does not count. */
export function sourcesOf(method) {
  const index = readFileSync(new URL('samplers/index.js', lib), 'utf8');
  const [name] = method.split(':');
  const file = Array.from(index.matchAll(/import \{([^}]*)\} from '(\.\/[^']*)'/g)).find(([, names]) => new RegExp(`\\b${name}\\b`).test(names))?.[2] ?? './index.js';
  const hash = createHash('sha256').update(method);
  const seen = new Set();
  const visit = (url) => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const text = readFileSync(url, 'utf8');
    hash.update(text);
    for (const [, path] of text.matchAll(/from '(\.[^']*)'/g)) visit(new URL(path, url));
  };
  visit(new URL(file, new URL('samplers/', lib)));
  return hash.digest('hex').slice(0, 12);
}

const fileOf = (method, { trials, parallel }) => new URL(`${method.replaceAll(/[:=]/g, '_')}-${trials}-${parallel > 1 ? `${parallel}p-` : ''}${sourcesOf(method)}.json`, cache);
const readResults = (url) => (existsSync(url) ? JSON.parse(readFileSync(url, 'utf8')) : {});

/** Every seed of every task that the cache lacks, `jobs` processes at a time. */
async function measure(methods, tasks, { seeds, trials, parallel, jobs }) {
  const kept = (method) => fileOf(method, { trials, parallel });
  mkdirSync(cache, { recursive: true });
  const results = Object.fromEntries(methods.map((method) => [method, readResults(kept(method))]));
  const todo = methods.flatMap((method) => tasks.map((task) => ({ method, task, trials, parallel, seeds: Array.from({ length: seeds }, (_, seed) => seed).filter((seed) => results[method][task]?.[seed] === undefined) })))
    .filter((work) => work.seeds.length > 0);
  const keep = ({ method, task }) => {
    const url = kept(method);
    // Another process may have added to the file since: read again, then replace it whole.
    const all = readResults(url);
    Object.assign(all[task] ??= {}, results[method][task]);
    const whole = new URL(`${url.href}.${process.pid}`);
    writeFileSync(whole, JSON.stringify(all));
    renameSync(whole, url);
  };
  const lane = async () => {
    for (let work = todo.shift(); work !== undefined; work = todo.shift()) {
      const begin = performance.now();
      await new Promise((resolve, reject) => {
        const child = fork(fileURLToPath(import.meta.url), ['--work', JSON.stringify(work)]);
        let saved = begin;
        child.on('message', ({ seed, result }) => {
          (results[work.method][work.task] ??= {})[seed] = result;
          if (performance.now() < saved + 2000) return;
          keep(work);
          saved = performance.now();
        });
        child.on('exit', (code) => { if (code !== 0) reject(new Error(`${work.method} on ${work.task} ended with ${code}`)); });
        child.on('disconnect', resolve);
      });
      keep(work);
      console.error(`${work.method} ${work.task}: ${work.seeds.length} seeds in ${((performance.now() - begin) / 1000).toFixed(0)} s`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  return results;
}

async function work({ method, task: name, seeds, trials, parallel }) {
  const [task, sampler, { createRng }] = await Promise.all([openTask(name), openSampler(method), import(new URL('math/rng.js', lib))]);
  for (const seed of seeds) {
    const { regret, ms } = await runStudy({ task, sampler, seed, trials, parallel, createRng });
    process.send({ seed, result: { regret: regret.map((value) => Number(value.toPrecision(6))), ms: Number(ms.toPrecision(4)) } });
  }
  process.disconnect();
}

const peerColumns = ['optuna.random', 'optuna.tpe', 'optuna.tpe_mv', 'optuna.tpe_uni', 'optuna.gp', 'optuna.cmaes', 'optuna.sobol', 'optuna.nsga2', 'hyperopt.tpe', 'wandb.bayes', 'smac.hpo'];

/** Mean regret by task, method and checkpoint, ours and the peers'. */
function tableOf(results, tasks, { seeds }) {
  const [peers, more] = ['regret', 'regret_more'].map((file) => readData(`peers/open/${file}.json`).tasks);
  return Object.fromEntries(tasks.map((task) => {
    const theirs = { ...peers[task], ...more[task] };
    const rows = Object.keys(theirs).map((method) => [method, Object.fromEntries(checkpoints.flatMap((n) => (theirs[method][n] === undefined ? [] : [[n, theirs[method][n]]])))]);
    const ours = Object.entries(results).flatMap(([method, byTask]) => {
      const curves = Array.from({ length: seeds }, (_, seed) => byTask[task]?.[seed]?.regret).filter((curve) => curve !== undefined);
      if (curves.length === 0) return [];
      const at = (n) => curves.map((curve) => curve[Math.min(n, curve.length) - 1]);
      return [[method, Object.fromEntries(checkpoints.filter((n) => n <= Math.max(...curves.map((curve) => curve.length))).map((n) => [n, { mean: mean(at(n)), stderr: stderr(at(n)), median: at(n).toSorted((a, b) => a - b)[curves.length >> 1] }]))]];
    });
    return [task, Object.fromEntries([...ours, ...rows])];
  }));
}

/** Place among the methods that have a result on a task, as a share of those beaten (0 = the best of all, 1 = the last), averaged over tasks. */
function meanRanks(table, n, methods) {
  const ranks = {};
  for (const byMethod of Object.values(table)) {
    const present = methods.filter((method) => byMethod[method]?.[n] !== undefined);
    for (const method of present) {
      const own = byMethod[method][n].mean;
      const better = present.filter((other) => byMethod[other][n].mean < own).length;
      const equal = present.filter((other) => other !== method && byMethod[other][n].mean === own).length;
      (ranks[method] ??= []).push({ rank: 1 + better + equal / 2, share: (better + equal / 2) / Math.max(1, present.length - 1) });
    }
  }
  return Object.entries(ranks).map(([method, list]) => ({ method, tasks: list.length, rank: mean(list.map(({ rank }) => rank)), share: mean(list.map(({ share }) => share)) })).toSorted((a, b) => a.share - b.share);
}

function print(table, results, tasks) {
  const ours = Object.keys(results);
  for (const n of checkpoints) {
    const columns = [...ours, ...peerColumns].filter((method) => tasks.some((task) => table[task][method]?.[n] !== undefined));
    if (!ours.some((method) => columns.includes(method))) continue;
    console.log(`\nMean regret after ${n} trials (± standard error for ours)\n\n| task | ${columns.join(' | ')} |\n|---|${columns.map(() => '---:').join('|')}|`);
    for (const task of tasks) {
      const cells = columns.map((method) => { const cell = table[task][method]?.[n]; return cell === undefined ? '–' : short(cell.mean) + (ours.includes(method) ? ` ±${short(cell.stderr)}` : ''); });
      console.log(`| ${task} | ${cells.join(' | ')} |`);
    }
  }
  for (const n of checkpoints) {
    const peers = meanRanks(table, n, [...ours, ...peerColumns]);
    console.log(`\nMean rank after ${n} trials, over the methods that have a result on a task; share = of those, how many were better\n\n| method | tasks | mean rank | share better |\n|---|---:|---:|---:|`);
    for (const { method, tasks: count, rank, share } of peers) console.log(`| ${method} | ${count} | ${rank.toFixed(2)} | ${share.toFixed(3)} |`);
  }
  const third = tasks.flatMap((task) => ours.flatMap((method) => checkpoints.flatMap((n) => {
    const theirs = peerColumns.flatMap((peer) => table[task][peer]?.[n]?.mean ?? []).toSorted((a, b) => a - b);
    const own = table[task][method]?.[n]?.mean;
    // Linear interpolation, numpy's default.
    const at = 0.75 * (theirs.length - 1);
    const quartile = theirs.length === 0 ? Infinity : theirs[Math.floor(at)] + (at - Math.floor(at)) * ((theirs[Math.ceil(at)] ?? 0) - theirs[Math.floor(at)]);
    return own > quartile ? [`${method} on ${task} at ${n}: ${short(own)} > ${short(quartile)}`] : [];
  })));
  console.log(`\nWorse than the peers' third quartile: ${third.length === 0 ? 'none' : `\n- ${third.join('\n- ')}`}`);
  for (const method of ours) console.log(`${method}: ${short(mean(tasks.flatMap((task) => Object.values(results[method][task] ?? {}).map(({ ms }) => ms))))} ms CPU per ask, averaged over the tasks`);
}

/** Our `random` against the exact distribution of random search: how many standard errors apart. */
function validate(results, tasks, seeds) {
  const exact = readData('peers/open/random_exact.json').tables;
  for (const [method, byTask] of Object.entries(results)) {
    if (!method.startsWith('random')) continue;
    console.log('\n`random` against exact random search\n\n| task | after | measured | exact | standard errors apart |\n|---|---:|---:|---:|---:|');
    for (const [task, bySeed] of Object.entries(byTask).filter(([task]) => tasks.includes(task))) {
      for (const n of exact[task] === undefined ? [] : checkpoints) {
        const values = Object.values(bySeed).slice(0, seeds).map(({ regret }) => regret[n - 1]);
        const expected = exact[task][n].mean_regret;
        console.log(`| ${task} | ${n} | ${short(mean(values))} ±${short(stderr(values))} | ${short(expected)} | ${((mean(values) - expected) / stderr(values)).toFixed(2)} |`);
      }
    }
  }
}

if (process.argv[2] === '--work') await work(JSON.parse(process.argv[3]));
else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { methods: { type: 'string', default: 'random' }, tasks: { type: 'string', default: 'open' }, seeds: { type: 'string', default: '20' }, trials: { type: 'string', default: '100' }, parallel: { type: 'string', default: '1' }, jobs: { type: 'string', default: '1' }, json: { type: 'string' } } });
  const tasks = { open: openTasks, validation: validationTasks, all: [...openTasks, ...validationTasks] }[values.tasks] ?? values.tasks.split(',');
  const options = { seeds: Number(values.seeds), trials: Number(values.trials), parallel: Number(values.parallel), jobs: Number(values.jobs) };
  const results = await measure(values.methods.split(','), tasks, options);
  const table = tableOf(results, tasks, options);
  print(table, results, tasks);
  validate(results, tasks, options.seeds);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ settings: { ...values }, tasks: table }, undefined, 1));
}
