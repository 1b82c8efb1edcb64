import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRowReader } from '../../src/imports/rowShape.js';
import { writePythonJson } from '../../src/model/pythonNumbers.js';

const wanted = (name: string): boolean => name !== 'pid' && !name.startsWith('config/');
/** What a reader says that has seen no other line. */
const alone = (text: string): unknown => createRowReader(wanted)(text);

const name = fc.oneof(fc.constantFrom('loss', 'pid', 'done', 'config', 'a', 'b', '0', '1', 'a/b', '__proto__', 'quote"', 'tab\t', '.*'), fc.string({ maxLength: 4 }));
const scalar = fc.oneof(fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.string({ maxLength: 6, unit: 'binary' }));
const value = fc.letrec((tie) => ({ any: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('any'), { maxLength: 3 }), fc.dictionary(name, tie('any'), { maxKeys: 4 })) })).any;
const row = fc.dictionary(name, value, { maxKeys: 6 });

/** The same names with other numbers, texts and truth values here and there. */
function varied(one: unknown, pick: () => number): unknown {
  if (Array.isArray(one)) return one.map((item) => varied(item, pick));
  if (typeof one === 'object' && one !== null) return Object.fromEntries(Object.entries(one).map(([key, item]) => [key, varied(item, pick)]));
  const other: readonly unknown[] = [one, one, typeof one === 'number' ? one / 3 : one, typeof one === 'boolean' ? !one : one, typeof one === 'string' ? `${one}"\\x` : one, null, 1e300, Number.NaN, true, 'text'];
  return other[pick() % other.length];
}

describe('rows of one shape', () => {
  test('are read as a parser reads them, whatever was read before', () => {
    fc.assert(fc.property(row, fc.array(fc.nat(), { minLength: 1, maxLength: 30 }), (first, picks) => {
      const read = createRowReader(wanted);
      let at = 0;
      for (const one of [first, ...picks.map(() => varied(first, () => picks[at++ % picks.length] ?? 0))]) {
        const text = writePythonJson(one);
        expect(read(text)).toEqual(alone(text));
      }
    }), { numRuns: 200 });
  });

  test('numbers under the names of the maps in which they stand, lists and texts left out', () => {
    const read = createRowReader(wanted);
    const line = (loss: string, more = ''): string => `{"loss": ${loss}, "nested": {"train": 0.5, "deep": {}}, "list": [1, 2], "done": false, "note": "x", "config": {"lr": 1}, "pid": 7${more}}`;
    const names = ['loss', 'nested/train', 'done'];
    expect(read(line('1'))).toEqual({ names, texts: ['1', '0.5', 'false'] });
    expect(read(line('-2.5e-3'))).toEqual({ names, texts: ['-2.5e-3', '0.5', 'false'] });
    expect(read(line('NaN'))).toEqual({ names, texts: ['NaN', '0.5', 'false'] });
    expect(read(`${line('-Infinity')}\r`)).toEqual({ names, texts: ['-Infinity', '0.5', 'false'] });
    expect(read(line('1', ', "acc": 2'))).toEqual({ names: [...names, 'acc'], texts: ['1', '0.5', 'false', '2'] });
    expect(read(line('null'))).toEqual({ names: ['nested/train', 'done'], texts: ['0.5', 'false'] });
  });

  test.each(['{"loss": 01}', '{"loss": 1.}', '{"loss": .5}', '{"loss": +1}', '{"loss": 1}}', '{"loss": 1', '{"loss": "1}', '{"loss": 1} 2', '{"loss": nan}', '{"loss": 1, "note": "a\tb"}', ''])('%s is no JSON after a row that looks like it either', (text) => {
    const read = createRowReader(wanted);
    for (const sound of ['{"loss": 1}', '{"loss": 2, "note": "ab"}']) read(sound);
    expect(read(text)).toBeUndefined();
  });

  test('a name that stands there twice counts with its last value, one that looks like a number in its place', () => {
    const read = createRowReader(wanted);
    for (const values of [[1, 2], [3, 4]] as const) {
      expect(read(`{"a": ${values[0]}, "a": ${values[1]}}`)).toEqual({ names: ['a'], texts: [String(values[1])] });
      expect(read(`{"b": ${values[0]}, "1": ${values[1]}}`)).toEqual({ names: ['1', 'b'], texts: [String(values[1]), String(values[0])] });
    }
  });

  test('what is JSON and no map is handed out', () => {
    expect([alone('3'), alone('[1]'), alone('null')]).toEqual([{ other: 3 }, { other: [1] }, { other: null }]);
  });
});
