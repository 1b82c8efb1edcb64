import { afterAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../stores/gitFixture.js';
import { ended, json, type } from './desk.js';

const folder = temporaryFolder('judge');
afterAll(() => { folder.remove(); });
const at = folder.path;
const worse = 'seed,base,head\n1,0.90,0.85\n2,0.91,0.862\n3,0.902,0.851\n';
const margin = ['--margin', '0.004', '--goal', 'maximize'];
const write = (name: string, text: string): string => {
  writeFileSync(join(at, name), text);
  return name;
};

test('a file that is not there, or a folder: said without the system\'s words', async () => {
  expect(ended(await type(at, ['judge', 'gone.csv', ...margin]), 2).err).toContain('Cannot read gone.csv: there is no such file');
  expect(ended(await type(at, ['judge', '.', ...margin]), 2).err).toContain('Cannot read .: it is a folder');
});

test('a file: exit 1 for a regression, and what --json has at least', async () => {
  const typed = ended(await type(at, ['judge', write('worse.csv', worse), ...margin, '--json']), 1);
  const result = json(typed);
  expect(result).toMatchObject({ verdict: 'REGRESSION', margin: 0.004, pairs: 3 });
  for (const key of ['effect', 'low', 'high']) expect(typeof result[key]).toBe('number');
  expect(result['effect']).toBeCloseTo(-0.0497, 3);
  expect(result['looks']).toEqual([expect.objectContaining({ pairs: 3 })]);
  expect(typed.err).toBe('');
});

test('standard input, JSON lines, in words', async () => {
  const rows = [1, 2, 3].map((seed) => JSON.stringify({ seed, base: 0.9, head: 0.9 })).join('\n');
  const { out } = ended(await type(at, ['judge', '-', ...margin], { stdin: rows }), 0);
  expect(out).toContain('NO_CHANGE  No change: head equals base in all 3 pairs');
});

test('for a metric to minimise, lower is better', async () => {
  const minimise = ['--margin', '0.004', '--goal', 'minimize', '--metric', 'loss'];
  const { out } = ended(await type(at, ['judge', '-', ...minimise], { stdin: worse }), 0);
  expect(out).toMatch(/^IMPROVED {2}Improved: loss −0\.0497/);
});

test('fewer rows than the first look are inconclusive, and how many more are needed is said', async () => {
  const typed = ended(await type(at, ['judge', '-', ...margin, '--json'], { stdin: 'seed,base,head\n1,0.9,0.8\n' }), 0);
  expect(json(typed)).toMatchObject({ verdict: 'INCONCLUSIVE', needMore: 2, effect: null, low: null, high: null });
});

describe('bad rows and flags', () => {
  test.each([
    ['text for a number', 'seed,base,head\n1,0.9,0.8\n2,x,0.8\n', [], /line 3/],
    ['a missing column', 'seed,base\n1,0.9\n', [], /head/],
    ['JSON cut short', '{"seed":1,"base":1,"head":1}\n{"seed":2,', [], /line 2/],
    ['a seed twice', 'seed,base,head\n1,1,1\n1,1,1\n', [], /line 3/],
    ['nothing', '', [], /no rows|empty/i],
    ['an alpha that is none', worse, ['--alpha', '0.9'], /alpha is 0\.9.*0\.05/s],
    ['looks that are no numbers', worse, ['--looks', 'a,b'], /--looks a is no number/],
  ])('%s', async (_name, stdin, flags, message) => {
    const { err } = ended(await type(at, ['judge', '-', ...margin, ...flags], { stdin }), 2);
    expect(err).toMatch(message);
  });

  test('a margin that is none', async () => {
    const { err } = ended(await type(at, ['judge', '-', '--margin', 'wide', '--goal', 'maximize'], { stdin: worse }), 2);
    expect(err).toContain('--margin wide is no margin');
    expect(err).toContain('fix: Give it in the metric\'s unit (0.004), in per cent of main (0.5%), or auto.');
  });

  test('a file that is not there', async () => {
    const { err } = ended(await type(at, ['judge', 'gone.csv', ...margin]), 2);
    expect(err).toContain('gone.csv');
    expect(err).toContain('fix: Give a CSV or JSON-lines file');
  });
});

describe('other forms', () => {
  const long = ['metric,seed,base,head', ...[1, 2, 3].flatMap((i) => [`acc,${i},0.9${i},0.9${i}`, `loss,${i},1.0${i},1.9${i % 3}`])].join('\n');
  test('several metrics: a table, and --json with one entry each', async () => {
    const flags = ['--margin', 'acc=0.004,loss=10%', '--goal', 'acc=maximize,loss=minimize'];
    const { out } = ended(await type(at, ['judge', '-', ...flags], { stdin: long }), 1);
    expect(out).toMatch(/^REGRESSION {2}Regression: loss/);
    expect(out).toMatch(/\| acc +\|.*NO_CHANGE/);
    const result = json(ended(await type(at, ['judge', '-', ...flags, '--json'], { stdin: long }), 1));
    expect(result).toMatchObject({ verdict: 'REGRESSION', metrics: [{ metric: 'acc', verdict: 'NO_CHANGE', gate: true }, { metric: 'loss', verdict: 'REGRESSION' }] });
  });
  test('a file of each side', async () => {
    const files = [write('base.csv', 'seed,acc\n1,0.9\n2,0.91\n3,0.905\n'), write('head.csv', 'seed,acc\n3,0.905\n2,0.91\n1,0.9\n')];
    const { out } = ended(await type(at, ['judge', ...files, ...margin]), 0);
    expect(out).toContain('NO_CHANGE  No change: head equals base in all 3 pairs');
    expect(json(ended(await type(at, ['judge', ...files, ...margin, '--unpaired', '--json']), 0))).toMatchObject({ method: 'unpaired', verdict: 'INCONCLUSIVE' });
  });
  test('more seeds', async () => {
    const { out } = ended(await type(at, ['judge', '-', ...margin, '--more-seeds', '--json'], { stdin: worse }), 1);
    expect(JSON.parse(out)).toMatchObject({ method: 'more-seeds', pairs: 3 });
  });
  test('a noise that is known from before decides with fewer pairs, and is said', async () => {
    const stdin = 'seed,base,head\n1,1,-0.1\n2,1,0.7\n3,1,0.1\n';
    const flags = ['judge', '-', '--margin', '0.6', '--goal', 'maximize'];
    expect(ended(await type(at, flags, { stdin }), 0).out).toContain('INCONCLUSIVE');
    const { out } = ended(await type(at, [...flags, '--prior', '0.3/8'], { stdin }), 1);
    expect(out).toMatch(/REGRESSION[\s\S]*the noise known before \(sd 0\.3, 8 degrees of freedom\) has a say/);
    expect(ended(await type(at, [...flags, '--prior', '0.01/20'], { stdin }), 0).out).toContain('was dropped: these pairs vary far more');
  });
  test.each([
    ['a margin of zero', ['--margin', '0'], /takes endless runs/],
    ['a margin of zero per cent', ['--margin', '0%'], /takes endless runs/],
    ['a unit', ['--margin', '5ms'], /the unit ms is not known/],
    ['a direction', ['--goal', 'up'], /--goal up is no direction/],
    ['folds', ['--folds', '10'], /--folds 10 is no ratio/],
    ['more seeds without pairs', ['--more-seeds', '--unpaired'], /--more-seeds needs pairs/],
    ['folds without pairs', ['--folds', '1/9', '--unpaired'], /--folds needs pairs/],
    ['a known noise that is none', ['--prior', '0.01'], /--prior 0\.01 is no known noise/],
    ['a known noise that is a guess', ['--prior', '0.01/3'], /rests on 3 degrees of freedom/],
    ['a known noise without pairs', ['--prior', '0.01/9', '--unpaired'], /--prior does not go with sides without pairs/],
    ['a known noise beyond the looks', ['--prior', '0.01/9', '--more-seeds'], /--prior does not go with --more-seeds/],
    ['a known noise and folds', ['--prior', '0.01/9', '--folds', '1/9'], /--prior does not go with --folds/],
    ['a known noise of a metric that is not there', ['--prior', 'f1=0.01/9'], /no metric f1/],
    ['folds beyond the looks', ['--folds', '1/9', '--more-seeds'], /do not go together/],
    ['a metric that is not there', ['--margin', 'f1=0.1,0.2'], /no metric f1/],
  ])('refused: %s', async (_name, flags, message) => {
    const { err } = ended(await type(at, ['judge', '-', ...margin, ...flags], { stdin: worse }), 2);
    expect(err).toMatch(message);
  });
});
