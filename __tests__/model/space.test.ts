import { describe, expect, test } from '@jest/globals';
import { activeParameters, orderByDependency } from '../../src/model/activity.js';
import { compileConstraints, constraintsHold } from '../../src/model/constraint.js';
import { nest } from '../../src/model/nesting.js';
import type { Parameter, SearchSpace } from '../../src/model/searchSpace.js';
import { declaredDefaults, isValid, projectOnto, spaceDigest, whyInvalid } from '../../src/model/validity.js';

const optimizer: Parameter = { name: 'optimizer', path: ['optimizer'], distribution: { name: 'categorical', choices: ['sgd', 'adam'] }, default: 'sgd' };
const momentum: Parameter = { name: 'momentum', path: ['momentum'], distribution: { name: 'uniform', low: 0, high: 1 }, when: { optimizer: ['sgd'] } };
const nesterov: Parameter = { name: 'nesterov', path: ['nesterov'], distribution: { name: 'categorical', choices: [true, false] }, when: { momentum: [0.9] } };
const units: Parameter = { name: 'units', path: ['units'], distribution: { name: 'categorical', choices: [16, 64] } };
const modelLr: Parameter = { name: 'model.lr', path: ['model', 'lr'], distribution: { name: 'uniform', low: 0, high: 1 } };
const flatLr: Parameter = { name: 'head.lr', path: ['head.lr'], distribution: { name: 'uniform', low: 0, high: 1 } };
const odd: Parameter = { name: 'a/b', path: ['a/b'], distribution: { name: 'int_uniform', low: 1, high: 9 } };

const space = (parameters: readonly Parameter[], ...constraints: string[]): SearchSpace => ({ parameters, constraints });
const names = (parameters: readonly Parameter[]): string[] => parameters.map(({ name }) => name);

test('a child of an inactive parent is inactive', () => {
  const s = space([optimizer, momentum, nesterov]);
  expect(names(activeParameters(s, { optimizer: 'sgd', momentum: 0.9 }))).toEqual(['optimizer', 'momentum', 'nesterov']);
  expect(names(activeParameters(s, { optimizer: 'sgd', momentum: 0.5 }))).toEqual(['optimizer', 'momentum']);
  expect(names(activeParameters(s, { optimizer: 'adam', momentum: 0.9 }))).toEqual(['optimizer']);
});

test('parents are put first; cycles and unknown parents are named', () => {
  expect(names(orderByDependency([nesterov, momentum, optimizer]).ordered)).toEqual(['optimizer', 'momentum', 'nesterov']);
  expect(orderByDependency([momentum]).problems).toEqual([{ kind: 'unknown-parent', parameter: 'momentum', names: ['optimizer'] }]);
  const a: Parameter = { ...units, name: 'a', when: { b: [1] } };
  const b: Parameter = { ...units, name: 'b', when: { a: [1] } };
  expect(orderByDependency([a, b]).problems).toEqual([{ kind: 'cycle', parameter: 'a', names: ['a', 'b', 'a'] }]);
});

test('isValid wants every active parameter, no other, and the constraints', () => {
  const s = space([optimizer, momentum, units], 'units < 64 || optimizer == "adam"');
  expect(isValid(s, { optimizer: 'sgd', momentum: 0.5, units: 16 })).toBe(true);
  expect(whyInvalid(s, { optimizer: 'sgd', units: 16 })).toBe('momentum has no value');
  expect(whyInvalid(s, { optimizer: 'adam', momentum: 0.5, units: 16 })).toBe('momentum is no active parameter here');
  expect(whyInvalid(s, { optimizer: 'adam', units: 17 })).toBe('units = 17 is outside its space');
  expect(whyInvalid(s, { optimizer: 'sgd', momentum: 0, units: 64 })).toBe('a constraint does not hold');
});

