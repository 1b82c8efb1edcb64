import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

const folder = temporaryFolder('check');
afterAll(() => { folder.remove(); });
const at = folder.path;
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(at, path)), { recursive: true });
  writeFileSync(join(at, path), text);
};
const good = `metric: { name: acc, goal: maximize }
command: [node, train.mjs]
parameters:
  lr: { distribution: log_uniform_values, min: 0.001, max: 0.1, default: 0.01 }
  units: { values: [16, 32] }
  layers: { min: 1, max: 4 }
  seedless: { value: true }
`;
const bad = `metric: { nam: acc }
command: [node, train.mjs]
parameters:
  lr: { min: 1, max: 0 }
buget: { trials: 3 }
`;
beforeAll(() => {
  write('good.yml', good);
  write('bad.yml', bad);
  write('tuning/one.yml', good);
  write('tuning/two.yml', bad);
});

test('--json of one file has exactly the shape of the contract', async () => {
  const report = json(ended(await type(at, ['check', '--config', 'good.yml', '--json']), 0));
  expect(Object.keys(report)).toEqual(['ok', 'errors', 'warnings', 'notes', 'space']);
  expect(report).toMatchObject({
    ok: true, errors: [], space: {
      lr: { kind: 'float', log: true, low: 0.001, high: 0.1, default: 0.01 },
      units: { kind: 'categorical', choices: [16, 32] },
      layers: { kind: 'int', low: 1, high: 4, step: 1, log: false },
      seedless: { kind: 'constant', value: true },
    },
  });
});

test('all errors at once, each with code, message, line and column; exit 2', async () => {
  const report = json<{ ok: boolean; errors: { code: string; message: string; line: number; column: number }[] }>(ended(await type(at, ['check', '--config', 'bad.yml', '--json']), 2));
  expect(report.ok).toBe(false);
  expect(new Set(report.errors.map(({ line }) => line))).toEqual(new Set([1, 4, 5]));
  for (const error of report.errors) expect(error).toEqual(expect.objectContaining({ code: expect.any(String), message: expect.any(String), line: expect.any(Number), column: expect.any(Number) }));
});

test('for people: place, line, caret, fix, and the nearest known key', async () => {
  const { out } = ended(await type(at, ['check', '--config', 'bad.yml']), 2);
  expect(out).toMatch(/^bad\.yml:5:1 error /m);
  expect(out).toContain('5 | buget: { trials: 3 }');
  expect(out).toContain('budget');
  expect(out).toMatch(/^bad\.yml: not valid, \d errors/m);
});

describe('several files', () => {
  test('each is named, and one bad file fails', async () => {
    const report = json<{ ok: boolean; files: Record<string, { ok: boolean }> }>(ended(await type(at, ['check', '--config', 'tuning/*.yml', '--json']), 2));
    expect(report).toMatchObject({ ok: false, files: { 'tuning/one.yml': { ok: true }, 'tuning/two.yml': { ok: false } } });
  });

  test('in words', async () => {
    const { out } = ended(await type(at, ['check', '--config', 'tuning/*.yml']), 2);
    expect(out).toContain('tuning/one.yml: valid');
    expect(out).toContain('tuning/two.yml: not valid');
  });

  test('a pattern that matches nothing', async () => {
    expect(ended(await type(at, ['check', '--config', 'nothing/*.yml']), 2).err).toContain('No file matches nothing/*.yml');
  });
});

test('--explain prints every default with its reason, without any file', async () => {
  const { out } = ended(await type(folder.path, ['check', '--explain']), 0);
  expect(out).toMatch(/^method = random\n {4}\S/m);
  expect(out).toMatch(/^verdict\.alpha = 0\.05\n {4}\S/m);
});
