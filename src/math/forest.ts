import type { Rng } from './rng.js';

/** Rows of equally many numbers each, and one number to predict per row. */
export interface Samples { readonly rows: readonly (readonly number[])[]; readonly targets: readonly number[] }

export interface ForestOptions {
  readonly trees: number;
  readonly maxDepth: number;
  /** Features looked at per split; all of them by default. */
  readonly features?: number;
  /** `best`: every threshold between neighbours (random forest). `random`: one drawn threshold per feature (extra trees). */
  readonly thresholds: 'best' | 'random';
  /** Each tree learns from a resample of the rows. */
  readonly bootstrap: boolean;
}

/** Rows at or below the threshold go left. */
export type TreeNode =
  | { readonly value: number }
  | { readonly feature: number; readonly threshold: number; readonly left: TreeNode; readonly right: TreeNode; /** Squared error that the split takes away. */ readonly gain: number };

interface Split { readonly feature: number; readonly threshold: number; readonly gain: number }

interface Growth { readonly samples: Samples; readonly options: ForestOptions; readonly rng: Rng }

/**
 * Regression trees split by squared error (Breiman, "Random Forests", 2001; Geurts et al., "Extremely randomized
 * trees", 2006). With targets of 0 and 1 that is the Gini impurity. Sums and comparisons only: the same on any machine.
 */
export function growForest(samples: Samples, options: ForestOptions, rng: Rng): readonly TreeNode[] {
  const n = samples.rows.length;
  return Array.from({ length: options.trees }, (_, tree) => {
    const stream = rng.fork(`tree ${tree}`);
    const members = Array.from({ length: n }, (__, i) => (options.bootstrap ? stream.integer(n) : i));
    return grow(members, 0, { samples, options, rng: stream });
  });
}

export function predict(forest: readonly TreeNode[], row: readonly number[]): number {
  return forest.reduce((total, tree) => total + leafValue(tree, row), 0) / forest.length;
}

/** Share of the squared error that each feature's splits take away, averaged over the trees; all 0 where nothing could be split. */
export function splitImportances(forest: readonly TreeNode[], features: number): readonly number[] {
  const shares = new Array<number>(features).fill(0);
  for (const tree of forest) {
    const gains = new Array<number>(features).fill(0);
    addGains(tree, gains);
    const total = gains.reduce((a, b) => a + b, 0);
    if (total > 0) gains.forEach((gain, i) => { shares[i] = (shares[i] ?? 0) + gain / total / forest.length; });
  }
  const total = shares.reduce((a, b) => a + b, 0);
  return total > 0 ? shares.map((share) => share / total) : shares;
}

function grow(members: readonly number[], depth: number, growth: Growth): TreeNode {
  const { samples: { rows, targets }, options } = growth;
  const mean = members.reduce((total, i) => total + (targets[i] ?? 0), 0) / members.length;
  const first = targets[members[0] ?? 0];
  if (depth >= options.maxDepth || members.every((i) => targets[i] === first)) return { value: mean };
  const split = bestSplit(members, growth);
  if (split === undefined) return { value: mean };
  const goesLeft = (i: number): boolean => (rows[i]?.[split.feature] ?? 0) <= split.threshold;
  return {
    ...split,
    left: grow(members.filter(goesLeft), depth + 1, growth),
    right: grow(members.filter((i) => !goesLeft(i)), depth + 1, growth),
  };
}

/** Looks at the wanted number of features, and on where those are all constant. */
function bestSplit(members: readonly number[], { samples, options, rng }: Growth): Split | undefined {
  const features = samples.rows[0]?.length ?? 0;
  const order = Array.from({ length: features }, (_, i) => i);
  let best: Split | undefined;
  let looked = 0;
  for (let i = 0; i < features && looked < (options.features ?? features); i++) {
    const swap = i + rng.integer(features - i);
    const feature = order[swap] ?? i;
    order[swap] = order[i] ?? i;
    const split = options.thresholds === 'best' ? sharpest(members, feature, samples) : drawn(members, feature, { samples, options, rng });
    if (split === undefined) continue;
    looked += 1;
    if (best === undefined || split.gain > best.gain) best = split;
  }
  return best;
}

function sharpest(members: readonly number[], feature: number, { rows, targets }: Samples): Split | undefined {
  const sorted = members.map((i) => ({ x: rows[i]?.[feature] ?? 0, y: targets[i] ?? 0 })).sort((a, b) => a.x - b.x);
  const total = sorted.reduce((sum, { y }) => sum + y, 0);
  const n = sorted.length;
  let best: Split | undefined;
  let left = 0;
  for (let k = 1; k < n; k++) {
    left += sorted[k - 1]?.y ?? 0;
    const [below, above] = [sorted[k - 1]?.x ?? 0, sorted[k]?.x ?? 0];
    if (below === above) continue;
    const gain = left ** 2 / k + (total - left) ** 2 / (n - k) - total ** 2 / n;
    const middle = below + (above - below) / 2;
    if (best === undefined || gain > best.gain) best = { feature, threshold: middle < above ? middle : below, gain };
  }
  return best;
}

function drawn(members: readonly number[], feature: number, { samples: { rows, targets }, rng }: Growth): Split | undefined {
  const xs = members.map((i) => rows[i]?.[feature] ?? 0);
  const low = xs.reduce((a, b) => Math.min(a, b), Infinity);
  const high = xs.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(low < high)) return undefined;
  const threshold = low + rng.uniform() * (high - low);
  let [count, left, total] = [0, 0, 0];
  members.forEach((i, k) => {
    const y = targets[i] ?? 0;
    total += y;
    if ((xs[k] ?? 0) <= threshold) {
      left += y;
      count += 1;
    }
  });
  const n = members.length;
  if (count === n) return undefined;
  return { feature, threshold, gain: left ** 2 / count + (total - left) ** 2 / (n - count) - total ** 2 / n };
}

function leafValue(tree: TreeNode, row: readonly number[]): number {
  let node = tree;
  while ('feature' in node) node = (row[node.feature] ?? 0) <= node.threshold ? node.left : node.right;
  return node.value;
}

function addGains(node: TreeNode, gains: number[]): void {
  if ('value' in node) return;
  gains[node.feature] = (gains[node.feature] ?? 0) + Math.max(0, node.gain);
  addGains(node.left, gains);
  addGains(node.right, gains);
}
