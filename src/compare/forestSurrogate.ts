import { growForest, type TreeNode } from '../math/forest.js';
import { createRng } from '../math/rng.js';
import { cardinality, contains, sameValue } from '../model/distributionImage.js';
import { quantile } from '../model/distribution.js';
import type { Params, ParamValue } from '../model/params.js';
import type { Parameter, SearchSpace } from '../model/searchSpace.js';
import { unitOf } from '../model/unit.js';
import { own } from '../model/own.js';
import type { LossPoint } from './pedAnova.js';

/** Optuna's settings of FanovaImportanceEvaluator. */
const TREES = 64;
const MAX_DEPTH = 64;
/** More trials are thinned out evenly: the marginals cost trees times leaves. */
const MOST_TRIALS = 1000;
const CURVE_POINTS = 32;

/** A feature: a parameter's place on [0, 1], or whether it has one of its choices. */
interface Column { readonly parameter: number; readonly choice?: number }

export interface CurvePoint { readonly value: ParamValue; readonly loss: number }

export interface ForestSurrogate {
  /** Share of the loss's variance over the whole space that each parameter explains alone; they sum to 1. */
  readonly shares: Readonly<Record<string, number>>;
  /** Partial dependence: the mean loss over all other parameters, by value of this one. */
  readonly curves: Readonly<Record<string, readonly CurvePoint[]>>;
}

/**
 * Functional ANOVA (Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter importance",
 * 2014): a random forest of the losses, whose marginals over the space are exact sums over the leaves. Inactive
 * parameters stand in the middle of their range.
 */
export function forestSurrogate(space: SearchSpace, trials: readonly LossPoint[]): ForestSurrogate {
  const parameters = space.parameters.filter(({ distribution }) => cardinality(distribution) > 1);
  const columns = parameters.flatMap(({ distribution: d }, parameter): Column[] => (d.name === 'categorical' ? d.choices.map((_, choice) => ({ parameter, choice })) : [{ parameter }]));
  const used = thinned(trials);
  const rows = used.map(({ params }) => columns.map((column) => cell(parameters[column.parameter], column, params)));
  const forest = growForest({ rows, targets: used.map(({ loss }) => loss) }, { trees: TREES, maxDepth: MAX_DEPTH, thresholds: 'best', bootstrap: true }, createRng('fanova'));
  const marginals = parameters.map((parameter, p) => gridOf(parameter).map((at) => forest.map((tree) => expected(tree, { columns, box: boxOf(parameters), fixed: { parameter: p, at } }))));
  const variances = forest.map((tree) => {
    const mean = expected(tree, { columns, box: boxOf(parameters) });
    return expected(tree, { columns, box: boxOf(parameters), squared: true }) - mean ** 2;
  });
  return { shares: sharesOf(parameters, marginals, variances), curves: Object.fromEntries(parameters.map((parameter, p) => [parameter.name, curveOf(parameter, marginals[p] ?? [])])) };
}

function thinned(trials: readonly LossPoint[]): readonly LossPoint[] {
  const step = Math.ceil(trials.length / MOST_TRIALS);
  return trials.filter((_, i) => i % step === 0);
}

function cell(parameter: Parameter | undefined, { choice }: Column, params: Params): number {
  if (parameter === undefined) return 0;
  const { name, distribution: d } = parameter;
  const value = own(params, name);
  if (value === undefined || !contains(d, value)) return choice === undefined ? 0.5 : 0;
  return d.name === 'categorical' ? Number(sameValue(d.choices[choice ?? 0] ?? null, value)) : unitOf(d, value);
}

/** Where a parameter's marginal is looked at: every choice by its index, or cell centres on [0, 1]. */
function gridOf({ distribution: d }: Parameter): readonly number[] {
  if (d.name === 'categorical') return d.choices.map((_, i) => i);
  const count = Math.min(CURVE_POINTS, cardinality(d));
  return Array.from({ length: count }, (_, i) => (i + 0.5) / count);
}

/** What a node can still hold: an interval, or which choices. */
type Side = { low: number; high: number } | { open: boolean[] };

interface Question {
  readonly columns: readonly Column[];
  readonly box: Side[];
  readonly fixed?: { readonly parameter: number; readonly at: number };
  /** The mean of the squares instead. */
  readonly squared?: boolean;
}

function boxOf(parameters: readonly Parameter[]): Side[] {
  return parameters.map(({ distribution: d }) => (d.name === 'categorical' ? { open: d.choices.map(() => true) } : { low: 0, high: 1 }));
}

/** Mean of a tree over the part of the space that a node covers, every choice equally probable. */
function expected(node: TreeNode, question: Question): number {
  if ('value' in node) return question.squared === true ? node.value ** 2 : node.value;
  const column = question.columns[node.feature];
  const side = column === undefined ? undefined : question.box[column.parameter];
  if (column === undefined || side === undefined) return 0;
  if (question.fixed?.parameter === column.parameter) {
    const goesRight = column.choice === undefined ? question.fixed.at > node.threshold : question.fixed.at === column.choice;
    return expected(goesRight ? node.right : node.left, question);
  }
  return 'open' in side ? overChoices(node, { question, open: side.open, choice: column.choice ?? 0 }) : overInterval(node, question, side);
}

type Fork = Extract<TreeNode, { readonly feature: number }>;

function overInterval(node: Fork, question: Question, side: { low: number; high: number }): number {
  const { low, high } = side;
  if (node.threshold >= high) return expected(node.left, question);
  if (node.threshold <= low) return expected(node.right, question);
  const share = (node.threshold - low) / (high - low);
  side.high = node.threshold;
  const left = expected(node.left, question);
  [side.low, side.high] = [node.threshold, high];
  const right = expected(node.right, question);
  side.low = low;
  return share * left + (1 - share) * right;
}

function overChoices(node: Fork, { question, open, choice }: { readonly question: Question; readonly open: boolean[]; readonly choice: number }): number {
  if (open[choice] !== true) return expected(node.left, question);
  const count = open.filter(Boolean).length;
  if (count === 1) return expected(node.right, question);
  open[choice] = false;
  const left = expected(node.left, question);
  const before = open.map((is) => is);
  open.fill(false);
  open[choice] = true;
  const right = expected(node.right, question);
  before.forEach((is, i) => { open[i] = is; });
  open[choice] = true;
  return ((count - 1) * left + right) / count;
}

/** Marginals by grid point and tree. */
function sharesOf(parameters: readonly Parameter[], marginals: readonly (readonly (readonly number[])[])[], variances: readonly number[]): Readonly<Record<string, number>> {
  const raw = parameters.map((_, p) => variances.reduce((sum, variance, tree) => {
    const curve = (marginals[p] ?? []).map((values) => values[tree] ?? 0);
    const mean = curve.reduce((a, b) => a + b, 0) / curve.length;
    return variance > 0 ? sum + curve.reduce((a, b) => a + (b - mean) ** 2, 0) / curve.length / variance : sum;
  }, 0));
  const total = raw.reduce((a, b) => a + b, 0);
  return Object.fromEntries(parameters.map(({ name }, p) => [name, total > 0 ? (raw[p] ?? 0) / total : 0]));
}

function curveOf(parameter: Parameter, marginal: readonly (readonly number[])[]): readonly CurvePoint[] {
  const { distribution: d } = parameter;
  return gridOf(parameter).map((at, i) => {
    const values = marginal[i] ?? [];
    return { value: d.name === 'categorical' ? d.choices[at] ?? null : quantile(d, at), loss: values.reduce((a, b) => a + b, 0) / values.length };
  });
}
