import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { node24 } from '../e2e/harness/node24.js';
import { distDir } from '../e2e/harness/runner.js';
import { commandsIn } from '../e2e/harness/runnerRules.js';
import { studySource, trainingSource } from '../e2e/harness/trainings.js';
import { git, startWorld, tokens, type World } from '../e2e/harness/world.js';

/** Run by scripts/act.sh, which builds the runner. What act does not do (permissions, Node version, artifacts of its own) the other whole-path tests do. */
const act = process.env['ACT_BINARY'] ?? '';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

function workflow(): string {
  const found = /<!-- workflow:start -->\s*```yaml\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'));
  if (found === null) throw new Error('README.md has no workflow between its markers');
  return found[1]!;
}

interface Ran { readonly code: number | null; readonly output: string }

/** One run of act over a clone of the repository at `sha`. */
async function runAct(event: string, payload: object, sha: string, runId: number): Promise<Ran> {
  const clone = join(world.root, `act-${runId}`);
  const cache = join(world.root, 'act-cache');
  mkdirSync(clone, { recursive: true });
  mkdirSync(cache, { recursive: true });
  const here = (...args: readonly string[]) => git(clone, world.root, ...args);
  await here('init', '-q', '-b', 'main');
  await here('remote', 'add', 'origin', `${world.serverUrl}/octo/demo`);
  await here('-c', `http.extraheader=AUTHORIZATION: basic ${Buffer.from(`x-access-token:${tokens.read}`).toString('base64')}`, 'fetch', '-q', 'origin', '+refs/heads/*:refs/remotes/origin/*', sha);
  await here('checkout', '-q', '--detach', sha);
  writeFileSync(join(world.root, 'event.json'), JSON.stringify(payload));
  const env = {
    GITHUB_API_URL: world.github.url, GITHUB_GRAPHQL_URL: `${world.github.url}/graphql`, GITHUB_SERVER_URL: world.serverUrl, GITHUB_REPOSITORY: 'octo/demo', GITHUB_RUN_ID: String(runId), GITHUB_SHA: sha,
    RUNNER_ENVIRONMENT: 'self-hosted', ...world.artifacts.env(`run-${runId}`),
  };
  const action = join(world.root, 'action');
  for (const part of ['action.yml', 'publish', 'dist']) cpSync(part === 'dist' ? distDir : resolve(part), join(action, part), { recursive: true });
  const argv = [
    event, '--eventpath', join(world.root, 'event.json'), '--detect-event=false', '--directory', clone, '--secret', `GITHUB_TOKEN=${tokens.write}`, '--no-cache-server', '--action-cache-path', cache, '--no-skip-checkout=false',
    ...['self-hosted', 'gpu', 'ubuntu-latest'].flatMap((label) => ['--platform', `${label}=-self-hosted`]),
    '--local-repository', `your-org/noregret@v1=${action}`, ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
  const child = spawn(act, argv, { cwd: clone, env: { PATH: `${dirname(node24())}:${process.env['PATH'] ?? ''}`, HOME: world.root, XDG_CACHE_HOME: cache }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => { output += chunk; });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => { output += chunk; });
  return { code: await new Promise((done) => child.on('close', done)), output };
}

(act === '' ? test.skip : test)('push, then a pull request that makes it worse: the workflow as it stands in the README', async () => {
  const sha = await world.commit('main', { '.github/workflows/tuning.yml': workflow(), 'noregret.yml': studySource({ trials: 2 }), 'train.mjs': trainingSource() });
  const push = await runAct('push', world.pushPayload(sha), sha, 701);
  expect({ code: push.code, output: push.output }).toMatchObject({ code: 0 });
  expect(await world.listFiles('noregret')).toContainEqual(expect.stringContaining(sha));

  await world.commit('worse', { 'train.mjs': trainingSource({ level: 0.8, salt: 7 }) });
  const pull = await world.pullRequest('worse');
  const judged = await runAct('pull_request', pull.payload, pull.mergeSha, 702);
  expect(judged.output).toContain('Regression');
  expect(judged.code).not.toBe(0);
  const comments = await world.github.comments(pull.number);
  expect(comments.map(({ body }) => body.split('\n')[0])).toEqual(['<!-- noregret:default -->']);
  expect(comments[0]!.body).toContain('Regression');
  expect((await world.github.checks(pull.headSha)).map(({ conclusion }) => conclusion)).toContain('failure');
  expect(judged.output).not.toContain(tokens.write);
  expect(commandsIn(judged.output).filter(({ name }) => name === 'set-output')).toEqual([]);
}, 180_000);
