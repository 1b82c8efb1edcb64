import { expect, test } from '@jest/globals';
import { dialects } from '../../src/dialects/index.js';
import { dialectDocuments, maxCharacters } from '../../src/dialects/documents.js';
import { oneLine } from '../../src/dialects/lines.js';
import { UserError } from '../../src/model/errors.js';
import { readText, refusal } from '../contracts/dialect.js';

const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]', ...Array.from({ length: 9 }, (_, i) => `${'bcdefghij'[i] ?? ''}: &${'bcdefghij'[i] ?? ''} [${Array.from({ length: 10 }, () => `*${'abcdefghi'[i] ?? ''}`).join(', ')}]`)].join('\n');

test.each([
  ['a bomb of aliases', bomb, /^file:\d+:\d+: more than 50000 values after aliases are expanded/],
  ['an alias of itself', 'a: &a\n  b: *a\n', /^file:2:6: \*a contains itself/],
  ['no such anchor', 'a: *b\n', /^file:1:\d+: /],
  ['maps in maps in maps', `${Array.from({ length: 60 }, (_, i) => `${'  '.repeat(i)}a:`).join('\n')} 1\n`, /^file:\d+:\d+: nested deeper than 40 levels/],
  ['lists in lists', `${'- '.repeat(100_000)}x`, /^file:1:1: nested too deeply/],
  ['brackets in brackets', '['.repeat(100_000), /^file:\d+:\d+: /],
  ['JSON in JSON', `{"a":`.repeat(50_000), /^file:\d+:\d+: /],
  ['a tab for an indent', 'a:\n\tb: 1\n', /^file:2:\d+: /],
  ['a tag that makes an object', 'a: !!python/name:os.system ls\n', /^file:1:\d+: tag/],
  ['a name that reaches a prototype', '{"__proto__": {"_type": "choice", "_value": [1]}}', /^file:1:2: "__proto__" cannot be a name/],
  ['more YAML than anybody writes', `a: ${'x'.repeat(600 * 1024)}\n`, /^file:1:1: the file has \d+ characters; at most \d+ are read/],
  ['more than anybody writes', ' '.repeat(maxCharacters + 1), /^file has \d+ characters; a search space of at most/],
  ['more values of JSON than anybody writes', `[${'0,'.repeat(500_000)}0]`, /^file:1:\d+: more than 400000 values/],
])('refused: %s', (_what, text, message) => {
  expect(refusal(text)?.message).toMatch(message);
});

test('of dictionaries without end only the first are looked at', () => {
  expect(refusal('p = {\'a\': [1]}\n'.repeat(50_000))?.message).toMatch(/^file has 200 search spaces of Talos: /);
});

test.each(['', '# nothing\n', 'null', '[]', '{}', '"text"', '3', '--- {}\n--- []\n', 'parameters: { x: { values: [1, 2] } }', 'a: 1\nb: [1, 2]', '\uFEFFa: 1'])('nobody claims %j', (text) => {
  expect(dialectDocuments(text, 'file').flatMap((document) => Object.values(dialects).filter((reader) => reader.detects(document)))).toEqual([]);
});

test.each(Object.keys(dialects))('%s refuses what it does not know, whatever it is', (dialect) => {
  for (const text of ['', 'null', '[1, [2]]', '{"a": {"b": [null, {"c": 1}]}}', 'a: 1', 'hydra: 1', 'matrix: []', 'kind: Experiment', 'spec: [1]', 'search_space: 3', 'hyperparameters: { space: 1 }']) expect(refusal(text, { dialect })).toBeInstanceOf(UserError);
});

test('of several documents the one that is a search space is read; of two, neither', () => {
  const space = 'x: { _type: uniform, _value: [0, 1] }';
  expect(readText(`kind: ConfigMap\n---\n${space}\n`).lines).toEqual(['x: { distribution: uniform, min: 0, max: 1 }']);
  expect(refusal(`${space}\n---\n${space}\n`)?.message).toBe('file has 2 search spaces of NNI: line 1, line 3.');
});

test('keys of the map itself win over those that << brings in, wherever they stand', () => {
  expect(readText('base: &base { _type: uniform, _value: [0, 1] }\nx: { _value: [5, 6], <<: *base }\ny: { <<: *base, _value: [7, 8] }\n').lines).toEqual([
    'base: { distribution: uniform, min: 0, max: 1 }', 'x: { distribution: uniform, min: 5, max: 6 }', '"y": { distribution: uniform, min: 7, max: 8 }',
  ]);
});

test('a dictionary in a script that a file holds is no search space of its own', () => {
  expect(readText('x: { _type: uniform, _value: [0, 1] }\ny: { _type: choice, _value: ["p", "q"] }\nz:\n  _type: choice\n  _value:\n    - |\n      p = {\'a\': (0, 1, 2)}\n').tool).toBe('NNI');
});

test('a name cannot leave its line or its comment', () => {
  const { lines, errors } = readText('{"a\\nstop: {threshold: 1}": {"_type": "choice", "_value": ["x\\ny", "# z", "{", "*a"]}, "b": {"_type": "no\\nway", "_value": []}}');
  expect(errors).toEqual([]);
  expect(lines.filter((line) => line.includes('\n'))).toEqual([]);
  expect(oneLine('a\u2028b\u202ec\rd')).toBe('a b c d');
});
