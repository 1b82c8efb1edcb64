import { expect, test } from '@jest/globals';
import { checkText } from '../../src/config/checkReport.js';
import { parse, problems, wandb } from './parsing.js';

test('an alias bomb is cut', () => {
  const levels = Array.from({ length: 12 }, (_, i) => `  x${i + 1}: &x${i + 1} { value: [${Array(9).fill(`*x${i}`).join(', ')}] }`);
  const result = parse(`method: random\nparameters:\n  x0: &x0 { value: [1, 2, 3] }\n${levels.join('\n')}\n`);
  expect(problems(result)).toEqual([expect.stringContaining('too-many-values')]);
});

test('an alias that contains itself, and one without an anchor', () => {
  expect(problems(parse(wandb('', '  a: &a { values: [*a] }')))).toEqual([expect.stringContaining('cyclic-alias')]);
  expect(problems(parse(wandb('', '  a: *nope')))).toEqual([expect.stringContaining('unknown-alias')]);
});

test.each([['['.repeat(5000)], [`a: ${'{a: '.repeat(5000)}`], [`a: ${'['.repeat(100)}1${']'.repeat(100)}`], ['- '.repeat(300) + 'x']])('deep nesting is one error', (text) => {
  expect(problems(parse(text))).toHaveLength(1);
});

test('__proto__ reaches no prototype', () => {
  for (const text of [wandb('', '  __proto__: { value: 1 }'), wandb('', '  a: { value: { __proto__: { polluted: 1 } } }'), wandb('__proto__: { polluted: 1 }')]) {
    expect(problems(parse(text))).toContainEqual(expect.stringContaining('reserved-name'));
  }
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
  expect(parse(wandb('', '  constructor: { value: 1 }\n  toString: { values: [1, 2] }')).config?.space.parameters).toHaveLength(2);
});

test('a megabyte is refused by size', () => {
  expect(problems(parse(`a: ${'x'.repeat(1 << 20)}`))).toEqual(['1:1 file-too-large']);
});

test.each([['', 'empty-file'], ['# only a comment', 'empty-file'], ['- a\n- b', 'not-a-map'], ['just text', 'not-a-map'], ['a: 1\n---\nb: 2', 'several-documents'], ['? [a]\n: 1', 'complex-key'], ['\tmethod: random', 'yaml-syntax'], ['method: [random', 'yaml-syntax'], ['a: !!python/object:os.system x', 'unknown-tag']])('%p is refused', (text, code) => {
  expect(problems(parse(text)).map((p) => p.split(' ')[1])).toContain(code);
});

test('control characters and runner commands of the file are not printed raw', () => {
  const text = checkText(parse(wandb('"\u0000\u001b[31m##[error]x": 1\n::error::boom: 1')));
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('##[');
  expect(text.split('\n').filter((line) => line.startsWith('::'))).toEqual([]);
});
