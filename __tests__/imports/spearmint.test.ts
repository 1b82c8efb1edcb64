import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readImport } from '../../src/imports/open.js';
import { nest } from '../../src/model/nesting.js';
import type { Params } from '../../src/model/params.js';
import { whyInvalid } from '../../src/model/validity.js';
import { ours, parse } from '../config/parsing.js';
import { temporaryFolder } from '../stores/gitFixture.js';

const paramsIn = (path: string): readonly Params[] => readImport(path, path).studies.flatMap((study) => [...study.read({}).events].flatMap((event) => (event.type === 'started' ? [event.params] : [])));

describe('a vector variable', () => {
  test('is nested names of a study, written once: its results are points of that space', () => {
    const { config } = parse(ours('', `  n_estimators: { min: 5, max: 60 }
  max_features: { min: 0.05, max: 1.0 }
  max_depth: { min: 1, max: 12 }
  criterion: { values: [gini, entropy] }
  w: { parameters: { 0: &w { min: 0.0, max: 1.0 }, 1: *w } }`));
    const points = paramsIn(resolve('fixtures/tuners/spearmint/digits_lite'));
    expect(points).toHaveLength(12);
    expect(points.map((params) => whyInvalid(config!.space, params))).toEqual(points.map(() => undefined));
    expect(nest(config!.space, points[6]!)).toEqual({ n_estimators: 60, max_features: 0.05, max_depth: 12, criterion: 'gini', w: { 0: 0, 1: 1 } });
  });

  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => { folder = temporaryFolder('spearmint'); });
  afterEach(() => { folder.remove(); });
  const results = (size: string, row: string): string => {
    const path = join(folder.path, 'results');
    mkdirSync(path);
    writeFileSync(join(path, 'config.json'), `{"w": {"name": "w", "type": "enum", "options": ["a", "b"]${size}}, "x": {"type": "INT", "min": 1, "max": 9}}`);
    writeFileSync(join(path, 'results.dat'), `${row}\n`);
    return path;
  };

  test('of size 1, or without one, is one parameter; choices may be a vector too', () => {
    expect(paramsIn(results('', '0.5 1 b 3'))).toEqual([{ w: 'b', x: 3 }]);
    folder.remove();
    folder = temporaryFolder('spearmint');
    expect(paramsIn(results(', "size": 3', '0.5 1 b a a 3'))).toEqual([{ 'w.0': 'b', 'w.1': 'a', 'w.2': 'a', x: 3 }]);
  });

  test.each(['0', '-1', '1.5', '1e9', '"2"', 'null'])('of size %s is refused by name', (size) => {
    expect(() => paramsIn(results(`, "size": ${size}`, '0.5 1 b 3'))).toThrow(/config\.json.*w\.size/);
  });
});
