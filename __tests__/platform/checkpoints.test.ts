import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { createCheckpoints } from '../../src/platform/checkpoints.js';

let state = '';
let trial = '';
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'noregret-state-'));
  trial = mkdtempSync(join(tmpdir(), 'noregret-trial-'));
});

function model(text: string): void {
  mkdirSync(join(trial, 'model', 'inner'), { recursive: true });
  writeFileSync(join(trial, 'model', 'weights.bin'), text);
  writeFileSync(join(trial, 'model', 'inner', 'shape.json'), '[3]');
}

const digestIn = (kept: { digest: string } | { why: string }): string => ('digest' in kept ? kept.digest : kept.why);

test('what is kept is found by its content, once, read-only', async () => {
  const store = createCheckpoints(state);
  model('abc');
  const digest = digestIn(await store.keep(trial, 'model'));
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  const place = (await store.find(digest))!;
  expect([readFileSync(join(place, 'weights.bin'), 'utf8'), readFileSync(join(place, 'inner', 'shape.json'), 'utf8')]).toEqual(['abc', '[3]']);
  expect(statSync(join(place, 'weights.bin')).mode & 0o222).toBe(0);
  expect(digestIn(await store.keep(trial, 'model'))).toBe(digest);
  expect(readdirSync(join(state, '.checkpoints'))).toEqual([digest]);
  model('abd');
  expect(digestIn(await store.keep(trial, 'model'))).not.toBe(digest);
});

test('a single file too', async () => {
  writeFileSync(join(trial, 'model.pt'), 'xyz');
  const store = createCheckpoints(state);
  expect(readFileSync((await store.find(digestIn(await store.keep(trial, 'model.pt'))))!, 'utf8')).toBe('xyz');
});

test('a changed, cut or added-to model is not found any more; keeping the right one again mends it', async () => {
  const store = createCheckpoints(state);
  model('abc');
  const digest = digestIn(await store.keep(trial, 'model'));
  const file = join(state, '.checkpoints', digest, 'model', 'weights.bin');
  chmodSync(file, 0o644);
  writeFileSync(file, 'evil');
  expect(await store.find(digest)).toBeUndefined();
  expect(digestIn(await store.keep(trial, 'model'))).toBe(digest);
  expect(await store.find(digest)).toBeDefined();
  writeFileSync(join(state, '.checkpoints', digest, 'model', 'more.bin'), 'x');
  expect(await store.find(digest)).toBeUndefined();
});

test.each(['0'.repeat(64), '../../etc', ''])('%p is not there', async (digest) => {
  expect(await createCheckpoints(state).find(digest)).toBeUndefined();
});

test('what cannot be kept says why, and leaves nothing behind', async () => {
  const store = createCheckpoints(state);
  expect(await store.keep(trial, 'model')).toEqual({ why: 'is not there' });
  mkdirSync(join(trial, 'model'));
  expect(await store.keep(trial, 'model')).toEqual({ why: 'is empty' });
  symlinkSync('/etc/passwd', join(trial, 'model', 'weights.bin'));
  expect(await store.keep(trial, 'model')).toEqual({ why: 'holds links or other things that are no files' });
  symlinkSync('/etc', join(trial, 'away'));
  expect(await store.keep(trial, 'away')).toEqual({ why: 'is not there' });
  expect(await store.keep(trial, 'away/passwd')).toEqual({ why: 'is not there' });
  expect(existsSync(join(state, '.checkpoints'))).toBe(false);
});

test('twenty are kept, the oldest go', async () => {
  const store = createCheckpoints(state);
  const digests: string[] = [];
  for (let i = 0; i < 22; i++) {
    writeFileSync(join(trial, 'model.pt'), String(i));
    digests.push(digestIn(await store.keep(trial, 'model.pt')));
    utimesSync(join(state, '.checkpoints', digests[i]!), i + 1, i + 1);
  }
  expect(readdirSync(join(state, '.checkpoints')).sort()).toEqual(digests.slice(2).sort());
});
