// Noisy tasks, scored by the true mean of the configuration that is recommended: search and re-score together take as
// many runs as a peer's search alone. Everything but the training runs is the product's own code. As in the product a
// re-score's seed is the same for all candidates: it picks one of the table's training seeds for all of them. The
// search's own noise is the peers' (a training seed drawn for each trial), or with --search-seed one the product's (the
// same training seed for all trials of a search).
//   NOREGRET_LIB=../.cache/lib-bench node bench/rescore.mjs [--methods auto,tpe] [--tasks a~noisy,b~noisy] [--seeds 20] [--totals 20,50,100] [--top auto]
import { parseArgs } from 'node:util';
import { openSampler, runStudy } from './regret.mjs';
import { openTask, readData } from './tasks.mjs';

const lib = new URL(`${process.env.NOREGRET_LIB ?? '../lib'}/`, import.meta.url);
const { createRng } = await import(new URL('math/rng.js', lib));
const { rescoreCandidates, rescoreRounds } = await import(new URL('app/rescore.js', lib));

/** The longest search that leaves its own re-score enough of `total` runs. No incumbent here. */
function searchTrials(top, total) {
  let trials = total;
  for (; trials > 1; trials--) {
    if (rescoreRounds(top, trials).reduce((sum, left) => sum + left, trials) <= total) break;
  }
  return trials;
}

/** True regret of what a study of `total` runs recommends in all. */
async function recommended({ task, sampler, seed, total, top, oneSeed }) {
  const trials = searchTrials(top, total);
  const searched = oneSeed ? { ...task, observe: (params) => task.observe(params, createRng(`${seed}:search seed:${task.name}`)) } : task;
  const { finished } = await runStudy({ task: searched, sampler, seed, trials, createRng });
  const rows = finished.map(({ number, params, loss }) => ({ number, params, state: 'complete', value: loss }));
  const ranking = sampler.ranked?.({ space: task.space, finished, running: [], budget: trials });
  const noise = createRng(`${seed}:rescore:${task.name}`);
  let runs = trials;
  const lab = { measure: async ({ params, seed: own }) => {
    runs += 1;
    return { trial: { result: { outcome: { state: 'complete', value: await task.observe(params, noise.fork(`${own}`)) } } } };
  } };
  const { winner } = await rescoreCandidates({ lab, side: 'head', study: task.name, tree: `${seed}`, goal: 'minimize', trials: rows, top, slots: 1, signal: new AbortController().signal, ...(ranking === undefined ? {} : { ranking }) });
  if (runs > total) throw new Error(`${runs} runs where ${total} were allowed`);
  return (await task.evaluate(winner.params)) - task.best;
}

const { values } = parseArgs({ options: { methods: { type: 'string', default: 'auto' }, tasks: { type: 'string', default: 'fcnet_protein_structure~noisy,hpobench_mlp_vehicle~noisy' }, seeds: { type: 'string', default: '20' }, totals: { type: 'string', default: '20,50,100' }, top: { type: 'string', default: 'auto' }, 'search-seed': { type: 'string', default: 'each' } } });
const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
const stderr = (list) => Math.sqrt(mean(list.map((value) => (value - mean(list)) ** 2)) / (list.length - 1));
const [peers, more] = ['regret', 'regret_more'].map((file) => readData(`peers/open/${file}.json`).tasks);

/** The middle 95 % of the share over draws of seeds, ours and the peer's; a peer whose seeds are not given is drawn from its mean and standard error. */
function interval(ours, { mean: centre, stderr: spread, seeds }) {
  const rng = createRng('bootstrap');
  const again = (list) => mean(list.map(() => list[rng.integer(list.length)]));
  const gauss = () => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
  const shares = Array.from({ length: 4000 }, () => again(ours) / (seeds === undefined ? Math.max(centre + spread * gauss(), 1e-12) : again(seeds))).sort((a, b) => a - b);
  return `${shares[100].toFixed(2)}–${shares[3899].toFixed(2)}`;
}

/** Every peer's result after as many trials as we have runs. */
function peersOf(name, total) {
  return Object.entries({ ...peers[name], ...more[name] }).flatMap(([peer, at]) => (at[total] === undefined ? [] : [{ peer, ...at[total], seeds: at.per_seed_regret_at?.[total] ?? (total === 50 ? at.per_seed_50 : undefined) }])).toSorted((a, b) => a.mean - b.mean);
}

/**
 * The best of many peers is partly a lucky one. Here it is picked on half of the seeds and scored on the other half, which
 * nobody picked by (2000 random halves; only peers whose 20 seeds are given).
 */
function pickedFairly(name, total) {
  const rows = peersOf(name, total).flatMap(({ seeds }) => (seeds?.length === 20 ? [seeds] : []));
  if (rows.length === 0) return undefined;
  const rng = createRng('halves');
  const half = () => {
    const order = Array.from({ length: 20 }, (_, i) => ({ i, key: rng.uniform() })).sort((a, b) => a.key - b.key).map(({ i }) => i);
    const [shown, hidden] = [order.slice(0, 10), order.slice(10)];
    const picked = rows.toSorted((a, b) => mean(shown.map((i) => a[i])) - mean(shown.map((i) => b[i])))[0];
    return mean(hidden.map((i) => picked[i]));
  };
  return mean(Array.from({ length: 2000 }, half));
}

console.log(`search trials: ${values['search-seed'] === 'one' ? 'one training seed for all of a search (the product)' : 'a training seed for each (the peers)'}, ${values.seeds} seeds\n`);
console.log('| task | method | runs in all | regret of the recommended | the best peer | share of it (95 %) | the best peer, picked on half of its seeds, on the other half | share of it |\n|---|---|---:|---:|---:|---:|---:|---:|');
for (const name of values.tasks.split(',')) {
  const task = await openTask(name);
  for (const method of values.methods.split(',')) {
    const sampler = await openSampler(method);
    for (const total of values.totals.split(',').map(Number)) {
      const regrets = [];
      for (let seed = 0; seed < Number(values.seeds); seed++) regrets.push(await recommended({ task, sampler, seed, total, top: values.top === 'auto' ? 'auto' : Number(values.top), oneSeed: values['search-seed'] === 'one' }));
      const [best] = peersOf(name, total);
      const fair = pickedFairly(name, total);
      console.log(`| ${name} | ${method} | ${total} | ${mean(regrets).toPrecision(3)} ±${stderr(regrets).toPrecision(2)} | ${best === undefined ? '– | –' : `${best.mean.toPrecision(3)} (${best.peer}) | ${(mean(regrets) / best.mean).toFixed(2)} (${interval(regrets, best)})`} | ${fair === undefined ? '– | –' : `${fair.toPrecision(3)} | ${(mean(regrets) / fair).toFixed(2)}`} |`);
    }
  }
}
