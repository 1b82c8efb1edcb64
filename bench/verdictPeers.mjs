// The whole verdict (gate, confirmation, search, re-score, retuning check) beside the rules that people use, on simulated pull requests.
//   npx tsc -p tsconfig.json --outDir .cache/lib-bench && NOREGRET_LIB=../.cache/lib-bench node bench/verdictPeers.mjs [pull requests]
// Ours is our own engine; the peers are written here by hand from what their code does (verdict.md 2): a fixed threshold on the
// best value of two searches (as github-action-benchmark's ratio alert), Welch's t test on the winners' fresh seeds, benchstat's
// Mann-Whitney test (exact, two-sided .05, github.com/golang/perf), Bencher's t boundary on past values (github.com/bencherdev/bencher,
// crate bencher_boundary: location and scale of the history, n - 1 degrees of freedom, no prediction term; 12 values, .99).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { engine, mean, normals, percent, resultsFolder, standardError } from './simulation.mjs';

const { gate, retuneCheck } = await engine('compare/gate.js');
const { decideVerdict } = await engine('compare/verdict.js');
const { tQuantile } = await engine('math/studentT.js');

const requests = Number(process.argv[2] ?? 20_000);
const data = new URL(`${process.env.NOREGRET_DATA ?? '../../shared/data'}/tabular/open/`, import.meta.url);
const [trials, fresh, alpha] = [20, 10, 0.05];
const argmax = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);

// Landscapes (verdict.md 5.1). A configuration is its quality and the spread of its seeds, in spreads of a typical good configuration.

/** A bowl over four parameters with one optimum: `height` 40 is flat (like HPOBench), 250 peaked (like NAS-Bench-201). One spread is 1 % of the metric. */
function bowl(height) {
  const weights = [1, 0.6, 0.1, 0.02].map((share) => height * share);
  return (random) => {
    const optimum = weights.map(() => 0.25 + 0.5 * random.uniform());
    return () => ({ quality: -weights.reduce((sum, weight, i) => sum + weight * (random.uniform() - optimum[i]) ** 2, 0), spread: 1 });
  };
}

/** All configurations of a table, each with its mean and spread over the seeds that were trained; errors as -log. */
function table(name) {
  const { direction } = JSON.parse(readFileSync(new URL(`${name}.json`, data), 'utf8'));
  const toGain = name.startsWith('fcnet') ? (value) => -Math.log(value) : direction === 'minimize' ? (value) => -value : (value) => value;
  const rows = gunzipSync(readFileSync(new URL(`${name}.csv.gz`, data))).toString().trimEnd().split('\n').slice(1)
    .map((line) => line.split(',').filter((cell) => cell !== '').slice(0, 3).map((cell) => toGain(Number(cell)))).filter((row) => row.length === 3 && row.every(Number.isFinite));
  const known = rows.map((row) => { const centre = mean(row); return { centre, variance: row.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 2 }; });
  const good = known.toSorted((a, b) => b.centre - a.centre).slice(0, Math.floor(known.length / 10));
  const unit = Math.sqrt(mean(good.map(({ variance }) => variance)));
  const configurations = known.map(({ centre, variance }) => ({ quality: centre / unit, spread: Math.min(3, Math.max(0.3, Math.sqrt(variance) / unit)) }));
  return { unit, draw: (random) => () => configurations[random.integer(configurations.length)] };
}

/** Relative change from base to head, positive = better, as somebody who knows the metric but not its noise would compute it. */
const relative = {
  shifted: (offset) => (head, base) => (head - base) / (base + offset),
  gain: (head, base) => (head - base) / Math.abs(base),
  logLoss: (unit) => (head, base) => 1 - Math.exp(-unit * (head - base)),
};

function landscapes() {
  const bowls = Object.fromEntries([['flat', 40], ['peaked', 250]].map(([name, height]) => {
    const draw = bowl(height);
    const random = normals(`offset/${name}`);
    const bests = Array.from({ length: 2000 }, () => { const next = draw(random); return Math.max(...Array.from({ length: trials }, () => next().quality)); }).sort((a, b) => a - b);
    return [name, { draw, change: relative.shifted(100 - bests[1000]) }];
  }));
  const [nas, fcnet, vehicle] = ['nasbench201_cifar100', 'fcnet_protein_structure', 'hpobench_mlp_vehicle'].map(table);
  return { ...bowls, nas: { draw: nas.draw, change: relative.gain }, fcnet: { draw: fcnet.draw, change: relative.logLoss(fcnet.unit) }, vehicle: { draw: vehicle.draw, change: relative.gain } };
}

// One simulated pull request. `effect` is added to every configuration of the head.

