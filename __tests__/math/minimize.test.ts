import { describe, expect, test } from '@jest/globals';
import { minimizeWithin, type Box, type Differentiable } from '../../src/math/minimize.js';

const effort = { evaluations: 200, tolerance: 1e-8 };
const wide = (n: number): Box => ({ lower: new Float64Array(n).fill(-10), upper: new Float64Array(n).fill(10) });

const rosenbrock: Differentiable = (x, gradient) => {
  const [a = 0, b = 0] = x;
  gradient[0] = -2 * (1 - a) - 400 * a * (b - a * a);
  gradient[1] = 200 * (b - a * a);
  return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
};

/** Condition 10^6. */
const bowl: Differentiable = (x, gradient) => x.reduce((sum, value, i) => {
  const weight = 10 ** i;
  gradient[i] = 2 * weight * (value - 0.5);
  return sum + weight * (value - 0.5) ** 2;
}, 0);

describe('minimizeWithin', () => {
  test('Rosenbrock', () => {
    const { x, value, evaluations } = minimizeWithin(wide(2), Float64Array.of(-1.2, 1), rosenbrock, effort);
    expect(value).toBeLessThan(1e-14);
    expect(x[0]).toBeCloseTo(1, 6);
    expect(x[1]).toBeCloseTo(1, 6);
    expect(evaluations).toBeLessThan(90);
  });

  test('an ill-conditioned bowl', () => {
    const { x } = minimizeWithin(wide(7), new Float64Array(7).fill(3), bowl, effort);
    x.forEach((value) => expect(value).toBeCloseTo(0.5, 5));
  });

  test('a minimum on the edges: Rosenbrock within a ≤ 0.5, b ≥ 0.3', () => {
    const box = { lower: Float64Array.of(-2, 0.3), upper: Float64Array.of(0.5, 2) };
    const { x } = minimizeWithin(box, Float64Array.of(0.3, 1.5), rosenbrock, effort);
    // At b = 0.3 the slope along a is -2(1 - a) - 400a(0.3 - a²) < 0 at a = 0.5.
    expect([...x]).toEqual([0.5, 0.3]);
  });

  test('a start outside, a start at the minimum, no variables', () => {
    expect(minimizeWithin(wide(7), new Float64Array(7).fill(99), bowl, effort).value).toBeLessThan(1e-6);
    expect(minimizeWithin(wide(7), new Float64Array(7).fill(0.5), bowl, effort)).toMatchObject({ value: 0, evaluations: 1 });
    expect(minimizeWithin(wide(0), new Float64Array(0), () => 3, effort)).toMatchObject({ value: 3, evaluations: 1 });
  });

  test('forbidden ground is stepped back from', () => {
    const log: Differentiable = (x, gradient) => {
      const [a = 0] = x;
      gradient[0] = 1 - 0.01 / a;
      return a > 0 ? a - 0.01 * Math.log(a) : NaN;
    };
    expect(minimizeWithin(wide(1), Float64Array.of(5), log, effort).x[0]).toBeCloseTo(0.01, 5);
    expect(minimizeWithin(wide(1), Float64Array.of(-5), log, effort).value).toBe(Infinity);
  });

  test('never more evaluations than allowed', () => {
    let calls = 0;
    const counted: Differentiable = (x, gradient) => { calls += 1; return rosenbrock(x, gradient); };
    minimizeWithin(wide(2), Float64Array.of(-1.2, 1), counted, { evaluations: 7, tolerance: 0 });
    expect(calls).toBeLessThanOrEqual(7);
  });
});
