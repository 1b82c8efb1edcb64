// `judge` on seeds of real trainings: A/A splits of the open nanoGPT groups, known pairs of them, and symmetric A/A of noisier runs.
//   npx tsc -p tsconfig.json --outDir .cache/lib-bench && NOREGRET_LIB=../.cache/lib-bench node bench/realSeeds.mjs [draws]
// The groups share no seeds, so runs are judged as two sets (unpaired: Welch's intervals), and, as a test of the looks, in random pairs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { engine, mean, normals, percent, resultsFolder } from './simulation.mjs';

const { judgeColumns } = await engine('compare/judge.js');
const { welchDifference } = await engine('compare/welch.js');
const { tCdf } = await engine('math/studentT.js');

const draws = Number(process.argv[2] ?? 400);
const data = new URL(`${process.env.NOREGRET_DATA ?? '../../shared/data'}/`, import.meta.url);
const text = (path) => gunzipSync(readFileSync(new URL(path, data))).toString().trimEnd().split('\n');
const looks = [3, 5, 7, 10];
const alpha = 0.05;

// Both metrics of a group are better when lower.
const groups = new Map();
for (const line of text('nanogpt_speedrun/open/runs.csv.gz').slice(1)) {
  const [group, , , loss, time] = line.split(',');
  const runs = groups.get(group) ?? groups.set(group, { val_loss: [], train_s: [] }).get(group);
  runs.val_loss.push(Number(loss));
  runs.train_s.push(Number(time) / 1000);
}

const random = normals('real seeds');
/** `k` of `values` in a random order, without repetition. */
function drawn(values, k) {
  const left = [...values];
  return Array.from({ length: k }, () => left.splice(random.integer(left.length), 1)[0]);
}

const base = { goal: 'minimize', alpha, looks };
const ways = {
  unpaired: (columns, margin) => judgeColumns(columns, { ...base, margin, unpaired: true }),
  'random pairs': (columns, margin) => judgeColumns({ ...columns, seeds: columns.base.map((_, i) => i) }, { ...base, margin }),
};
const auto = { kind: 'auto' };

/** One-sided p of "head is not worse" where lower is better. */
function welchWorseP({ base: b, head: h }) {
  const found = welchDifference(b, h);
  return found === undefined || found.error === 0 ? (mean(h) > mean(b) ? 0 : 1) : 1 - tCdf(found.centre / found.error, found.df);
}

/** Mean of groups' shares; its standard error from their scatter, as splits of one group hang together. */
function over(shares) {
  const centre = mean(shares);
  return `${percent(centre)} ± ${percent(Math.sqrt(mean(shares.map((share) => (share - centre) ** 2)) / (shares.length - 1)))}`;
}

console.log(`**A/A: two random halves of one group, margin \`auto\`, ${draws} splits of each group; alarms in %, mean over groups ± standard error**\n`);
console.log('| metric | runs a side | groups | judged as | REGRESSION | IMPROVED | PASS or NO_CHANGE | inconclusive | at most 5 % |\n|---|---:|---:|---|---:|---:|---:|---:|---|');
const results = { aa: [], pairs: [], symmetric: [] };
for (const metric of ['val_loss', 'train_s']) {
  for (const k of [3, 5, 7, 10]) {
    const eligible = [...groups.values()].map((runs) => runs[metric]).filter((values) => values.length >= 2 * k);
    for (const [way, judged] of Object.entries(ways)) {
      const shares = eligible.map((values) => {
        const counts = { REGRESSION: 0, IMPROVED: 0, PASS: 0, INCONCLUSIVE: 0 };
        for (let i = 0; i < draws; i++) {
          const both = drawn(values, 2 * k);
          const { verdict } = judged({ base: both.slice(0, k), head: both.slice(k) }, auto);
          counts[verdict === 'NO_CHANGE' ? 'PASS' : verdict] += 1 / draws;
        }
        return counts;
      });
      const [worse, better] = ['REGRESSION', 'IMPROVED'].map((kind) => mean(shares.map((one) => one[kind])));
      results.aa.push({ metric, k, way, groups: eligible.length, worse, better });
      console.log(`| ${metric} | ${k} | ${eligible.length} | ${way} | ${over(shares.map((one) => one.REGRESSION))} | ${over(shares.map((one) => one.IMPROVED))} | ${percent(mean(shares.map((one) => one.PASS)))} | ${percent(mean(shares.map((one) => one.INCONCLUSIVE)))} | ${worse <= 0.05 && better <= 0.05 ? 'yes' : 'NO'} |`);
    }
  }
}

// Known pairs: different beyond doubt with all their runs (Welch, two-sided p < .001 in pairs.json); the worse side is the head.
const pairs = JSON.parse(readFileSync(new URL('nanogpt_speedrun/open/pairs.json', data), 'utf8'));
const knownPairs = (metric) => pairs.filter((pair) => pair[metric].welch_p < 0.001).map((pair) => {
  const [a, b] = [groups.get(pair.baseline)[metric], groups.get(pair.candidate)[metric]];
  return mean(a) < mean(b) ? { base: a, head: b } : { base: b, head: a };
});
/** Margins: `auto`, and a small one: less than one spread of a run's loss, a tenth of a per cent of the time. */
const margins = { val_loss: [auto, { kind: 'absolute', value: 0.001 }], train_s: [auto, { kind: 'percent', value: 0.1 }] };
const marginWords = ({ kind, value }) => (kind === 'auto' ? '`auto`' : kind === 'percent' ? `${value} %` : String(value));

