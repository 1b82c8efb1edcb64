// A history of 10,000 records on a branch: how long the baseline takes to find, fetch included and apart.
// Run: node bench/history.mjs [records]    Needs git; makes and removes a temporary repository.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const count = Number(process.argv[2] ?? 10_000);
const work = mkdtempSync(join(tmpdir(), 'noregret-bench-history-'));
const env = { PATH: process.env.PATH, HOME: work, GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'b', GIT_AUTHOR_EMAIL: 'b@invalid', GIT_COMMITTER_NAME: 'b', GIT_COMMITTER_EMAIL: 'b@invalid' };
const git = (cwd, args, input) => execFileSync('git', args, { cwd, env, input, encoding: 'utf8', maxBuffer: 1 << 28 }).trim();

/** Like a record of a push with a search of 20 trials: about 5 kB. */
function record(sha, n) {
  const result = { outcome: { state: 'complete', value: 0.9 }, metrics: { val_accuracy: 0.9 + n / 1e6, loss: 0.1 }, streamSha256: 'f'.repeat(64), seconds: 12.5 };
  return {
    schema: 1, tool: 'noregret 0.1.0', kind: 'observed', study: 'spiral', sha, run: String(1000 + n), attempt: 1,
    startedAt: '2026-01-01T00:00:00.000Z', finishedAt: new Date(1.7e12 + n * 36e5).toISOString(), key: { gpu: 'none', cpu: 'x', os: 'y', python: '3.12' },
    metric: { name: 'val_accuracy', goal: 'maximize' }, space: 'lr: float', incumbent: { params: { lr: 0.01, layers: 3 }, sinceSha: sha, source: 'defaults' },
    canonical: [1, 2, 3, 4, 5].map((seed) => ({ seed, metrics: { val_accuracy: 0.9 }, seconds: 12, state: 'complete' })),
    search: { finishedAt: '2026-01-01T00:00:00.000Z', method: 'random', seed: 1, trials: Array.from({ length: 20 }, () => ({ params: { lr: 0.01, layers: 3 }, result })) },
    budget: { trials: 20, wallSeconds: 300, gpuMinutes: 0 },
  };
}

function* importStream(shas) {
  yield 'commit refs/heads/noregret\ncommitter b <b@invalid> 1700000000 +0000\ndata 1\nx';
  for (const [n, sha] of shas.entries()) {
    const text = `${JSON.stringify(record(sha, n))}\n`;
    yield `\nM 100644 inline spiral/${sha}/${1000 + n}-1.json\ndata ${Buffer.byteLength(text)}\n${text}`;
  }
  yield '\n';
}

async function timed(what, work) {
  const before = performance.now();
  const value = await work();
  const ms = Math.round(performance.now() - before);
  console.log(`${what}: ${ms} ms`);
  return value;
}

try {
  await build({
    stdin: { contents: "export { createGitBranchStore } from './src/stores/gitBranch.ts'; export { createGit } from './src/platform/git.ts'; export { createClock } from './src/platform/clock.ts'; export { chooseBaseline } from './src/compare/baseline.ts';", resolveDir: process.cwd() },
    bundle: true, platform: 'node', format: 'esm', outfile: join(work, 'store.mjs'), logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const { createGitBranchStore, createGit, createClock, chooseBaseline } = await import(pathToFileURL(join(work, 'store.mjs')).href);
  const [bare, clone] = [join(work, 'bare.git'), join(work, 'clone')];
  git(work, ['init', '-q', '--bare', bare]);
  git(work, ['clone', '-q', bare, clone]);
  const shas = Array.from({ length: count }, (_, n) => createHash('sha1').update(String(n)).digest('hex'));
  git(bare, ['fast-import', '--quiet'], [...importStream(shas)].join(''));
  const open = () => createGitBranchStore({ git: createGit({ cwd: clone, env }), gitDir: join(work, 'history.git'), remote: `file://${bare}`, clock: createClock(), random: Math.random });
  // The base has no record of its own, nor have its 40 nearest ancestors; then come 5,000 that have.
  const firstParents = [...Array.from({ length: 40 }, (_, n) => createHash('sha1').update(`new ${n}`).digest('hex')), ...shas.toReversed().slice(0, 5_000)];
  const find = async (store) => {
    const records = await store.readFor('spiral', firstParents, 25);
    const changedFiles = new Map(records.map(({ sha }) => [sha, []]));
    return chooseBaseline({ firstParents, records, key: record('', 0).key, inputs: ['**'], changedFiles, now: '2026-06-01T00:00:00Z' });
  };
  console.log(`${count} records, ${Math.round(JSON.stringify(record(shas[0], 0)).length / 100) / 10} kB each`);
  const store = open();
  await timed('first fetch (depth 1, over file://) + find', () => find(store));
  const choice = await timed('find the baseline, after the fetch', () => find(store));
  if (choice.measuredSha !== shas.at(-1)) throw new Error('found the wrong record');
  await timed('fetch again with nothing new + find', () => find(open()));
  const all = await timed('read and check every record', () => store.read('spiral'));
  if (all.length !== count) throw new Error(`read ${all.length} of ${count}`);
  await timed('append one record (fetch, commit, push)', () => open().append({ ...record(firstParents[0], 1), run: '999999' }));
  console.log(`peak memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
