import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { isValid } from '../../src/model/validity.js';
import { parse, problems } from './parsing.js';

/** What a reader may copy out of the guide is a valid study once it has a metric, a command and something to search. */
const blocks = ['layers', 'patience', 'learning-rate', 'transfer'].flatMap((page) => {
  const text = readFileSync(`docs/guide/${page}.md`, 'utf8');
  return [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block = ''], i): readonly [string, string] => [`${page}.md, block ${String(i + 1)}`, block]);
});
const hidden = '  hidden: { shape: [constant, funnel, stretch-pants, free], layers: { min: 1, max: 4 }, width: { values: [32, 64, 128] }, last: 10 }\n';
const whole = (block: string): string => `metric: { name: acc, goal: maximize }\nbudget: { trials: 5 }\ncommand: [python, train.py]\n${/^parameters:/m.test(block) ? '' : `parameters:\n${hidden}`}${block}`;

test.each(blocks)('%s', (_, block) => {
  expect(problems(parse(whole(block)))).toEqual([]);
});

test('there are pages to read', () => {
  expect(blocks.length).toBeGreaterThan(6);
});

test("the page's constraint holds where it says, and a list without a common width is not refused by it", () => {
  const { space } = parse(whole(blocks.find(([, block]) => block.startsWith('constraints:'))![1])).config!;
  const point = (shape: string, more: object): boolean => isValid(space, { 'hidden.shape': shape, ...more });
  expect([point('constant', { 'hidden.layers': 2, 'hidden.width': 128 }), point('constant', { 'hidden.layers': 3, 'hidden.width': 128 })]).toEqual([true, false]);
  expect([point('stretch-pants', {}), point('free', { 'hidden.layers': 1, 'hidden.width1': 32 })]).toEqual([true, true]);
});
