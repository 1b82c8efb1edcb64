import { expect, test } from '@jest/globals';
import { rowLines } from '../../src/compare/rowLines.js';

test.each([
  ['one after the other', [2, 3, 4, 5]],
  ['two metrics in turn', [2, 4, 6, 8, 10]],
  ['blank lines in between', [2, 3, 5, 6, 9, 20, 21, 22]],
  ['a single row', [7]],
])('%s', (_, lines) => {
  const rows = rowLines();
  for (const line of lines) rows.push(line);
  expect(lines.map((_line, row) => rows.at(row))).toEqual(lines);
  expect(rows.at(lines.length)).toBeUndefined();
});