/** A run's value: its noise has a part that its seed decides alone, a part of seed and configuration, and the rest. */
function runs(random, { shared, perConfiguration }) {
  const [a, b, c] = [Math.sqrt(shared), Math.sqrt(perConfiguration), Math.sqrt(1 - shared - perConfiguration)];
  const seed = () => {
    const common = random.normal();
    const own = new Map();
    return (configuration) => {
      if (!own.has(configuration)) own.set(configuration, random.normal());
      return configuration.spread * (a * common + b * own.get(configuration) + c * random.normal());
    };
  };
  return { seed, alone: (configuration) => configuration.quality + configuration.spread * random.normal() };
}

function simulateRequest(random, { draw, noise, effect }) {
  const next = draw(random);
  const { seed, alone } = runs(random, noise);
  const list = Array.from({ length: trials }, next);
  const searched = list.map((configuration) => { const noiseOf = seed(); return { base: configuration.quality + noiseOf(configuration), head: configuration.quality + effect + noiseOf(configuration) }; });
  const search = () => { const own = Array.from({ length: trials }, next); const values = own.map(alone); const best = argmax(values); return { configuration: own[best], value: values[best] }; };
  return { next, seed, alone, list, searched, effect, random, independent: { base: search(), head: search() } };
}

const pairsAt = ({ seed, effect }, head, base) => Array.from({ length: fresh + 10 }, (_, i) => { const noiseOf = seed(); return { seed: i, base: base.quality + noiseOf(base), head: head.quality + effect + noiseOf(head) }; });

/** The best three by their one value, and `also`, each on three fresh seeds; the best mean wins (decisions.md 3). */
function rescored({ list, seed }, values, also) {
  const candidates = [...new Set([...values.map((value, i) => [value, list[i]]).toSorted((a, b) => b[0] - a[0]).slice(0, 3).map(([, one]) => one), ...(also === undefined ? [] : [also])])];
  const means = candidates.map(() => 0);
  for (let i = 0; i < 3; i++) { const noiseOf = seed(); candidates.forEach((one, j) => { means[j] += (one.quality + noiseOf(one)) / 3; }); }
  return { winner: candidates[argmax(means)], runs: 3 * candidates.length };
}

/** Our verdict: gate, confirmation, search, re-score and retuning check by the engine, each stage on seeds of its own. */
function ours(request, policy) {
  const best = rescored(request, request.searched.map(({ base }) => base)).winner;
  const stages = { name: 'metric', goal: 'maximize', gate: gate(pairsAt(request, best, best), policy) };
  let [cached, search] = [stages.gate.pairs, undefined];
  if (stages.gate.decision === 'DOWN') {
    stages.confirmation = gate(pairsAt(request, best, best), policy);
    cached += 2 * stages.confirmation.pairs;
    if (stages.confirmation.decision === 'DOWN') {
      const tuned = rescored(request, request.searched.map(({ head }) => head), best);
      search = { trials, winner: tuned.winner === best ? 'incumbent' : 'other' };
      cached += trials + tuned.runs;
      if (search.winner === 'other') {
        stages.retune = retuneCheck(pairsAt(request, tuned.winner, best), policy);
        cached += 2 * stages.retune.pairs;
      }
    }
  }
  const { kind } = decideVerdict({ metrics: [stages], canaryIdentical: false, ...(search === undefined ? {} : { search }) });
  return { kind, cached, again: cached + stages.gate.pairs };
}

// The peers. Each says WORSE, BETTER or nothing.

const varianceOf = (values) => { const centre = mean(values); return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1); };
const said = (isWorse, isBetter) => (isWorse ? 'WORSE' : isBetter ? 'BETTER' : 'nothing');

function welch(head, base) {
  const [a, b] = [varianceOf(head) / head.length, varianceOf(base) / base.length];
  const t = (mean(head) - mean(base)) / Math.sqrt(a + b);
  const critical = quantileAt((a + b) ** 2 / (a ** 2 / (head.length - 1) + b ** 2 / (base.length - 1)));
  return said(t < -critical, t > critical);
}

/** t at .95 by degrees of freedom, from a fine table: exact quantiles would take longer than all the rest. */
const quantiles = Array.from({ length: 2001 }, (_, i) => tQuantile(1 - alpha, Math.max(1, i / 100)));
const quantileAt = (df) => { const at = Math.min(19.99, df) * 100; const i = Math.floor(at); return quantiles[i] + (at - i) * (quantiles[i + 1] - quantiles[i]); };

