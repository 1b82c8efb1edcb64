// A million pairs through `noregret judge`: seconds of a whole process, and its largest resident set.
//   npm run build && node bench/judge.mjs [rounds]     (NOREGRET_CLI=dist/cli.js; NODE=path of another Node)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const rounds = Number(process.argv[2] ?? 3);
const cli = resolve(process.env.NOREGRET_CLI ?? new URL('../dist/cli.js', import.meta.url).pathname);
const node = process.env.NODE ?? process.execPath;
const dir = mkdtempSync(join(tmpdir(), 'judge-'));
const pairs = 1e6;

let state = 12345;
const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const normal = () => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
const rows = Array.from({ length: pairs }, (_, i) => [i + 1, (0.9 + 0.01 * normal()).toFixed(6), (0.9 + 0.01 * normal()).toFixed(6)]);
const files = {
  'pairs.csv': ['seed,base,head', ...rows.map((row) => row.join())].join('\n'),
  'pairs.jsonl': rows.map(([seed, base, head]) => `{"seed":${seed},"base":${base},"head":${head}}`).join('\n'),
  'random-seeds.csv': ['seed,base,head', ...rows.map(([seed, base, head]) => `${Math.imul(seed, 2654435761) >>> 1},${base},${head}`)].join('\n'),
  'seven.csv': ['seed,base,head', ...rows.slice(0, 7).map((row) => row.join())].join('\n'),
  'sets.csv': ['base,head', ...rows.map(([, base, head]) => `${base},${head}`)].join('\n'),
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);

/** The process itself says what it took at the end. */
const atExit = join(dir, 'atExit.cjs');
writeFileSync(atExit, `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write(JSON.stringify({ seconds: performance.now() / 1000, cpu: (user + system) / 1e6, rss: process.resourceUsage().maxRSS / 1024 }));
});`);

function timed(args, stdin) {
  const command = stdin === undefined ? '"$@" 2>&1 >/dev/null' : `cat ${stdin} | "$@" 2>&1 >/dev/null`;
  const out = execFileSync('bash', ['-c', command, 'bash', node, '-r', atExit, cli, ...args], { cwd: dir, encoding: 'utf8' });
  return JSON.parse(out.slice(out.lastIndexOf('{')));
}

const margin = ['--margin', '0.001', '--goal', 'maximize', '--json'];
const cases = {
  'seven rows: the program itself': ['seven.csv'], 'pairs, looks': ['pairs.csv'], 'pairs, all of them (`--more-seeds`)': ['pairs.csv', '--more-seeds'],
  'the same from standard input': ['-', '--more-seeds'], 'the same, seeds in no order': ['random-seeds.csv', '--more-seeds'], 'JSON lines, all of them': ['pairs.jsonl', '--more-seeds'], 'two sets (Welch)': ['sets.csv'],
};
const median = (xs) => xs.toSorted((a, b) => a - b)[xs.length >> 1];
console.log(`Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}\n| a million rows | seconds | of the processor | largest resident set, MB |\n|---|---:|---:|---:|`);
for (const [name, args] of Object.entries(cases)) {
  const runs = Array.from({ length: rounds }, () => timed(['judge', ...args, ...margin], args[0] === '-' ? 'pairs.csv' : undefined));
  console.log(`| ${name} | ${median(runs.map((r) => r.seconds)).toFixed(2)} | ${median(runs.map((r) => r.cpu)).toFixed(2)} | ${Math.round(median(runs.map((r) => r.rss)))} |`);
}
rmSync(dir, { recursive: true });
