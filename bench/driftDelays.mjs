// How soon a step on main is seen, and how often an unchanged main is alarmed: `noregret drift` beside Apache Otava on the same simulated series (verdict.md 7.2).
//   npx tsc -p tsconfig.json && python3 -m venv .cache/drift-venv && .cache/drift-venv/bin/pip install apache-otava
//   node bench/driftDelays.mjs [series per row] [rows]      (PYTHON=.cache/drift-venv/bin/python, NOREGRET_LIB=../lib)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const lib = new URL(`${process.env.NOREGRET_LIB ?? '../lib'}/`, import.meta.url).href;
const python = process.env.PYTHON ?? '.cache/drift-venv/bin/python';
const many = Number(process.argv[2] ?? 1000);
/** All rows, or the first few. */
const most = Number(process.argv[3] ?? Infinity);
const [{ steps }, { changePoints }, { cusum }, { createRng }, { standardNormal }] = await Promise.all(
  ['compare/drift/steps', 'compare/drift/changePoints', 'compare/drift/cusum', 'math/rng', 'math/normal'].map(async (path) => await import(`${lib}${path}.js`)));

const fixed = (value) => (100 * value).toFixed(1);
const share = (of, that) => fixed(of.filter(that).length / of.length);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** 30 commits, then a step, 20 more; each commit has `seeds` runs of unit noise, and what a seed always adds. */
function series({ seeds, step, seedEffect = 0, common = 0 }, i) {
  const rng = createRng(`delays ${seeds} ${step} ${seedEffect} ${common} ${i}`);
  const always = Array.from({ length: seeds }, () => seedEffect * standardNormal(rng));
  return Array.from({ length: 50 }, (_, at) => { const both = common * standardNormal(rng); return always.map((own) => own + both + standardNormal(rng) + (at >= 30 ? step : 0)); });
}

/** Steps as [place, did it fall]. */
const detectors = {
  'noregret drift, steps by seeds': (rows) => steps(rows).map(({ index, before, after }) => [index, after < before]),
  'noregret, E-divisive of the means, t filter (n - 1)': (rows) => changePoints(rows.map(mean)).map(({ index, before, after }) => [index, after < before]),
  'CUSUM of the means, 0.5 / 5': (rows) => cusum(rows.map(mean)).flatMap(({ index, alarm }) => (alarm === undefined ? [] : [[index, alarm === 'fall']])),
  'CUSUM of the means, 0.5 / 7 (creep in noregret drift)': (rows) => cusum(rows.map(mean), 7).flatMap(({ index, alarm }) => (alarm === undefined ? [] : [[index, alarm === 'fall']])),
};

/** Judged at every prefix, as every push would: `any` alarm, `fell` within so many commits after the 30th at the right place, and what the whole series shows. */
function judge(rows, find) {
  let [any, fell, whole] = [false, null, false];
  for (let n = 3; n <= 50; n++) {
    const found = find(rows.slice(0, n));
    any ||= found.length > 0;
    whole = found.length > 0;
    if (n > 30 && fell === null && found.some(([index, down]) => index >= 27 && down)) fell = n - 30;
  }
  return { any, fell, whole };
}

const rows = [
  { seeds: 5, step: 0 }, { seeds: 5, step: -1 }, { seeds: 5, step: -2 }, { seeds: 5, step: 0, seedEffect: 3 }, { seeds: 5, step: -1, seedEffect: 3 },
  { seeds: 5, step: 0, common: 1 }, { seeds: 1, step: 0 }, { seeds: 1, step: -1 }, { seeds: 1, step: -2 },
].slice(0, most).map((row) => ({ ...row, series: Array.from({ length: many }, (_, i) => series(row, i)) }));

const dir = mkdtempSync(join(tmpdir(), 'noregret-bench-'));
writeFileSync(join(dir, 'series.json'), JSON.stringify(rows.map((row) => row.series.map((one) => one.map(mean)))));
const peers = JSON.parse(execFileSync(python, [fileURLToPath(new URL('driftDelaysPeers.py', import.meta.url)), join(dir, 'series.json')], { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'inherit'] }));
rmSync(dir, { recursive: true });

console.log(`${many} series per row\n\n| seeds | step | detector | fall seen within 1 / 3 / 5 / 10 / 20 commits, % | finished series with an alarm, % | any alarm at any of 50 commits, % |\n|---|---:|---|---|---:|---:|`);
for (const [i, { seeds, step, seedEffect, common, series: all }] of rows.entries()) {
  const label = `${seeds}${seedEffect ? `, a seed adds ${seedEffect} sd` : ''}${common ? `, a commit adds ${common} sd` : ''}`;
  const judged = { ...Object.fromEntries(Object.entries(detectors).map(([name, find]) => [name, all.map((one) => judge(one, find))])), 'Otava 0.8.0, p = .001': peers[i] };
  for (const [name, found] of Object.entries(judged)) {
    const within = [1, 3, 5, 10, 20].map((n) => share(found, ({ fell }) => fell !== null && fell <= n)).join(' / ');
    console.log(`| ${label} | ${step} | ${name} | ${within} | ${share(found, ({ whole }) => whole)} | ${share(found, ({ any }) => any)} |`);
  }
}

const long = Array.from({ length: 1000 }, (_, at) => { const rng = createRng(`long ${at}`); return Array.from({ length: 5 }, () => standardNormal(rng)); });
for (let i = 0; i < 5; i++) steps(long);
const begin = process.cpuUsage();
for (let i = 0; i < 20; i++) steps(long);
const spent = process.cpuUsage(begin);
console.log(`\nsteps by seeds: ${((spent.user + spent.system) / 20_000).toFixed(1)} ms of processor time per 1000 commits of 5 seeds`);
