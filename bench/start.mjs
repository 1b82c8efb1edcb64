// Start of the action until its first call of the API, side by side with `node -e 0` of the same Node.
//   npm run build && node bench/start.mjs [rounds]        (NODE24=path of a Node 24, NOREGRET_DIST=dist)
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

const installed = resolve('.cache/node24/node_modules/node/bin/node');
const node = process.env.NODE24 ?? (existsSync(installed) ? installed : process.execPath);
const dist = resolve(process.env.NOREGRET_DIST ?? 'dist');
const root = mkdtempSync(join(tmpdir(), 'noregret-bench-'));
const workspace = join(root, 'repository');
const git = (...args) => execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@invalid', ...args], { cwd: workspace, encoding: 'utf8' }).trim();

/** A repository with one study and a pull request that touches its program. */
function makeRepository() {
  mkdirSync(workspace);
  git('init', '-q', '-b', 'main');
  writeFileSync(join(workspace, 'noregret.yml'), 'metric: {name: loss, goal: minimize}\ncommand: [sh, train.sh]\nbudget: {trials: 2}\nparameters:\n  lr: {min: 0.1, max: 1.0}\n');
  writeFileSync(join(workspace, 'train.sh'), 'echo \'noregret {"loss": 1}\'\n');
  git('add', '.');
  git('commit', '-qm', 'main');
  const base = git('rev-parse', 'HEAD');
  writeFileSync(join(workspace, 'train.sh'), 'echo \'noregret {"loss": 2}\'\n');
  git('commit', '-qam', 'head');
  return { base, head: git('rev-parse', 'HEAD') };
}

const { base, head } = makeRepository();
const repository = { full_name: 'octo/demo', default_branch: 'main' };
const side = (sha, ref) => ({ sha, ref, repo: repository });
const pull = { number: 7, draft: false, head: side(head, 'feature'), base: side(base, 'main'), user: { login: 'ada' } };
writeFileSync(join(root, 'event.json'), JSON.stringify({ action: 'opened', number: 7, pull_request: pull, repository }));

let called;
const server = createServer((request, response) => {
  called(`${request.method} ${request.url}`);
  response.writeHead(403, { 'content-type': 'application/json' }).end('{"message":"Resource not accessible by integration"}');
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const api = `http://127.0.0.1:${server.address().port}`;

function environment() {
  const { inputs } = parse(readFileSync('action.yml', 'utf8'));
  const file = (name) => { const path = join(root, name); writeFileSync(path, ''); return path; };
  return {
    PATH: process.env.PATH, HOME: root, CI: 'true', GITHUB_ACTIONS: 'true', LANG: 'C.UTF-8',
    GITHUB_API_URL: api, GITHUB_GRAPHQL_URL: `${api}/graphql`, GITHUB_SERVER_URL: api, GITHUB_REPOSITORY: 'octo/demo', GITHUB_REPOSITORY_OWNER: 'octo',
    GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: join(root, 'event.json'), GITHUB_SHA: head, GITHUB_REF: 'refs/pull/7/merge', GITHUB_RUN_ID: '1', GITHUB_RUN_ATTEMPT: '1',
    GITHUB_WORKSPACE: workspace, RUNNER_TEMP: join(root, 'temp'), RUNNER_OS: 'Linux', RUNNER_ENVIRONMENT: 'github-hosted',
    ...Object.fromEntries(Object.entries(inputs).map(([name, { default: value = '' }]) => [`INPUT_${name.toUpperCase()}`, String(value).replace('${{ github.token }}', 'ghs_bench')])),
    ...Object.fromEntries(['OUTPUT', 'ENV', 'PATH', 'STATE', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, file(name)])),
  };
}

/** Milliseconds from the spawn to the first request, and what it was; the process is ended then. */
async function firstCall(entry) {
  rmSync(join(root, '_noregret'), { recursive: true, force: true });
  mkdirSync(join(root, 'temp'), { recursive: true });
  const env = environment();
  const begin = performance.now();
  const child = spawn(node, [join(dist, entry)], { cwd: workspace, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { output += chunk; });
  const ended = new Promise((done) => child.once('close', done));
  const call = await Promise.race([new Promise((seen) => { called = seen; }), ended.then(() => undefined)]);
  const ms = performance.now() - begin;
  child.kill('SIGKILL');
  await ended;
  if (call === undefined) throw new Error(`no call of the API:\n${output}`);
  return { ms, call };
}

function emptyNode() {
  const begin = performance.now();
  execFileSync(node, ['-e', '0']);
  return performance.now() - begin;
}

const rounds = Number(process.argv[2] ?? 15);
const starts = [];
const empties = [];
let first;
for (let i = 0; i < rounds; i++) {
  empties.push(emptyNode());
  const { ms, call } = await firstCall('index.js');
  first = call;
  starts.push(ms);
}
server.close();
rmSync(root, { recursive: true, force: true });
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
console.log(`${rounds} interleaved rounds, ${cpus().length} x ${cpus()[0].model}, Node ${version}; first call: ${first}\n`);
console.log('| | median ms | min … max |\n|---|---:|---|');
for (const [name, values] of [['dist/index.js until the first call', starts], ['node -e 0', empties]]) {
  console.log(`| ${name} | ${median(values).toFixed(0)} | ${Math.min(...values).toFixed(0)} … ${Math.max(...values).toFixed(0)} |`);
}
console.log(`| difference of the medians | ${(median(starts) - median(empties)).toFixed(0)} | |`);
