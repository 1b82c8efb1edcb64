import { expect, test } from '@jest/globals';
import { pruning } from '../../src/report/sections/pruning.js';
import { samples } from './samples.js';

test('rounds of the same bracket are one row for each rung', () => {
  const report = samples['pruned']!();
  const [study] = report.studies;
  const did = study!.search!.pruning!;
  const round = { name: 's = 1', rungs: [{ resource: 3, planned: 5, trials: 5, stopped: 4 }, { planned: 1, trials: 1, stopped: 0 }] };
  const text = JSON.stringify(pruning.build({ ...study!, search: { ...study!.search!, pruning: { ...did, brackets: [round, { ...round, rungs: [{ resource: 3, planned: 5, trials: 2, stopped: 2 }, { planned: 1, trials: 0, stopped: 0 }] }] } } }, report));
  expect(text.match(/s = 1, 2 rounds/g)).toHaveLength(2);
  for (const sum of ['"10"', '"7"', '"6"', '"2"', '"1"']) expect(text).toContain(sum);
});
