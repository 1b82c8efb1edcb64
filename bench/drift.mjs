// `noregret drift` over a history of 10,000 commits, each with a record: the whole command in a process of its own, from the git branch and from a folder.
// Run: npm run build && node bench/drift.mjs [commits]    (the records' numbers come from NOREGRET_LIB=../lib, which the build leaves). Needs git; makes and removes a temporary repository.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const count = Number(process.argv[2] ?? 10_000);
const lib = new URL(`${process.env.NOREGRET_LIB ?? '../lib'}/`, import.meta.url).href;
const { createRng } = await import(`${lib}math/rng.js`);
const { standardNormal } = await import(`${lib}math/normal.js`);
const work = mkdtempSync(join(tmpdir(), 'noregret-bench-drift-'));
const env = { PATH: process.env.PATH, HOME: work, GIT_CONFIG_NOSYSTEM: '1' };
const git = (cwd, args, input) => execFileSync('git', args, { cwd, env, input, encoding: 'utf8', maxBuffer: 1 << 28 }).trim();
const config = 'name: digits\nmethod: random\ncommand: [python, train.py]\nmetric: { name: acc, goal: maximize }\nparameters:\n  lr: { min: 0.0001, max: 1, distribution: log_uniform_values }\n';
const rng = createRng('bench');

/** A step every 500 commits; the machine changes after 4,000, so that the longest stretch has 6,000. */
function record(sha, n) {
  return {
    schema: 1, tool: 'noregret 0.1.0', kind: 'observed', study: 'digits', sha, run: String(n), attempt: 1, startedAt: '2026-01-01T00:00:00.000Z', finishedAt: new Date(1.7e12 + n * 36e5).toISOString(),
    key: { gpu: n < 0.4 * count ? 'A' : 'B' }, metric: { name: 'acc', goal: 'maximize' }, space: '', incumbent: { params: { lr: 0.01 }, sinceSha: sha, source: 'defaults' },
    canonical: [1, 2, 3, 4, 5].map((seed) => ({ seed, metrics: { acc: 0.9 + 0.01 * (Math.floor(n / 500) % 2) + 0.01 * standardNormal(rng) }, seconds: 12, state: 'complete' })),
    budget: { trials: 5, wallSeconds: 60, gpuMinutes: 0 },
  };
}

try {
  const [remote, repository, folder] = ['remote.git', 'repo', 'history'].map((name) => join(work, name));
  git(work, ['init', '-q', '--bare', '-b', 'main', remote]);
  const who = 'b <b@invalid>';
  const commits = Array.from({ length: count }, (_, n) => `commit refs/heads/main\nmark :${n + 1}\ncommitter ${who} ${1.7e9 + n} +0000\ndata 1\nx${n === 0 ? `\nM 100644 inline noregret.yml\ndata ${config.length}\n${config}` : ''}\n`);
  git(remote, ['fast-import', '--quiet'], commits.join('\n'));
  const shas = git(remote, ['rev-list', '--reverse', 'main']).split('\n');
  const files = shas.map((sha, n) => ({ sha, name: `${n}-1.json`, text: `${JSON.stringify(record(sha, n))}\n` }));
  git(remote, ['fast-import', '--quiet'], `commit refs/heads/noregret\ncommitter ${who} 1700000000 +0000\ndata 1\nx${files.map(({ sha, name, text }) => `\nM 100644 inline digits/${sha}/${name}\ndata ${Buffer.byteLength(text)}\n${text}`).join('')}\n`);
  git(work, ['clone', '-q', '--single-branch', '-b', 'main', remote, repository]);
  for (const { sha, name, text } of files) { mkdirSync(join(folder, 'digits', sha), { recursive: true }); writeFileSync(join(folder, 'digits', sha, name), text); }
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const told = 'data:text/javascript,process.on("exit",()=>{const{user,system}=process.cpuUsage();process.stderr.write(String(Math.round((user+system)/1000)))})';
  for (const [name, argv] of [['git branch, fetch included', []], ['git branch, again', []], ['folder', ['--history', folder]]]) {
    const begin = performance.now();
    const { stdout: out, stderr } = spawnSync(process.execPath, ['--import', told, cli, 'drift', '--json', '--quiet', ...argv], { cwd: repository, env, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });
    const [study] = JSON.parse(out).studies;
    console.log(`${name}: ${Math.round(performance.now() - begin)} ms, processor time of the command itself ${stderr.trim()} ms, ${study.points.length} commits, ${study.segments.length} segments, ${study.alarms.length} alarms`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
