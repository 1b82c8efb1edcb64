import { dot } from './cholesky.js';

/** Gives the value at `x` and writes the gradient; what is not finite counts as forbidden. */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

export interface Box { readonly lower: Float64Array; readonly upper: Float64Array }

export interface Minimum { readonly x: Float64Array; readonly value: number; readonly evaluations: number }

/** Stops at `evaluations`, or where no component of the projected gradient exceeds `tolerance`. */
export interface Effort { readonly evaluations: number; readonly tolerance: number }

interface Point { readonly x: Float64Array; readonly gradient: Float64Array; readonly value: number }
interface Pair { readonly s: Float64Array; readonly y: Float64Array; readonly sy: number }

const MEMORY = 8;
const SUFFICIENT = 1e-4;

/**
 * A local minimum inside a box by limited-memory BFGS on the variables that no bound holds, with steps projected
 * onto the box (Bertsekas, "Projected Newton methods", 1982; Nocedal and Wright, "Numerical Optimization", alg. 7.4).
 */
export function minimizeWithin(box: Box, start: Float64Array, f: Differentiable, effort: Effort): Minimum {
  const pairs: Pair[] = [];
  let evaluations = 0;
  const at = (x: Float64Array): Point => {
    const gradient = new Float64Array(x.length);
    const value = f(x, gradient);
    evaluations += 1;
    return { x, gradient, value: gradient.every(Number.isFinite) && Number.isFinite(value) ? value : Infinity };
  };
  let point = at(project(box, start, start, 0));
  while (evaluations < effort.evaluations && point.value < Infinity) {
    const free = freeVariables(box, point);
    if (!point.gradient.some((g, i) => free[i] === 1 && Math.abs(g) > effort.tolerance)) break;
    const direction = descent(point, free, pairs);
    let step = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(point.gradient, point.gradient, direction.length)));
    let next: Point | undefined;
    for (; next === undefined && evaluations < effort.evaluations && step > 1e-10; step /= 3) {
      const tried = at(project(box, point.x, direction, step));
      const slope = tried.x.reduce((sum, x, i) => sum + (x - (point.x[i] ?? 0)) * (point.gradient[i] ?? 0), 0);
      if (slope < 0 && tried.value <= point.value + SUFFICIENT * slope) next = tried;
    }
    if (next === undefined) {
      if (pairs.length === 0) break;
      pairs.length = 0;
      continue;
    }
    remember(pairs, point, next);
    point = next;
  }
  return { x: point.x, value: point.value, evaluations };
}

function project({ lower, upper }: Box, x: Float64Array, direction: Float64Array, step: number): Float64Array {
  return x.map((value, i) => Math.min(Math.max(value + (step === 0 ? 0 : step * (direction[i] ?? 0)), lower[i] ?? -Infinity), upper[i] ?? Infinity));
}

/** 1 where a variable can move against its gradient. */
function freeVariables({ lower, upper }: Box, { x, gradient }: Point): Uint8Array {
  return Uint8Array.from(x, (value, i) => {
    const g = gradient[i] ?? 0;
    return (g > 0 && value <= (lower[i] ?? -Infinity)) || (g < 0 && value >= (upper[i] ?? Infinity)) ? 0 : 1;
  });
}

/** The two-loop recursion on the free variables; the steepest way down where that leads upwards. */
function descent({ gradient }: Point, free: Uint8Array, pairs: readonly Pair[]): Float64Array {
  const n = gradient.length;
  const direction = gradient.map((g, i) => (free[i] === 1 ? -g : 0));
  const steepest = direction.slice();
  const alphas: number[] = [];
  for (const { s, y, sy } of pairs.toReversed()) {
    const alpha = dot(s, direction, n) / sy;
    alphas.push(alpha);
    add(direction, y, -alpha);
  }
  const last = pairs.at(-1);
  if (last !== undefined) for (let i = 0; i < n; i++) direction[i] = ((direction[i] ?? 0) * last.sy) / dot(last.y, last.y, n);
  for (const { s, y, sy } of pairs) add(direction, s, (alphas.pop() ?? 0) - dot(y, direction, n) / sy);
  for (let i = 0; i < n; i++) if (free[i] === 0) direction[i] = 0;
  return dot(direction, gradient, n) < 0 ? direction : steepest;
}

function add(to: Float64Array, vector: Float64Array, scale: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] ?? 0) + scale * (vector[i] ?? 0);
}

/** Only pairs of positive curvature keep the model of the curvature positive definite. */
function remember(pairs: Pair[], from: Point, to: Point): void {
  const s = to.x.map((value, i) => value - (from.x[i] ?? 0));
  const y = to.gradient.map((value, i) => value - (from.gradient[i] ?? 0));
  const sy = dot(s, y, s.length);
  if (sy <= 1e-12 * dot(y, y, y.length)) return;
  pairs.push({ s, y, sy });
  if (pairs.length > MEMORY) pairs.shift();
}