/** P(U <= u) of two samples of n without ties. */
const uBelow = Object.fromEntries([5, 10].map((n) => {
  const known = new Map();
  const count = (u, a, b) => {
    if (u < 0) return 0;
    if (a === 0 || b === 0) return u === 0 ? 1 : 0;
    const key = (u * 11 + a) * 11 + b;
    if (!known.has(key)) known.set(key, count(u - b, a - 1, b) + count(u, a, b - 1));
    return known.get(key);
  };
  const counts = Array.from({ length: n * n + 1 }, (_, u) => count(u, n, n));
  const all = counts.reduce((sum, value) => sum + value, 0);
  let below = 0;
  return [n, counts.map((value) => (below += value) / all)];
}));

function mannWhitney(head, base) {
  const u = head.reduce((sum, h) => sum + base.filter((b) => h > b).length, 0);
  const below = uBelow[head.length];
  return said(2 * below[u] <= alpha, 2 * below[head.length ** 2 - u] <= alpha);
}

const past = 12;
const boundary = tQuantile(0.99, past - 1);
const peers = {
  ...Object.fromEntries([0, 1, 2, 5].map((threshold) => [`best of ${trials} against best of ${trials}, threshold ${threshold} %`, { cost: [trials, trials], judge: ({ independent: { head, base }, effect }, { change }) => {
    const moved = 100 * change(head.value + effect, base.value);
    return said(moved < -threshold, moved > threshold);
  } }])),
  ...Object.fromEntries([5, 10].map((k) => [`Welch on the winners of two searches, ${k} fresh seeds`, { cost: [trials + k, trials + 2 * k], judge: ({ independent: { head, base }, alone, effect }) =>
    welch(Array.from({ length: k }, () => alone(head.configuration) + effect), Array.from({ length: k }, () => alone(base.configuration))) }])),
  ...Object.fromEntries([5, 10].flatMap((k) => [['Welch', welch], ['benchstat (Mann-Whitney)', mannWhitney]].map(([name, test]) => [`${name} on the winners, one candidate list, ${k} fresh seeds`, { cost: [trials + k, trials + 2 * k], judge: ({ list, searched, alone, effect }) => {
    const [base, head] = [list[argmax(searched.map((one) => one.base))], list[argmax(searched.map((one) => one.head))]];
    return test(Array.from({ length: k }, () => alone(head) + effect), Array.from({ length: k }, () => alone(base)));
  } }]))),
  [`Bencher's t boundary .99 on ${past} past bests of ${trials}`]: { cost: [trials, trials], judge: ({ next, alone, independent, effect }) => {
    const history = Array.from({ length: past }, () => Math.max(...Array.from({ length: trials }, () => alone(next()))));
    const reach = boundary * Math.sqrt(varianceOf(history));
    const value = independent.head.value + effect;
    return said(value < mean(history) - reach, value > mean(history) + reach);
  } },
};

const independentNoise = { shared: 0, perConfiguration: 0 };
const seeded = { shared: 0.6, perConfiguration: 0.2 };
const places = [
  { place: 'flat', noise: independentNoise }, { place: 'flat', noise: seeded }, { place: 'peaked', noise: independentNoise }, { place: 'peaked', noise: seeded },
  { place: 'nas', noise: independentNoise }, { place: 'fcnet', noise: independentNoise }, { place: 'vehicle', noise: { shared: 0.85, perConfiguration: 0 } },
];
const titles = { flat: 'flat', peaked: 'peaked', nas: 'nasbench201 cifar100', fcnet: 'fcnet protein', vehicle: 'hpobench vehicle' };
const margin = 1.5;
const spreadOfPair = ({ shared, perConfiguration }) => Math.sqrt(2 * (1 - shared - perConfiguration));
const designs = {
  'noregret, looks 3-5-7-10, margin 1.5 σ': () => ({ looks: [3, 5, 7, 10], alpha, margin }),
  'noregret, looks 3-5-8-12-20, margin 1.5 σ': () => ({ looks: [3, 5, 8, 12, 20], alpha, margin }),
  'noregret, looks 3-5-7-10, margin `auto`': (noise) => ({ looks: [3, 5, 7, 10], alpha, margin: 1.25 * spreadOfPair(noise) }),
};

