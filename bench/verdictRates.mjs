// Error rates and power of the gate, by simulation on our own engine (the functions that judge a pull request).
//   npx tsc -p tsconfig.json --outDir .cache/lib-bench && NOREGRET_LIB=../.cache/lib-bench node bench/verdictRates.mjs [paths]
// Differences are normal with spread 1, so margins and shifts are in spreads of one paired difference (s_d).
import { mkdirSync, writeFileSync } from 'node:fs';
import { engine, normals, percent, resultsFolder, standardError } from './simulation.mjs';

const { gate } = await engine('compare/gate.js');
const { extend } = await engine('compare/eValue.js');
const { knownAlphas, knownLooks } = await engine('compare/looks.js');
const { welchGate } = await engine('compare/welch.js');

const paths = Number(process.argv[2] ?? 20_000);
const margins = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const tolerance = 0.005;

/** Shares of the decisions, and mean pairs, over independent draws. */
function simulate(decide, draw, { seed, n }) {
  const { normal } = normals(seed);
  const counts = { DOWN: 0, IMPROVED: 0, PASS: 0, INCONCLUSIVE: 0, NO_CHANGE: 0, pairs: 0 };
  for (let path = 0; path < n; path++) {
    const { decision, pairs } = decide(draw(normal));
    counts[decision] += 1 / n;
    counts.pairs += pairs / n;
  }
  return counts;
}

const pairsOf = (length, shift) => (normal) => Array.from({ length }, (_, i) => ({ seed: i, base: 0, head: normal() + shift }));
const setsOf = (base, head, shift) => (normal) => ({ base: Array.from({ length: base }, () => normal() * Math.SQRT1_2), head: Array.from({ length: head }, () => normal() * Math.SQRT1_2 + shift) });

/** Largest of each error over the margins: "worse" and "better" where nothing changed, "not worse" where the head lost the whole margin. */
function worstErrors({ decideAt, drawAt, seed, n = paths }) {
  const at = margins.map((margin) => {
    const none = simulate(decideAt(margin), drawAt(0), { seed: `${seed}/0/${margin}`, n });
    const lost = simulate(decideAt(margin), drawAt(-margin), { seed: `${seed}/-m/${margin}`, n });
    return { margin, down: none.DOWN, improved: none.IMPROVED, pass: lost.PASS + lost.IMPROVED };
  });
  return Object.fromEntries(['down', 'improved', 'pass'].map((key) => {
    const worst = at.toSorted((a, b) => b[key] - a[key])[0];
    return [key, { share: worst[key], margin: worst.margin, n }];
  }));
}

const cells = (found) => ['down', 'improved', 'pass'].map((key) => `${percent(found[key].share, 2)} ± ${percent(standardError(found[key].share, found[key].n), 2)} (${found[key].margin})`).join(' | ');
const largest = (found) => Math.max(...Object.values(found).map(({ share }) => share));

console.log(`**Errors, worst of ${margins.length} margins (${margins.join(', ')} s_d); ${paths} paths for each margin and shift; in brackets the margin where it was worst**\n`);
console.log('| looks | α, % | false DOWN, % | false IMPROVED, % | false PASS at −margin, % | at most α + 0.5 point |\n|---|---:|---:|---:|---:|---|');
const errors = [];
for (const looks of knownLooks) {
  for (const alpha of knownAlphas) {
    const found = worstErrors({ decideAt: (margin) => (pairs) => gate(pairs, { looks, alpha, margin }), drawAt: (shift) => pairsOf(looks.at(-1), shift), seed: `rates/${looks}/${alpha}` });
    errors.push({ looks, alpha, ...found });
    console.log(`| ${looks.join('-')} | ${100 * alpha} | ${cells(found)} | ${largest(found) <= alpha + tolerance ? 'yes' : 'NO'} |`);
  }
}

/** The interval for any number of pairs, asked after every single one. */
const longest = 60;
const alpha = 0.05;
const afterEveryPair = (margin) => (pairs) => {
  for (let n = 3; n <= longest; n++) {
    const found = extend(pairs.slice(0, n), { looks: [3, 5, 7, 10], alpha, margin });
    if (found.decision !== 'INCONCLUSIVE') return found;
  }
  return { decision: 'INCONCLUSIVE', pairs: longest };
};
const others = [
  { name: `\`--more-seeds\`, asked after every pair up to ${longest}`, n: Math.min(paths, 5000), decideAt: afterEveryPair, drawAt: (shift) => pairsOf(longest, shift) },
  ...[[5, 5], [10, 10], [4, 12]].map(([base, head]) => ({ name: `two sets (Welch), ${base} base and ${head} head runs`, decideAt: (margin) => (sides) => welchGate(sides, { alpha, margin }), drawAt: (shift) => setsOf(base, head, shift) })),
];
console.log(`\n| other judgements, α 5 % | paths | false DOWN, % | false IMPROVED, % | false PASS at −margin, % | at most α + 0.5 point |\n|---|---:|---:|---:|---:|---|`);
for (const other of others) {
  const found = worstErrors({ ...other, seed: `rates/${other.name}` });
  errors.push({ other: other.name, alpha, ...found });
  console.log(`| ${other.name} | ${other.n ?? paths} | ${cells(found)} | ${largest(found) <= alpha + tolerance ? 'yes' : 'NO'} |`);
}

