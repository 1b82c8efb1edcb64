import { describe, expect, test } from '@jest/globals';
import type { ParamValue } from '../../src/model/params.js';
import { pythonJson, pythonStr, pythonYaml, toPython, type PythonValue } from '../../src/model/pythonText.js';

/** Right-hand sides were printed by CPython 3.11: str(x). */
describe('Python text', () => {
  test.each<[ParamValue, string]>([
    [0.1, '0.1'], [1e-5, '1e-05'], [0.0001, '0.0001'], [0.00012345, '0.00012345'], [1.5e-7, '1.5e-07'], [1e16, '10000000000000000'],
    [123456.789, '123456.789'], [-0.25, '-0.25'], [3, '3'], [-7, '-7'], [5e-324, '5e-324'], [true, 'True'], [false, 'False'], [null, 'None'], ['adam', 'adam'],
    [[1, 2], '[1, 2]'], [{ lr: 0.1 }, "{'lr': 0.1}"], [{ lr: 0.001, nadam: { beta: 0.9 } }, "{'lr': 0.001, 'nadam': {'beta': 0.9}}"],
    [["it's", 'a"b', `b'o"th`, 'a\\b\n'], `["it's", 'a"b', 'b\\'o"th', 'a\\\\b\\n']`], [[null, true, 'None'], "[None, True, 'None']"],
  ])('str(%j)', (value, text) => {
    expect(pythonStr(toPython(value))).toBe(text);
  });

  test.each([
    [1, '1.0'], [0, '0.0'], [-0, '-0.0'], [1e15, '1000000000000000.0'], [1e16, '1e+16'], [1.5e300, '1.5e+300'], [1234567890123456, '1234567890123456.0'], [12345678901234567, '1.2345678901234568e+16'], [100, '100.0'], [1e-5, '1e-05'],
  ])('a float %d', (float, text) => {
    expect(pythonStr({ float })).toBe(text);
  });

  test('json.dumps keeps 1.0 apart from 1, and null, True, text apart from each other', () => {
    const value = new Map<string, PythonValue>([['lr', { float: 1 }], ['n', 1], ['x', null], ['b', true], ['s', 'None'], ['l', [1, { float: 1e-5 }]]]);
    expect(pythonJson(value)).toBe('{"lr": 1.0, "n": 1, "x": null, "b": true, "s": "None", "l": [1, 1e-05]}');
  });

  test('YAML for PyYAML has a point in every float, since YAML 1.1 takes 1e-05 for text', () => {
    expect(pythonYaml(toPython({ lr: 1e-5, n: 1, 'odd: name': ['a: b', 0.5] }))).toBe('{"lr": 1.0e-05, "n": 1, "odd: name": ["a: b", 0.5]}');
    expect(pythonYaml({ float: 1e16 })).toBe('1.0e+16');
  });
});
