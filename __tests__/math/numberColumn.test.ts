import { expect, test } from '@jest/globals';
import { numberColumn } from '../../src/math/numberColumn.js';

test.each([
  ['small whole numbers', (i: number) => i - 5000, 'Int32Array'],
  ['fractions', (i: number) => i / 3, 'Float64Array'],
  ['whole numbers beyond 32 bits', (i: number) => i * 1e9, 'Float64Array'],
  ['a failed run late', (i: number) => (i === 1500 ? Number.NaN : i), 'Float64Array'],
  ['a fraction just as room runs out', (i: number) => (i === 1024 ? 0.5 : i), 'Float64Array'],
  ['minus zero', (i: number) => (i === 3 ? -0 : i), 'Float64Array'],
])('keeps what came, in order, however many: %s', (_, valueAt, kind) => {
  const column = numberColumn();
  expect(column.values()).toHaveLength(0);
  for (let i = 0; i < 20_000; i++) column.push(valueAt(i));
  const values = column.values();
  expect([column.length, column.at(7), column.at(20_000), column.at(-1)]).toEqual([20_000, valueAt(7), undefined, undefined]);
  expect([values.constructor.name, values.length]).toEqual([kind, 20_000]);
  expect(Array.from(values).every((value, i) => Object.is(value, valueAt(i)))).toBe(true);
});
