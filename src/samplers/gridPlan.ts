import { gridSize as axisSize, gridValues } from '../model/distributionImage.js';
import { UserError } from '../model/errors.js';
import { canonicalJson, paramsKey, type Params } from '../model/params.js';
import type { Parameter, SearchSpace } from '../model/searchSpace.js';
import { pointAt, pointOf, productOf, type Axes } from './finiteSpace.js';
import { pointKeys } from './seen.js';

/** Larger products are walked point by point, and counted without regard to constraints and conditions. */
const MOST_COUNTED = 200_000;
const SPREAD_CANDIDATES = 32;
/** Steps of the spread sequence per point tried or wanted. */
const SPREAD_PATIENCE = 4;

/** The grid of a space, in the order of Weights & Biases: names sorted, the last one fastest. */
export interface GridPlan {
  /** Points; an upper bound when `exact` is false. */
  readonly size: number;
  readonly exact: boolean;
  /** A point not tried yet: the first one in the grid's order, or one that keeps what is tried evenly spread. */
  next(tried: readonly Params[], order: 'grid' | 'spread'): Params | undefined;
}

const plans = new WeakMap<SearchSpace, GridPlan>();

/** UserError `grid-continuous` naming every parameter that has no grid, and what to write instead. */
export function gridPlan(space: SearchSpace): GridPlan {
  const known = plans.get(space);
  if (known !== undefined) return known;
  const endless = space.parameters.filter(({ distribution }) => axisSize(distribution) === undefined);
  if (endless.length > 0) throw continuous(endless);
  const parameters = [...space.parameters].sort(byPath);
  const axes: Axes = parameters.map((parameter) => ({ parameter, values: gridValues(parameter.distribution) ?? [] }));
  const plan = planOf(space, axes);
  plans.set(space, plan);
  return plan;
}

function planOf(space: SearchSpace, axes: Axes): GridPlan {
  const product = productOf(axes);
  const plain = space.constraints.length === 0 && space.parameters.every(({ when }) => when === undefined);
  const inOrder = keyed((index) => pointAt(space, axes, index));
  const spread = keyed((step) => pointOf(space, axes, spreadDigits(axes, step)));
  const indices = plain || product > MOST_COUNTED ? undefined : Array.from({ length: product }, (_, i) => i).filter((i) => inOrder.key(i) !== undefined);
  const size = indices?.length ?? product;
  return {
    size,
    exact: plain || indices !== undefined,
    next: (tried, order) => {
      const seen = pointKeys(tried);
      if (order === 'spread') {
        const points = newPoints(spread, seen);
        if (points.length > 0) return leastTried(axes, points, tried);
      }
      for (let i = 0; i < size; i++) {
        const index = indices?.[i] ?? i;
        if (isNew(inOrder.key(index), seen)) return inOrder.at(index);
      }
      return undefined;
    },
  };
}

/** The next untried points of the spread sequence; few or none once it meets hardly any new one. */
function newPoints(spread: Keyed, seen: ReadonlySet<string>): readonly Params[] {
  const points: Params[] = [];
  const met = new Set(seen);
  for (let step = 0; points.length < SPREAD_CANDIDATES && step < SPREAD_PATIENCE * (seen.size + SPREAD_CANDIDATES); step++) {
    const key = spread.key(step);
    if (!isNew(key, met)) continue;
    met.add(key ?? '');
    points.push(spread.at(step) ?? {});
  }
  return points;
}

/** The point whose values were tried least often so far, axis by axis; the first one of equals. */
function leastTried(axes: Axes, points: readonly Params[], tried: readonly Params[]): Params | undefined {
  const counts = new Map<string, number>();
  const countersOf = (params: Params): readonly (readonly [string, number])[] => axes
    .filter(({ parameter }) => Object.hasOwn(params, parameter.name))
    .map(({ parameter, values }) => [`${parameter.name} ${canonicalJson(params[parameter.name])}`, values.length]);
  for (const params of tried) for (const [counter] of countersOf(params)) counts.set(counter, (counts.get(counter) ?? 0) + 1);
  const burden = (params: Params): number => countersOf(params).reduce((sum, [counter, share]) => sum + share * (counts.get(counter) ?? 0) ** 2, 0);
  const burdens = points.map(burden);
  return points[burdens.indexOf(Math.min(...burdens))];
}

function isNew(key: string | undefined, seen: ReadonlySet<string>): boolean {
  return key !== undefined && !seen.has(key);
}

interface Keyed { at(i: number): Params | undefined; key(i: number): string | undefined }

/** Remembers each point as text, so that asking again costs a look-up. */
function keyed(at: (i: number) => Params | undefined): Keyed {
  const keys = new Map<number, string | undefined>();
  return {
    at,
    key: (i) => {
      if (!keys.has(i)) {
        const params = at(i);
        keys.set(i, params === undefined ? undefined : paramsKey(params));
      }
      return keys.get(i);
    },
  };
}

/**
 * Positions on the axes of step `step` of Roberts' additive recurrence R_d ("The unreasonable effectiveness of
 * quasirandom sequences", 2018): evenly spread on every axis and every pair of axes, however few steps are taken.
 */
function spreadDigits(axes: Axes, step: number): readonly number[] {
  const free = axes.filter(({ values }) => values.length > 1).length;
  const ratio = 1 / generalizedGoldenRatio(free);
  let alpha = 1;
  return axes.map(({ values }) => {
    if (values.length === 1) return 0;
    alpha *= ratio;
    return Math.floor(((0.5 + alpha * step) % 1) * values.length);
  });
}

/** The root above 1 of x^(d+1) = x + 1, by Newton's method in products alone: the same bits on every machine. */
function generalizedGoldenRatio(d: number): number {
  let x = 2;
  for (let i = 0; i < 64; i++) {
    let power = 1;
    for (let k = 0; k < d; k++) power *= x;
    x -= (power * x - x - 1) / ((d + 1) * power - 1);
  }
  return x;
}

/** Sorted level by level, as W&B sorts nested parameters. */
function byPath(a: Parameter, b: Parameter): number {
  for (const [i, key] of a.path.entries()) {
    const other = b.path[i];
    if (other === undefined) return 1;
    if (key !== other) return key < other ? -1 : 1;
  }
  return a.path.length - b.path.length;
}

function continuous(parameters: readonly Parameter[]): UserError {
  const names = parameters.map(({ name, distribution }) => `${name} (${distribution.name})`).join(', ');
  const first = parameters[0]?.name ?? 'x';
  return new UserError('grid-continuous', `A grid needs listed values, but these parameters have none: ${names}.`, {
    fix: `List them, e.g. ${first}: { values: [0.001, 0.01, 0.1] }, or use method: random.`,
  });
}