/** Noise of one run, standardised to spread 1; `uniform` beside `normal` for what is not smooth. */
const noises = {
  'normal': ({ normal }) => normal(),
  'heavy tails, t with 3 degrees of freedom': ({ normal }) => normal() / Math.sqrt(normal() ** 2 + normal() ** 2 + normal() ** 2),
  'one run in 20 ends 8 spreads lower': ({ normal, uniform }) => (normal() - 8 * (uniform() < 0.05) + 0.4) / Math.sqrt(1 + 64 * 0.05 * 0.95),
  'rounded to steps of one spread': ({ normal }) => Math.round(normal()),
};
console.log(`\n**Noise that is not normal: margin 1.5 spreads of a run, looks 3-5-7-10, α 5 %, ${paths} paths; standard error at most ${percent(standardError(0.05, paths), 2)} points at 5 %**\n`);
console.log('| noise of a run | false DOWN, % | false IMPROVED, % | false PASS at −margin, % | DOWN at −margin, % | DOWN at −2 spreads, % |\n|---|---:|---:|---:|---:|---:|');
const robust = Object.entries(noises).map(([name, noise]) => {
  const at = (shift) => {
    const random = normals(`noise/${name}/${shift}`);
    return simulate((pairs) => gate(pairs, { looks: [3, 5, 7, 10], alpha, margin: 1.5 }), () => Array.from({ length: 10 }, (_, i) => ({ seed: i, base: noise(random), head: noise(random) + shift })), { seed: 'unused', n: paths });
  };
  const [none, lost, far] = [at(0), at(-1.5), at(-2)];
  console.log(`| ${name} | ${percent(none.DOWN, 2)} | ${percent(none.IMPROVED, 2)} | ${percent(lost.PASS + lost.IMPROVED, 2)} | ${percent(lost.DOWN)} | ${percent(far.DOWN)} |`);
  return { name, none, lost, far };
});

/** verdict.md 5.6, per cent and pairs, alpha .05: PASS or IMPROVED, inconclusive and pairs where nothing changed; DOWN at −m, −1.5 m, −2 m; IMPROVED at +m. */
const planned = [
  { looks: [3, 5, 7, 10], margin: 0.5, table: [31, 65, 9.3, 31, 56, 79, 31] },
  { looks: [3, 5, 7, 10], margin: 0.75, table: [55, 40, 8.6, 55, 87, 98, 54] },
  { looks: [3, 5, 7, 10], margin: 1, table: [78, 18, 7.5, 77, 98, 100, 74] },
  { looks: [3, 5, 7, 10], margin: 1.25, table: [91, 6, 6.5, 90, 100, 100, 86] },
  { looks: [3, 5, 7, 10], margin: 1.5, table: [97, 1, 5.6, 95, 100, 100, 92] },
  { looks: [3, 5, 7, 10], margin: 2, table: [99, 0, 4.6, 97, 100, 100, 97] },
  { looks: [3, 5, 8, 12, 20], margin: 0.75, table: [84, 12, 13.5, 84] },
  { looks: [3, 4, 5, 6], margin: 1.5, table: [83, 15, 4.6, 81] },
];
const many = 5 * paths;
console.log(`\n**Power beside the planning table of verdict.md 5.6, α 5 %, ${many} paths: ours (the table's)**; standard error at most ${percent(standardError(0.5, many), 2)} points\n`);
console.log('| looks | margin, s_d | no change: PASS or IMPROVED, % | no change: inconclusive, % | no change: pairs | DOWN at −m, % | DOWN at −1.5m, % | DOWN at −2m, % | IMPROVED at +m, % | largest gap, points |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|');
const power = planned.map(({ looks, margin, table }) => {
  const at = (share) => simulate((pairs) => gate(pairs, { looks, alpha, margin }), pairsOf(looks.at(-1), share * margin), { seed: `power/${looks}/${margin}/${share}`, n: many });
  const [none, lost] = [at(0), at(-1)];
  const ours = [100 * (none.PASS + none.IMPROVED), 100 * none.INCONCLUSIVE, none.pairs, 100 * lost.DOWN, ...(table.length > 4 ? [100 * at(-1.5).DOWN, 100 * at(-2).DOWN, 100 * at(1).IMPROVED] : [])];
  const gaps = ours.map((value, i) => Math.abs(value - table[i])).filter((_, i) => i !== 2);
  console.log(`| ${looks.join('-')} | ${margin} | ${Array.from({ length: 7 }, (_, i) => (i < ours.length ? `${ours[i].toFixed(1)} (${table[i]})` : '')).join(' | ')} | ${Math.max(...gaps).toFixed(2)} |`);
  return { looks, margin, ours, table };
});

/** Detection by size of decline at the default looks: what the picture in docs/statistics.md draws. */
const curves = [0.75, 1, 1.25, 1.5].map((margin) => ({ margin, points: Array.from({ length: 17 }, (_, i) => {
  const decline = (3 * i) / 16;
  const found = simulate((pairs) => gate(pairs, { looks: [3, 5, 7, 10], alpha, margin }), pairsOf(10, -decline), { seed: `curve/${margin}/${i}`, n: paths });
  return { decline, down: found.DOWN, fine: found.PASS + found.IMPROVED, inconclusive: found.INCONCLUSIVE, pairs: found.pairs };
}) }));
mkdirSync(resultsFolder, { recursive: true });
writeFileSync(new URL('rates.json', resultsFolder), JSON.stringify({ paths, errors, robust, power, curves }, undefined, 1));
