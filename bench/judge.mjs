// A million pairs through `noregret judge`: seconds of a whole process, and its largest resident set.
//   npx tsc -p tsconfig.json && node bench/judge.mjs [rounds]     (NOREGRET_LIB=../lib; NOREGRET_CLI=dist/cli.js measures the bundle)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = Number(process.argv[2] ?? 3);
const lib = new URL(`${process.env.NOREGRET_LIB ?? '../lib'}/`, import.meta.url);
const bundle = process.env.NOREGRET_CLI;
const dir = mkdtempSync(join(tmpdir(), 'judge-'));
const pairs = 1e6;

let state = 12345;
const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const normal = () => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
const rows = Array.from({ length: pairs }, (_, i) => [i + 1, (0.9 + 0.01 * normal()).toFixed(6), (0.9 + 0.01 * normal()).toFixed(6)]);
const files = {
  'pairs.csv': ['seed,base,head', ...rows.map((row) => row.join())].join('\n'),
  'pairs.jsonl': rows.map(([seed, base, head]) => `{"seed":${seed},"base":${base},"head":${head}}`).join('\n'),
  'sets.csv': ['base,head', ...rows.map(([, base, head]) => `${base},${head}`)].join('\n'),
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);

/** The process itself says what it took at the end. */
const program = `
const begin = performance.now();
process.on('exit', () => process.stderr.write(JSON.stringify({ seconds: performance.now() / 1000, rss: process.resourceUsage().maxRSS / 1024 })));
const { runCli } = await import(${JSON.stringify(new URL('cli/program.js', lib).href)});
process.exitCode = await runCli(process.argv.slice(1), { cwd: process.cwd(), env: {}, stdout: process.stdout, stderr: process.stderr, stdin: process.stdin, signal: new AbortController().signal }, '0');
`;

function timed(args) {
  const out = execFileSync('bash', ['-c', '"$@" 2>&1 >/dev/null', 'bash', process.execPath, ...(bundle === undefined ? ['--input-type=module', '-e', program] : [bundle]), ...args], { cwd: dir, encoding: 'utf8' });
  return bundle === undefined ? JSON.parse(out.slice(out.lastIndexOf('{'))) : { seconds: Number.NaN, rss: Number.NaN };
}

const margin = ['--margin', '0.001', '--goal', 'maximize', '--json'];
const cases = { 'pairs, looks': ['pairs.csv'], 'pairs, all of them (`--more-seeds`)': ['pairs.csv', '--more-seeds'], 'JSON lines, all of them': ['pairs.jsonl', '--more-seeds'], 'two sets (Welch)': ['sets.csv'] };
const median = (xs) => xs.toSorted((a, b) => a - b)[xs.length >> 1];
console.log('| a million rows | seconds | largest resident set, MB |\n|---|---:|---:|');
for (const [name, args] of Object.entries(cases)) {
  const runs = Array.from({ length: rounds }, () => timed(['judge', ...args, ...margin]));
  console.log(`| ${name} | ${median(runs.map((r) => r.seconds)).toFixed(2)} | ${Math.round(median(runs.map((r) => r.rss)))} |`);
}
rmSync(dir, { recursive: true });