function measure(landscape, { place, noise }, effect) {
  const random = normals(`peers/${place}/${noise.shared}/${effect}`);
  const tallies = {};
  let otherWinner = 0;
  const count = (rule, outcome, cached, again) => {
    const tally = tallies[rule] ??= { outcomes: {}, cached: 0, again: 0 };
    tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1 / requests;
    tally.cached += cached / requests;
    tally.again += again / requests;
  };
  for (let i = 0; i < requests; i++) {
    const request = simulateRequest(random, { draw: landscape.draw, noise, effect });
    if (argmax(request.searched.map(({ base }) => base)) !== argmax(request.searched.map(({ head }) => head))) otherWinner += 1 / requests;
    for (const [name, { cost, judge }] of Object.entries(peers)) count(name, judge(request, landscape), ...cost);
    for (const [name, policyFor] of Object.entries(designs)) { const { kind, cached, again } = ours(request, policyFor(noise)); count(name, kind, cached, again); }
  }
  return { tallies, otherWinner };
}

const bad = ({ outcomes }) => (outcomes.WORSE ?? 0) + (outcomes.REGRESSION ?? 0);
const noticed = ({ outcomes }) => bad({ outcomes }) + (outcomes.RECOVERED_BY_RETUNING ?? 0);
const known = landscapes();
const results = places.map((at) => ({ ...at, title: `${titles[at.place]}${at.noise.shared === 0 ? '' : `, seeds drive ${100 * (at.noise.shared + at.noise.perConfiguration)} % of the noise`}`, ...measured(known[at.place], at) }));

function measured(landscape, at) {
  const [none, lost] = [measure(landscape, at, 0), measure(landscape, at, -2)];
  return { none: none.tallies, lost: lost.tallies, otherWinner: none.otherWinner };
}

const peerNames = Object.keys(peers);
const rules = [...peerNames, ...Object.keys(designs)];
console.log(`${requests} simulated pull requests a cell; standard error at most ${percent(standardError(0.5, requests), 2)} points, at .1 % ${percent(standardError(0.001, requests), 2)}\n`);
console.log(`**False regressions, % of unchanged pull requests / detected, % of those that lost 2 σ** (ours: REGRESSION; in brackets with RECOVERED_BY_RETUNING, which also names the loss)\n`);
console.log(`| rule | ${results.map(({ title }) => title).join(' | ')} |\n|---|${results.map(() => '---:').join('|')}|`);
for (const rule of rules) console.log(`| ${rule} | ${results.map(({ none, lost }) => `${percent(bad(none[rule]), bad(none[rule]) < 0.01 ? 2 : 1)} / ${percent(bad(lost[rule]))}${rule in designs ? ` (${percent(noticed(lost[rule]))})` : ''}`).join(' | ')} |`);
console.log(`\nThe best of ${trials} on main and on an unchanged pull request, the same candidates and seeds, are not the same configuration in: ${results.map(({ title, otherWinner }) => `${percent(otherWinner, 0)} % (${title})`).join(', ')}.`);
const byCost = {};
for (const entry of Object.entries(peers)) (byCost[entry[1].cost.join(' / ')] ??= []).push(entry);
const columns = (first, mark) => `| ${first} | ${results.map(({ title }) => title).join(' | ')} |\n|---|${results.map(() => mark).join('|')}|`;
console.log(`\n**Training runs of our verdict, base values stored / run again: unchanged; lost 2 σ.** A search of main, which all rules need, is not counted; \`search: always\`, the default, adds ${trials} and at most 12 for the re-score to every one that is not REGRESSION. The peers take ${Object.entries(byCost).map(([cost, those]) => `${cost} (${those.map(([name]) => name.replace(/ on the winners.*| against.*| boundary.*/, '')).filter((name, i, all) => all.indexOf(name) === i).join(', ')})`).join(', ')}.\n`);
console.log(columns('rule', '---:'));
for (const rule of Object.keys(designs)) console.log(`| ${rule} | ${results.map(({ none, lost }) => `${none[rule].cached.toFixed(1)} / ${none[rule].again.toFixed(1)}; ${lost[rule].cached.toFixed(1)} / ${lost[rule].again.toFixed(1)}`).join(' | ')} |`);

function held(design, peer, { none, lost }) {
  const [isRarer, isStronger] = [bad(none[design]) <= bad(none[peer]) / 10, bad(lost[design]) > bad(lost[peer])];
  if (isRarer && isStronger) return 'yes';
  if (isRarer) return 'power lower';
  return `${isStronger ? 'power higher' : 'power lower'}, false regressions not a tenth`;
}
for (const design of Object.keys(designs).slice(0, 2)) {
  console.log(`\n**At most a tenth of the false regressions, at more power? ${design}**\n`);
  console.log(columns('peer', '---'));
  for (const peer of peerNames) console.log(`| ${peer} | ${results.map((at) => held(design, peer, at)).join(' | ')} |`);
}
mkdirSync(resultsFolder, { recursive: true });
writeFileSync(new URL('peers.json', resultsFolder), JSON.stringify({ requests, results }, undefined, 1));
