import { DefaultArtifactClient } from '@actions/artifact';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunArtifacts, download, type RunArtifacts } from '../../src/platform/artifact.js';
import { readHostileZip } from '../../src/platform/hostileZip.js';
import { startArtifacts, type ArtifactServer } from '../e2e/harness/artifactServer.js';

const limits = { fileBytes: 10_000, entries: 5 };
let server: ArtifactServer;
let dir: string;
let ours: RunArtifacts;
const official = new DefaultArtifactClient();

beforeAll(async () => {
  server = await startArtifacts();
  dir = mkdtempSync(join(tmpdir(), 'noregret-artifact-'));
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});
beforeEach(() => {
  server.failWith(undefined);
  server.artifacts.length = 0;
  Object.assign(process.env, server.env('run-1'));
  ours = createRunArtifacts(server.env('run-1'), 1)!;
});

describe('against the official client', () => {
  test('it reads what we upload', async () => {
    await ours.upload('noregret-default-1', { 'report.json': '{"ä":1}', 'report.md': '# hi' });
    const { artifacts } = await official.listArtifacts();
    expect(artifacts.map(({ name }) => name)).toEqual(['noregret-default-1']);
    await official.downloadArtifact(artifacts[0]!.id, { path: join(dir, 'down') });
    expect(readFileSync(join(dir, 'down', 'report.json'), 'utf8')).toBe('{"ä":1}');
    expect(readFileSync(join(dir, 'down', 'report.md'), 'utf8')).toBe('# hi');
  });

  test('we read what it uploads', async () => {
    writeFileSync(join(dir, 'report.json'), '{"x":2}');
    await official.uploadArtifact('theirs', [join(dir, 'report.json')], dir);
    expect(await ours.list()).toEqual(['theirs']);
    const zip = await download(await ours.url('theirs'), 10_000);
    expect((await readHostileZip(zip, ['report.json'], limits)).get('report.json')).toBe('{"x":2}');
  });
});

test('only this run is seen', async () => {
  server.plant('run-2', 'foreign', new Uint8Array([1]));
  expect(await ours.list()).toEqual([]);
  await expect(ours.url('foreign')).rejects.toThrow('has no artifact foreign');
});

test('a name taken already is a sentence with the place of the files', async () => {
  await ours.upload('twice', { a: '1' });
  await expect(ours.upload('twice', { a: '2' })).rejects.toMatchObject({ message: expect.stringContaining('already exists'), fix: expect.stringContaining('report-json'), exitCode: 3 });
});

test('a failing service is tried three times, not for ever', async () => {
  server.failWith(503);
  await expect(ours.list()).rejects.toThrow('failed 3 times: it answered 503');
});

test('a download stops at the limit, whatever the server says', async () => {
  const id = server.plant('run-1', 'large', new Uint8Array(5000));
  await expect(download(server.blobUrl(id), 4999)).rejects.toThrow('larger than 4999 bytes');
  expect((await download(server.blobUrl(id), 5000)).length).toBe(5000);
  await expect(download(`${server.url}/blob/${id}`, 5000)).rejects.toThrow('the storage answered 403');
});

test.each([
  ['no token', { ACTIONS_RESULTS_URL: 'http://x' }],
  ['no service', { ACTIONS_RUNTIME_TOKEN: 'a.b.c' }],
  ['an Enterprise Server', { ACTIONS_RUNTIME_TOKEN: 'a.b.c', ACTIONS_RESULTS_URL: 'http://x', GITHUB_SERVER_URL: 'https://git.example.com' }],
])('%s: there is no service', (_, env) => {
  expect(createRunArtifacts(env)).toBeUndefined();
});

test('a token that is none is said plainly', async () => {
  await expect(createRunArtifacts({ ACTIONS_RUNTIME_TOKEN: 'nonsense', ACTIONS_RESULTS_URL: server.url })!.list()).rejects.toThrow(/token for artifacts cannot be read/);
});