describe('constraints', () => {
  const all = [optimizer, momentum, units, modelLr, flatLr, odd];
  const point = { optimizer: 'sgd', momentum: 0.5, units: 16, 'model.lr': 0.25, 'head.lr': 0.5, 'a/b': 3 };

  test.each([
    ['units * 2 <= 32', true], ['units % 3 == 1', true], ['units / 32 == 0.5', true], ['units in [16, 64]', true], ['2 * momentum == 1', true],
    ['optimizer == "adam"', false], ['model.lr * 4 == 1', true], ['head.lr + model.lr < 0.7', false], ['params["a/b"] == 3', true],
    ['params["a/b"] > 3 || momentum >= 5e-1', true], ['units > 0x0F', true], ['optimizer in ["sgd", "adam"] ? units < 20 : true', true], ['[1, 16][1] == units', true],
  ])('%s', (source, wanted) => {
    const s = space(all, source);
    expect(compileConstraints(s).problems).toEqual([]);
    expect(constraintsHold(s, point)).toBe(wanted);
  });

  test.each([
    ['units *', 7, 'Unexpected token'], ['momentun < 1', 0, 'Unknown variable: momentun'], ['units < 1 && nope > 2', 13, 'Unknown variable: nope'],
    ['units < 3 && optimizer < 10 && units < 3', 13, 'cannot compute'], ['units + 1', 0, 'gives a number'], ['model.rate < 1', 0, 'Unknown variable: model.rate'],
    ['params["c"] < 1', 0, 'Unknown variable: c'], ['(units < 1', 10, 'Expected'], ['units.constructor == 1', 6, ''], ['', 0, ''],
  ])('%p is refused at %i', (source, offset, message) => {
    const [problem] = compileConstraints(space(all, 'units > 0', source)).problems;
    expect(problem).toMatchObject({ index: 1, offset });
    expect(problem?.message).toContain(message);
  });

  test('what hangs on an inactive parameter holds; what is false without it does not', () => {
    const s = space(all, 'units < 20 && momentum < 0.1');
    const withoutMomentum = Object.fromEntries(Object.entries({ ...point, optimizer: 'adam' }).filter(([name]) => name !== 'momentum'));
    expect(constraintsHold(s, withoutMomentum)).toBe(true);
    expect(constraintsHold(s, { ...withoutMomentum, units: 64 })).toBe(false);
  });

  test('an expression that cannot be computed is the user\'s to fix', () => {
    const mixed: Parameter = { name: 'x', path: ['x'], distribution: { name: 'categorical', choices: [1, 'a'] } };
    expect(() => constraintsHold(space([mixed], 'x * 2 < 3'), { x: 'a' })).toThrow('cannot be computed');
  });
});

test('parameters with names of CEL types are reached through params', () => {
  const named = ['int', 'type', 'size', 'in', 'params', 'list'].map((name): Parameter => ({ ...units, name, path: [name] }));
  const s = space(named, 'params["int"] == 16 && params["in"] == 64 && size == 16');
  expect(compileConstraints(s).problems).toEqual([]);
  expect(constraintsHold(s, { int: 16, type: 16, size: 16, in: 64, params: 16, list: 16 })).toBe(true);
  const born = { name: 'constructor', path: ['constructor'], distribution: { name: 'int_uniform', low: 1, high: 9 } } as const;
  expect([1, 5].map((constructor) => constraintsHold(space([born], 'params["constructor"] > 3'), { constructor }))).toEqual([false, true]);
});

test('nest gives nested parameters their map and leaves dotted names flat', () => {
  expect(nest(space([modelLr, flatLr, units]), { 'model.lr': 1, 'head.lr': 2 })).toEqual({ model: { lr: 1 }, 'head.lr': 2 });
});

describe('projectOnto', () => {
  const constant: Parameter = { name: 'epochs', path: ['epochs'], distribution: { name: 'constant', value: 20 } };
  test('drops what is gone, takes constants of this space, fills with defaults', () => {
    expect(projectOnto(space([optimizer, units, constant]), { units: 16, epochs: 10, gone: 1 })).toEqual({
      params: { optimizer: 'sgd', units: 16, epochs: 20 }, filled: ['optimizer'], dropped: ['gone'],
    });
  });
  test('says why main\'s best is no point here', () => {
    expect(projectOnto(space([units]), { units: 32 })).toEqual({ params: undefined, reason: 'units = 32 is outside its space' });
    expect(projectOnto(space([units, modelLr]), { units: 16 })).toEqual({ params: undefined, reason: 'model.lr has no value' });
  });
});

test('declared defaults make a point of the space, or none', () => {
  expect(declaredDefaults(space([units]))).toBeUndefined();
  expect(declaredDefaults(space([optimizer, momentum, units]))).toEqual({ params: { optimizer: 'sgd', momentum: 0.5, units: 16 }, filled: ['momentum', 'units'], dropped: [] });
  expect(declaredDefaults(space([optimizer], 'optimizer == "adam"'))).toEqual({ params: undefined, reason: 'a constraint does not hold' });
});

test('the digest of a space ignores order and sees every number', () => {
  expect(spaceDigest(space([units, odd]))).toBe(spaceDigest(space([odd, units])));
  expect(spaceDigest(space([units]))).not.toBe(spaceDigest(space([units], 'units > 1')));
});
