import { describe, expect, test } from '@jest/globals';
import { parsePythonJson, writePythonJson } from '../../src/model/pythonNumbers.js';

describe('numbers that Python writes bare', () => {
  test.each([
    ['{"a":NaN,"b":[Infinity,-Infinity]}', { a: NaN, b: [Infinity, -Infinity] }],
    ['{"NaN":"NaN","a":"Infinity \\" NaN","b":NaN}', { NaN: 'NaN', a: 'Infinity " NaN', b: NaN }],
    ['{"a":"\\\\","b":-Infinity}', { a: '\\', b: -Infinity }],
    ['NaN', NaN],
  ])('%s is read and written', (text, value) => {
    expect(parsePythonJson(text)).toEqual(value);
    expect(writePythonJson(value)).toBe(text);
  });

  test.each(['{"a":nan}', '{"a":NaN', '{NaN:1}x', '{"a":-NaN}', 'Infinity5', '{"a":NaNNaN}', ''])('%j is no JSON to Python either', (text) => {
    expect(() => parsePythonJson(text)).toThrow(SyntaxError);
  });

  test('members without a value are left out', () => {
    expect(writePythonJson({ a: undefined, b: null, c: 1e-7, d: 'é\n' })).toBe('{"b":null,"c":1e-7,"d":"é\\n"}');
  });
});
