// Change points beside ruptures and Apache Otava: the open TCPD series labelled by people, NAB, white noise. Delays on simulated commits: driftDelays.mjs.
//   npx tsc -p tsconfig.json && python3 -m venv .cache/drift-venv && .cache/drift-venv/bin/pip install ruptures apache-otava
//   node bench/changePoints.mjs        (PYTHON=.cache/drift-venv/bin/python, NOREGRET_LIB=../lib, CHANGEPOINTS=../shared/data/changepoints)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const lib = new URL(`${process.env.NOREGRET_LIB ?? '../lib'}/`, import.meta.url).href;
const python = process.env.PYTHON ?? '.cache/drift-venv/bin/python';
const data = process.env.CHANGEPOINTS ?? '../shared/data/changepoints';
const [{ pieces }, { changePoints }, { createRng }, { standardNormal }] = await Promise.all(
  ['compare/drift/pieces', 'compare/drift/changePoints', 'math/rng', 'math/normal'].map(async (path) => await import(`${lib}${path}.js`)));

const cuts = (values) => pieces(values).slice(1).map(({ start }) => start);
const steps = (values) => changePoints(values).map(({ index }) => index);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const fixed = (value, digits = 3) => value.toFixed(digits);
const noise = (label, n) => { const rng = createRng(label); return Array.from({ length: n }, () => standardNormal(rng)); };

/** The two measures of van den Burg and Williams, "An evaluation of change point detection algorithms", 2020: place 0 counts, each label is hit once. */
function fOne(found, annotations, margin = 5) {
  const places = [...new Set([0, ...found])].sort((a, b) => a - b);
  const labels = Object.values(annotations).map((one) => [...new Set([0, ...one])]);
  const hits = (wanted) => {
    const used = new Set();
    for (const label of [...wanted].sort((a, b) => a - b)) {
      const near = places.filter((place) => Math.abs(place - label) <= margin && !used.has(place)).sort((a, b) => Math.abs(a - label) - Math.abs(b - label))[0];
      if (near !== undefined) used.add(near);
    }
    return used.size;
  };
  const precision = hits(new Set(labels.flat())) / places.length;
  const recall = mean(labels.map((one) => hits(one) / one.length));
  return (2 * precision * recall) / (precision + recall);
}

function covering(found, annotations, n) {
  const segments = (points) => { const all = [...new Set([0, ...points, n])].sort((a, b) => a - b); return all.slice(1).map((end, i) => [all[i], end]); };
  const ours = segments(found.filter((point) => point > 0 && point < n));
  const overlap = ([a, b]) => Math.max(...ours.map(([c, d]) => { const both = Math.max(0, Math.min(b, d) - Math.max(a, c)); return both / (b - a + d - c - both); }));
  return mean(Object.values(annotations).map((one) => segments(one).reduce((sum, part) => sum + ((part[1] - part[0]) * overlap(part)) / n, 0)));
}

/** 95 % of 10,000 resamples of the series (percentile). */
function interval(values) {
  const rng = createRng('bootstrap');
  const means = Array.from({ length: 10_000 }, () => mean(values.map(() => values[rng.integer(values.length)]))).sort((a, b) => a - b);
  return `${fixed(means[250])}–${fixed(means[9749])}`;
}

const tcpd = readdirSync(join(data, 'tcpd/open')).sort().map((file) => JSON.parse(readFileSync(join(data, 'tcpd/open', file), 'utf8')));
const nab = readdirSync(join(data, 'nab/open')).filter((file) => file.endsWith('.csv.gz')).sort().map((file) => gunzipSync(readFileSync(join(data, 'nab/open', file))).toString().trim().split('\n').slice(1).map((line) => Number(line.split(',')[1])));
const white = Array.from({ length: 100 }, (_, i) => noise(`white ${i}`, 200));
const dir = mkdtempSync(join(tmpdir(), 'noregret-bench-'));
writeFileSync(join(dir, 'series.json'), JSON.stringify({ tcpd: tcpd.map(({ values }) => values), nab, white }));
const peers = JSON.parse(execFileSync(python, [fileURLToPath(new URL('changePointsPeers.py', import.meta.url)), join(dir, 'series.json')], { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'inherit'] }));
rmSync(dir, { recursive: true });

const ours = { 'noregret, pieces': cuts, 'noregret, steps (E-divisive, t filter p = .001)': steps };
const rows = Object.entries(ours).map(([name, find]) => ({ name, tcpd: tcpd.map(({ values }) => find(values)), white: white.map((x) => find(x).length), nab: nab.map((x) => find(x).length), ms: milliseconds(find) }));
rows.push({ name: 'nothing found', tcpd: tcpd.map(() => []), white: [0], nab: [0], ms: 0 });
rows.push(...peers.methods);

/** Of processor time, least of seven: what else runs on the machine only adds to it. */
function milliseconds(find) {
  const values = noise('speed', 1000);
  for (let i = 0; i < 3; i++) find(values);
  return Math.min(...Array.from({ length: 7 }, () => { const begin = process.cpuUsage(); find(values); const { user, system } = process.cpuUsage(begin); return (user + system) / 1000; }));
}

console.log('| detector | F1 | 95 % | covering | 95 % | white noise, alarms per 1000 | NAB, per 1000 | ms per 1000 values |\n|---|---:|---|---:|---|---:|---:|---:|');
const nabSize = nab.reduce((sum, one) => sum + one.length, 0);
for (const row of rows) {
  const f = tcpd.map((one, i) => fOne(row.tcpd[i], one.annotations));
  const c = tcpd.map((one, i) => covering(row.tcpd[i], one.annotations, one.values.length));
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  console.log(`| ${row.name} | ${fixed(mean(f))} | ${interval(f)} | ${fixed(mean(c))} | ${interval(c)} | ${fixed(sum(row.white) / 20, 2)} | ${row.nab === null ? '–' : fixed((1000 * sum(row.nab)) / nabSize, 1)} | ${fixed(row.ms, 1)} |`);
}
