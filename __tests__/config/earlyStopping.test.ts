import { expect, test } from '@jest/globals';
import { messages, ours, parse, problems } from './parsing.js';

test.each([
  ['10', { patience: 10, minDelta: 0 }], ['strict', { patience: 2, minDelta: 0 }], ['kopt', { patience: 10, minDelta: 0 }],
  ['{ patience: lazy, epochs: 100 }', { patience: 33, minDelta: 0 }], ['{ patience: moderate, epochs: 100, min_delta: 0.001 }', { patience: 10, minDelta: 0.001 }],
  ['{ patience: moderate, epochs: 5 }', { patience: 1, minDelta: 0 }], ['{ patience: 7, min_delta: 0.5 }', { patience: 7, minDelta: 0.5 }],
])('early_stopping: %s', (text, earlyStopping) => {
  expect(parse(ours(`early_stopping: ${text}`)).config).toMatchObject({ earlyStopping, reduce: 'best' });
});

test('reduce stays what it was written, and is last without it', () => {
  expect(parse(ours('early_stopping: 3\nreduce: last')).config).toMatchObject({ reduce: 'last' });
  expect(parse(ours('')).config).toMatchObject({ reduce: 'last' });
  expect(parse(ours('')).config?.earlyStopping).toBeUndefined();
});

test.each([
  ['lazy', '6:17 no-epochs', 'early_stopping lazy is epochs / 3, and epochs is not given'], ['{ patience: moderate }', '6:17 no-epochs', 'epochs / 10'],
  ['0', '6:17 wrong-value', 'must be at least 1'], ['slow', '6:17 wrong-value', 'one of lazy, moderate, strict, kopt'],
  ['{ epochs: 10 }', '6:17 wrong-value', 'a map with patience, epochs and min_delta'],
  ['{ patience: 3, min_delta: -1 }', '6:43 wrong-value', 'min_delta is -1'],
])('wrong: %s', (text, place, words) => {
  const result = parse(ours(`early_stopping: ${text}`));
  expect([problems(result), messages(result)]).toEqual([[place], expect.stringContaining(words)]);
});
