import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readInputs, readPublishInputs, type GetInput } from '../../src/action/inputs.js';
import { outputsOf } from '../../src/action/outputs.js';
import { samples } from '../report/samples.js';

interface Manifest { readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>; readonly outputs: Readonly<Record<string, { readonly description: string }>>; readonly runs: Readonly<Record<string, string>> }
const main = parse(readFileSync('action.yml', 'utf8')) as Manifest;
const publish = parse(readFileSync('publish/action.yml', 'utf8')) as Manifest;

/** As the runner gives inputs: defaults of the manifest unless said otherwise; asking for one that is not declared is a bug. */
const given = (manifest: Manifest, over: Readonly<Record<string, string>> = {}): GetInput => (name) => {
  const input = manifest.inputs[name];
  if (input === undefined) throw new Error(`${name} is not declared`);
  return (over[name] ?? input.default ?? '').trim();
};

test('the defaults of action.yml are valid and mean what the README says', () => {
  expect(readInputs(given(main))).toEqual({
    token: '${{ github.token }}', comment: 'always', check: true, historyBranch: 'noregret', commentId: 'default', failOnPush: false,
    config: undefined, mode: 'auto', failOn: 'regression', workingDirectory: '.', overrides: {}, publish: 'auto', stateDir: undefined, allowForksOnSelfHosted: false, dryRun: false, rounds: undefined,
  });
  expect(readPublishInputs(given(publish))).toEqual({ token: '${{ github.token }}', comment: 'always', check: true, historyBranch: 'noregret', commentId: 'default', failOnPush: false, failOn: undefined, workflow: 'tuning.yml' });
});

test('what is given is typed and frozen', () => {
  const inputs = readInputs(given(main, { trials: '5', time: '45m', method: 'grid', seed: '0', check: 'False', 'dry-run': 'true', config: 'tuning/*.yml', 'comment-id': 'a-b.c_1' }));
  expect(inputs).toMatchObject({ overrides: { trials: 5, time: '45m', method: 'grid', seed: 0 }, check: false, dryRun: true, config: 'tuning/*.yml', commentId: 'a-b.c_1' });
  expect(Object.isFrozen(inputs)).toBe(true);
});

describe('what is wrong names the input, its value and what is valid', () => {
  test.each([
    ['mode', 'atuo', 'one of auto, compare, record, aa'], ['comment', 'yes', 'one of always, on-change, on-alert, never'], ['fail-on', 'error', 'one of regression, inconclusive, never'],
    ['publish', 'always', 'one of auto, never'], ['check', 'yes', 'one of true, false'], ['dry-run', '1', 'one of true, false'],
    ['trials', '0', 'a whole number from 1'], ['trials', '1e3', 'a whole number from 1'], ['seed', '-1', 'a whole number from 0'], ['seed', '9'.repeat(30), 'a whole number from 0'],
    ['comment-id', '--> <b>', 'letters, digits'], ['comment-id', 'a--b', 'letters, digits'], ['comment-id', '', 'letters, digits'], ['comment-id', '../x', 'letters, digits'],
  ])('%s: %s', (name, value, valid) => {
    expect(() => readInputs(given(main, { [name]: value }))).toThrow(expect.objectContaining({ name: 'UserError', message: `Input "${name}" is ${JSON.stringify(value)}.`, fix: expect.stringContaining(valid) }));
  });
});

describe('the manifests', () => {
  test('every input and output is described, in kebab-case', () => {
    for (const { inputs, outputs } of [main, publish]) {
      for (const [name, { description }] of [...Object.entries(inputs), ...Object.entries(outputs)]) {
        expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
        expect(description).toMatch(/\.$/);
      }
    }
  });
  test('both give the outputs that the code sets', () => {
    const set = Object.keys(outputsOf(samples['regression']!(), [], '/nowhere')).toSorted();
    expect(Object.keys(main.outputs).toSorted()).toEqual(set);
    expect(Object.keys(publish.outputs).toSorted()).toEqual(set);
  });
  test('they start what the build makes', () => {
    expect(main.runs).toEqual({ using: 'node24', main: 'dist/index.js', post: 'dist/post.js', 'post-if': 'always()' });
    expect(publish.runs).toEqual({ using: 'node24', main: '../dist/publish.js' });
  });
});

test('outputs describe the worst study; studies holds all', () => {
  const outputs = outputsOf(samples['two-studies']!(), [{ name: 'comment', url: 'https://x/c' }], '/nowhere');
  expect(outputs).toMatchObject({ verdict: 'REGRESSION', 'comment-url': 'https://x/c', 'check-url': '', 'report-json': '' });
  const studies = JSON.parse(outputs['studies']!) as { study: string; verdict: string; effect: number }[];
  expect(studies.map(({ study }) => study)).toEqual(['spiral', 'spiral-small']);
  expect(outputs['effect']).toBe(String(studies[1]!.effect));
  expect(outputsOf(samples['problem']!(), [], '/nowhere')).toMatchObject({ effect: '', 'best-params': '', trials: '0', studies: '[]' });
});
