import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMap, isScalar, parseDocument } from 'yaml';
import { readImport } from '../../src/imports/open.js';
import { metaOf } from '../../src/imports/mlflowMeta.js';
import type { StudyEvent } from '../../src/model/study.js';
import { temporaryFolder } from '../stores/gitFixture.js';

const keys = ['run_id', 'run_uuid', 'lifecycle_stage', 'name', 'status', 'start_time', 'end_time'] as const;

/** What the YAML library finds, every value as its text. */
function inYaml(text: string): Partial<Record<string, string>> {
  const { contents } = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' });
  const found: Partial<Record<string, string>> = {};
  for (const { key, value } of isMap(contents) ? contents.items : []) if (isScalar(key) && isScalar(value) && keys.some((known) => known === key.value) && typeof value.value === 'string') found[String(key.value)] = value.value;
  return found;
}

const known = (text: string): Partial<Record<string, string>> => Object.fromEntries(Object.entries(metaOf(text)).filter(([, value]) => value !== undefined));

/** Plain, quoted and everything between: what MLflow writes, and what somebody's editor makes of it. */
const piece = fc.oneof(
  fc.constantFrom('', ' ', '  ', ':', ': ', ' #', '#', "'", "''", '"', '\\', '[', ']', '[]', '{', '}', ',', '&a', '*a', '!', '|', '>', '-', '- ', '?', '%', '@', '`', '~', '=', '<<', '.', '...', '---', '\t', '\r', '\n', '\n ', 'é', '\u00A0', '\u2028', 'ſ', '名', '😀', 'null', 'true', '1e5', '0x1F', '1_0', 'file:///a/b', 'a b', 'x(1)', 'trial 5'),
  fc.string({ maxLength: 4 }),
);
const value = fc.oneof(
  fc.constantFrom('a: b', 'a:', 'a :b', 'a:b', 'a #b', 'a# b', "'a'b", "'a''b'", "'a", "a'b", '- a', 'a\tb', 'a ', '(a)', '.', '...', '-1', '/a:/b', 'a -b', 'a (b)', '"a"', '# a'),
  fc.constantFrom('3', '1795639077359', "''", '[]', 'null', "'195953991981312035'", '8ce041da81b84faeaaf2173e08150055', 'file:///tmp/x/artifacts', 'trial 5', 'active', 'deleted', '1e5'),
  fc.array(piece, { maxLength: 5 }).map((parts) => parts.join('')), fc.string({ maxLength: 12 }).map((text) => `'${text}'`), fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text)),
);
const line = fc.tuple(fc.constantFrom(...keys, 'artifact_uri', 'tags', 'x', 'null', ''), fc.constantFrom(': ', ': ', ': ', ':', ':  ', ' : '), value).map((parts) => parts.join(''));
const text = fc.tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n'), fc.constantFrom('\n', '\n', '')).map(([lines, end, last]) => lines.join(end) + last);

test('a meta.yaml means what the YAML library says, whatever stands in it', () => {
  fc.assert(fc.property(text, (yaml) => { expect(known(yaml)).toEqual(inYaml(yaml)); }), { numRuns: 6000, seed: 6 });
});

test('in the form MLflow writes, and cut anywhere', () => {
  const whole = "artifact_uri: file:///home/ü/mlruns/1/ab/artifacts\nend_time: null\nentry_point_name: ''\nexperiment_id: '195953991981312035'\nlifecycle_stage: active\nname: 'a: b'\nrun_id: 1e5\nstart_time: 1795639077313\nstatus: 4\ntags: []\n";
  expect(known(whole)).toEqual({ end_time: 'null', lifecycle_stage: 'active', name: 'a: b', run_id: '1e5', start_time: '1795639077313', status: '4' });
  for (let end = 0; end <= whole.length; end += 1) expect(known(whole.slice(0, end))).toEqual(inYaml(whole.slice(0, end)));
  // More than MLflow ever writes is no description, and costs no time.
  expect(known(`x:\n${' - a\n'.repeat(100_000)}run_id: a\n`)).toEqual({});
});

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => { folder = temporaryFolder('mlflow'); });
afterEach(() => { folder.remove(); });
const put = (path: string, body: string): void => { mkdirSync(dirname(join(folder.path, path)), { recursive: true }); writeFileSync(join(folder.path, path), body); };
const run = (name: string, metric: string, status = '3'): void => {
  put(`e/${name}/meta.yaml`, `run_id: ${name}\nstatus: ${status}\nlifecycle_stage: active\nstart_time: 1700000000000\n`);
  put(`e/${name}/params/lr`, '0.1');
  put(`e/${name}/metrics/loss`, metric);
};
const events = (): readonly StudyEvent[] => { const [study] = readImport(join(folder.path, 'e'), 'e').studies; return [...study?.read({ metric: 'loss', goal: 'minimize' }).events ?? []]; };

test('the end of a metric that is being written is no value; steps that are none are left out', () => {
  put('e/meta.yaml', 'experiment_id: 1\nname: e\n');
  run('a', '1 0.5 0\n2 0.25 1\n3 0.12');
  run('b', '1 nan 0\n2 -inf 1\n3 1e-05 2\n');
  run('c', '1 0.5 x\n2  0.3 1\n\n3 0.7 2 data digest\n');
  const reports = events().filter((event) => event.type === 'reported').map((event) => [event.trial, event.step, event.metrics['loss'] ?? event.nonFinite]);
  expect(reports).toEqual([[0, 0, 0.5], [0, 1, 0.25], [1, 0, ['loss']], [1, 1, ['loss']], [1, 2, 1e-5]]);
  expect(events().filter((event) => event.type === 'finished').map(({ result }) => result.metrics['loss'])).toEqual([0.25, 1e-5, 0.7]);
});

test('runs go on, fail and are killed as they did; a state of another\'s name is none', () => {
  put('e/meta.yaml', 'experiment_id: 1\nname: e\n');
  for (const [name, status] of [['a', '1'], ['b', '2'], ['c', '4'], ['d', '5'], ['f', 'constructor']] as const) run(name, '1 0.5 0\n', status);
  expect(events().map((event) => (event.type === 'finished' ? event.result.outcome : event.type))).toEqual([
    'created', 'started', 'froze', 'started', { state: 'failed', reason: 'told', message: 'loss was 0.5' }, 'started', { state: 'failed', reason: 'told', message: 'killed' }, 'started', { state: 'failed', reason: 'told', message: 'loss was 0.5' },
  ]);
});

test('a folder of parameters that is a link, and one inside it, are not read', () => {
  put('e/meta.yaml', 'experiment_id: 1\nname: e\n');
  run('a', '1 0.5 0\n');
  run('b', '1 0.5 0\n');
  put('outside/secret', 'mine');
  put('outside/deeper/secret', 'mine');
  put('e/c/meta.yaml', 'run_id: c\nstatus: 3\n');
  put('e/c/metrics/loss', '1 0.1 0\n');
  symlinkSync(join(folder.path, 'outside'), join(folder.path, 'e/c/params'));
  symlinkSync(join(folder.path, 'outside'), join(folder.path, 'e/a/tags'));
  put('outside/seed', '7');
  symlinkSync(join(folder.path, 'outside/secret'), join(folder.path, 'e/b/params/stolen'));
  const started = events().filter((event) => event.type === 'started');
  expect(started.map(({ params, seed }) => [params, seed])).toEqual([[{}, 0], [{ lr: 0.1 }, 0], [{ lr: 0.1 }, 0]]);
});
