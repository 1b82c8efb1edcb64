import { expect, test } from '@jest/globals';
import { reseedEvent, type Comparison, type Report } from '../../src/model/comparison.js';
import { parameters } from '../../src/report/sections/parameters.js';
import { samples } from './samples.js';

const rows: Comparison['parameters'] = [
  { name: 'lr', log: false, base: 0.1, head: 0.2, moved: 'not-distinguishable' },
  { name: 'momentum', log: false, base: 0.9, moved: 'not-distinguishable' },
  { name: 'rate', log: false, head: 0.5, moved: 'not-distinguishable' },
  { name: 'act', log: false, base: 'relu', head: 'relu', moved: 'same' },
];
const lastCells = (event: string): unknown[] => {
  const [sample] = Object.values(samples);
  if (sample === undefined) throw new Error('there is a sample');
  const report: Report = { ...sample(), event };
  const [study] = report.studies;
  if (study === undefined) throw new Error('the sample has a study');
  const [block] = parameters.build({ ...study, parameters: rows }, report);
  return block?.kind === 'table' ? block.rows.map((row) => row.at(-1)?.map((span) => ('text' in span ? span.text : '')).join('')) : [];
};

test('what one side alone has is told as such, wherever two configurations stand side by side', () => {
  expect(lastCells(reseedEvent)).toEqual(['different', 'A only', 'B only', 'same']);
  expect(lastCells('command line')).toEqual(['not distinguishable', 'base only', 'head only', 'same']);
});