console.log(`\n**Known pairs: the share of ${draws} draws in which the worse side is detected, in %**\n`);
console.log('| metric | pairs | runs a side | margin | judge, unpaired | Welch, two-sided .05 | Welch, one-sided .05 | judge, random pairs (runs a side used) | at least Welch, two-sided |\n|---|---:|---:|---|---:|---:|---:|---:|---|');
for (const metric of ['val_loss', 'train_s']) {
  const known = knownPairs(metric);
  for (const k of [3, 5, 10]) {
    const eligible = known.filter((pair) => Math.min(pair.base.length, pair.head.length) >= k);
    for (const margin of margins[metric]) {
      const tally = { unpaired: 0, paired: 0, two: 0, one: 0, used: 0 };
      for (const pair of eligible) {
        for (let i = 0; i < draws; i++) {
          const columns = { base: drawn(pair.base, k), head: drawn(pair.head, k) };
          const share = 1 / draws / eligible.length;
          const p = welchWorseP(columns);
          const paired = ways['random pairs'](columns, margin);
          if (ways.unpaired(columns, margin).verdict === 'REGRESSION') tally.unpaired += share;
          if (paired.verdict === 'REGRESSION') tally.paired += share;
          if (p <= alpha / 2) tally.two += share;
          if (p <= alpha) tally.one += share;
          tally.used += paired.pairs * share;
        }
      }
      results.pairs.push({ metric, k, margin, pairs: eligible.length, ...tally });
      console.log(`| ${metric} | ${eligible.length} | ${k} | ${marginWords(margin)} | ${percent(tally.unpaired)} | ${percent(tally.two)} | ${percent(tally.one)} | ${percent(tally.paired)} (${tally.used.toFixed(1)}) | ${tally.unpaired >= tally.two ? 'yes' : 'NO'} |`);
    }
  }
}

// Noise of other kinds. Five seeds a cell are too few to split; but two late values of one run, which of them is the head's thrown
// for each run anew, differ as often in either direction: an exact A/A with real, unequal and heavy-tailed spreads between runs.
function symmetricCells() {
  const atari = new Map();
  for (const line of text('dopamine_atari/open/curves.csv.gz').slice(1)) {
    const [game, agent, run, , value] = line.split(',');
    const cell = atari.get(`${game}/${agent}`) ?? atari.set(`${game}/${agent}`, new Map()).get(`${game}/${agent}`);
    (cell.get(run) ?? cell.set(run, []).get(run)).push(Number(value));
  }
  const algoperf = new Map();
  for (const workload of ['criteo1tb', 'fastmri', 'imagenet_vit', 'ogbg']) {
    for (const line of text(`algoperf_v05/open/${workload}.jsonl.gz`)) {
      const { submission, study, trial, curve } = JSON.parse(line);
      const values = curve.map(([, , value]) => value).filter((value) => value !== null);
      const key = `${workload}/${submission}/${trial}`;
      const cell = algoperf.get(key) ?? algoperf.set(key, new Map()).get(key);
      if (values.length >= 8) cell.set(study, values);
    }
  }
  const late = (cells) => [...cells.values()].map((runs) => [...runs.values()].map((values) => values.slice(-4))).filter((runs) => runs.length >= 5);
  return { 'Atari, returns of agents (Dopamine)': late(atari), 'AlgoPerf, validation metric': late(algoperf) };
}

console.log(`\n**Symmetric A/A: five runs, two of the last four values of each, sides thrown anew for each run; looks 3-5, margin \`auto\`, ${draws} throws a cell; alarms in %, mean over cells ± standard error**\n`);
console.log('| data | cells | REGRESSION | IMPROVED | at most 5 % |\n|---|---:|---:|---:|---|');
for (const [name, cells] of Object.entries(symmetricCells())) {
  const shares = cells.map((runs) => {
    const counts = { REGRESSION: 0, IMPROVED: 0 };
    for (let i = 0; i < draws; i++) {
      const both = runs.slice(0, 5).map((values) => drawn(values, 2));
      const { verdict } = judgeColumns({ seeds: both.map((_, j) => j), base: both.map(([value]) => value), head: both.map(([, value]) => value) }, { ...base, goal: 'maximize', looks: [3, 5], margin: marginOf(both) });
      if (verdict in counts) counts[verdict] += 1 / draws;
    }
    return counts;
  });
  const [worse, better] = ['REGRESSION', 'IMPROVED'].map((kind) => mean(shares.map((one) => one[kind])));
  results.symmetric.push({ name, cells: cells.length, worse, better });
  console.log(`| ${name} | ${cells.length} | ${over(shares.map((one) => one.REGRESSION))} | ${over(shares.map((one) => one.IMPROVED))} | ${worse <= 0.05 && better <= 0.05 ? 'yes' : 'NO'} |`);
}

/** \`auto\` where it has something to go by: runs that all end on the same value have no noise. */
function marginOf(both) {
  return new Set(both.map(([value]) => value)).size > 1 || both[0][0] !== 0 ? auto : { kind: 'absolute', value: 1e-6 };
}

mkdirSync(resultsFolder, { recursive: true });
writeFileSync(new URL('real.json', resultsFolder), JSON.stringify({ draws, ...results }, undefined, 1));
