import { gridValues } from '../model/distributionImage.js';
import { bounds } from '../model/distribution.js';
import { layerShapes, type LayerShape, type ShapedLayers } from '../model/layerShape.js';
import type { Condition, Distribution, Parameter } from '../model/searchSpace.js';
import { nearest } from './dialect.js';
import { shown, type Findings, type Position } from './findings.js';
import { child, entry, type Entry, type MapTree, type Tree } from './yamlTree.js';

/** A part of a `shape` parameter, as an ordinary parameter. */
export interface ShapePart { readonly parameter: Parameter; readonly at: Position; readonly tree: Tree }
export interface ReadShape { readonly parts: readonly ShapePart[]; readonly shape: ShapedLayers }

type Key = 'shape' | 'layers' | 'width' | 'last' | 'slope';
/** Reads one parameter by the rules of all others; undefined after errors. */
type ReadOne = (entry: Entry, path: readonly string[]) => Parameter | undefined;

/** A list of layers longer than this is a mistake. */
const mostLayers = 100;
const keys: readonly Key[] = ['shape', 'layers', 'width', 'last', 'slope'];
const drawn: readonly LayerShape[] = ['constant', 'brick', 'funnel', 'triangle', 'slope'];
const narrowing: readonly LayerShape[] = ['funnel', 'triangle', 'slope'];
const examples: Readonly<Record<Key, string>> = { shape: 'shape: [constant, funnel]', layers: 'layers: { min: 1, max: 4 }', width: 'width: { values: [32, 64, 128] }', last: 'last: 10', slope: 'slope: { min: 0.1, max: 0.5 }' };

/**
 * `{ shape, layers, width, last, slope }` as ordinary parameters, each active only where a width follows from it, so that
 * samplers, logs and reports need to know nothing about shapes. undefined after errors.
 */
export function readShape({ value }: Entry, path: readonly string[], { readOne, when, findings }: { readonly readOne: ReadOne; readonly when: Condition | undefined; readonly findings: Findings }): ReadShape | undefined {
  const name = path.join('.');
  if (value.kind !== 'map' || !keysFit(name, value, findings)) return undefined;
  const read = new Map<Key, Parameter>();
  for (const key of keys) {
    const found = entry(value, key);
    const parameter = found === undefined ? undefined : readOne({ ...found, value: asParameter(found.value) }, [...path, key]);
    if (parameter !== undefined) read.set(key, parameter);
    else if (found !== undefined) return undefined;
  }
  const shapes = shapesOf(name, read.get('shape'), value, findings);
  if (shapes === undefined || !partsFit({ name, shapes, read, tree: value }, findings)) return undefined;
  const parameters = withConditions({ name, shapes, read, path }, when ?? {});
  const layers = wholeValues(read.get('layers')?.distribution);
  const most = { layers: layers?.at(-1) ?? 0, width: largest(read.get('width')?.distribution) };
  return { shape: { name, path, most }, parts: parameters.map((parameter) => placed(parameter, value)) };
}

function placed(parameter: Parameter, tree: MapTree): ShapePart {
  const found = entry(tree, (parameter.path.at(-1) ?? '').replace(/^width\d+$/, 'width'));
  return { parameter, at: found?.keyAt ?? tree.at, tree: found?.value ?? tree };
}

function keysFit(name: string, tree: MapTree, findings: Findings): boolean {
  const known: readonly string[] = [...keys, 'when'];
  const strays = tree.entries.filter(({ key }) => !known.includes(key));
  for (const { key, keyAt } of strays) {
    const near = nearest(key, known);
    findings.error(keyAt, { code: 'stray-keys', message: `${name} has a shape and cannot have ${shown(key)}`, fix: near === undefined ? `keys here: ${known.join(', ')}; a default belongs to a part: layers: { min: 1, max: 4, default: 2 }` : `did you mean ${near}?`, example: `${name}: { ${examples.shape}, ${examples.layers}, ${examples.width}, ${examples.last} }` });
  }
  const inner = keys.flatMap((key) => entry(child(tree, key), 'when') ?? []);
  for (const { keyAt } of inner) findings.error(keyAt, { code: 'stray-keys', message: `a part of ${name} cannot have a when of its own`, fix: `put it on ${name} itself` });
  return strays.length + inner.length === 0;
}

/** `funnel`, `[constant, funnel]` and `10` are short for a map. */
function asParameter(tree: Tree): Tree {
  if (tree.kind === 'map') return tree;
  return { kind: 'map', at: tree.at, entries: [{ key: tree.kind === 'list' ? 'values' : 'value', keyAt: tree.at, value: tree }] };
}

function shapesOf(name: string, parameter: Parameter | undefined, tree: MapTree, findings: Findings): readonly LayerShape[] | undefined {
  const values = parameter === undefined ? [] : wordsOf(parameter.distribution);
  const wrong = values.find((value) => !layerShapes.some((shape) => shape === value));
  if (wrong === undefined && values.length > 0) return layerShapes.filter((shape) => values.includes(shape));
  const near = typeof wrong === 'string' ? nearest(wrong, layerShapes) : undefined;
  findings.error(child(tree, 'shape')?.at ?? tree.at, { code: 'unknown-shape', message: `shape of ${name} is ${shown(wrong ?? null)}; there are ${layerShapes.join(', ')}`, fix: near === undefined ? `write ${examples.shape}` : `did you mean ${near}?`, example: examples.shape });
  return undefined;
}

function wordsOf(distribution: Distribution): readonly unknown[] {
  return distribution.name === 'categorical' ? distribution.choices : distribution.name === 'constant' ? [distribution.value] : [undefined];
}

interface Parts { readonly name: string; readonly shapes: readonly LayerShape[]; readonly read: ReadonlyMap<Key, Parameter>; readonly tree: MapTree }

function partsFit({ name, shapes, read, tree }: Parts, findings: Findings): boolean {
  const uses = (some: readonly LayerShape[]): boolean => some.some((shape) => shapes.includes(shape));
  const wanted: Readonly<Record<Key, boolean>> = { shape: true, layers: true, width: true, last: uses(narrowing), slope: uses(['slope']) };
  const problems = keys.flatMap((key) => {
    const at = entry(tree, key)?.keyAt ?? tree.at;
    const distribution = read.get(key)?.distribution;
    if (distribution === undefined) return wanted[key] ? [{ at, message: `${name} has no ${key}${key === 'last' || key === 'slope' ? `, which ${shapes.filter((shape) => (key === 'slope' ? shape === 'slope' : narrowing.includes(shape))).join(' and ')} need` : ''}`, fix: `add ${examples[key]}` }] : [];
    if (!wanted[key]) return [{ at, message: `${key} of ${name} has no effect with shape ${shapes.join(', ')}`, fix: 'remove it, or add the shape that uses it' }];
    const why = key === 'shape' ? undefined : whyNot(key, distribution);
    return why === undefined ? [] : [{ at, message: `${key} of ${name} must be ${why}`, fix: `write for example ${examples[key]}` }];
  });
  for (const { at, message, fix } of problems) findings.error(at, { code: 'shape', message, fix, example: `${name}: { ${examples.shape}, ${examples.layers}, ${examples.width}, ${examples.last} }` });
  return problems.length === 0;
}

function whyNot(key: Exclude<Key, 'shape'>, distribution: Distribution): string | undefined {
  if (key === 'slope') return inRange(distribution, (low, high) => low > 0 && high < 1) ? undefined : 'between 0 and 1';
  if (key === 'layers') {
    const values = wholeValues(distribution);
    return values !== undefined && (values[0] ?? -1) >= 0 && (values.at(-1) ?? Infinity) <= mostLayers ? undefined : `whole numbers from 0 to ${mostLayers}`;
  }
  return isWhole(distribution) && inRange(distribution, (low, high) => low >= 1 && high <= 1e9) ? undefined : 'whole numbers of at least 1';
}

function isWhole(distribution: Distribution): boolean {
  if (distribution.name === 'constant' || distribution.name === 'categorical') return wholeValues(distribution) !== undefined;
  return distribution.name === 'int_uniform' || ('integer' in distribution && distribution.integer);
}

function inRange(distribution: Distribution, fits: (low: number, high: number) => boolean): boolean {
  const range = bounds(distribution);
  if (range !== undefined) return fits(range.low, range.high);
  const values = wordsOf(distribution);
  return values.every((value) => typeof value === 'number' && fits(value, value));
}

/** Ascending; undefined where not every value is a whole number. */
function wholeValues(distribution: Distribution | undefined): readonly number[] | undefined {
  if (distribution === undefined) return undefined;
  if (distribution.name === 'int_uniform' && distribution.high - distribution.low > mostLayers) return undefined;
  const values = distribution.name === 'categorical' ? distribution.choices : gridValues(distribution) ?? [];
  const whole = values.filter((value): value is number => Number.isInteger(value));
  return whole.length === 0 || whole.length < values.length ? undefined : [...new Set(whole)].sort((a, b) => a - b);
}

function largest(distribution: Distribution | undefined): number {
  if (distribution === undefined) return 0;
  return bounds(distribution)?.high ?? wholeValues(distribution)?.at(-1) ?? 0;
}

/** Each part with the condition under which a width follows from it; parts without any are left out. */
function withConditions({ name, shapes, read, path }: Omit<Parts, 'tree'> & { readonly path: readonly string[] }, when: Condition): readonly Parameter[] {
  const layers = wholeValues(read.get('layers')?.distribution) ?? [];
  const only = (key: Key, users: readonly LayerShape[], fewest: number): Parameter[] => {
    const parameter = read.get(key);
    const some = users.filter((shape) => shapes.includes(shape));
    const enough = layers.filter((count) => count >= fewest);
    if (parameter === undefined || some.length === 0 || enough.length === 0) return [];
    const shape: Condition = some.length === shapes.length ? {} : { [`${name}.shape`]: some };
    const depth: Condition = enough.length === layers.length ? {} : { [`${name}.layers`]: enough };
    // A parent of its own, so that a list that is inactive has no part that is active.
    const parent: Condition = Object.keys(when).length > 0 ? { [`${name}.shape`]: some } : {};
    return [{ ...parameter, ...conditioned({ ...when, ...parent, ...shape, ...depth }) }];
  };
  const shapeParameter = read.get('shape');
  const own = Array.from({ length: shapes.includes('free') ? layers.at(-1) ?? 0 : 0 }, (_, i) => only('width', ['free'], i + 1)
    .map((parameter) => ({ ...parameter, name: `${name}.width${i + 1}`, path: [...path, `width${i + 1}`] })));
  return [
    ...(shapeParameter === undefined ? [] : [{ ...shapeParameter, ...conditioned(when) }]),
    ...only('layers', [...drawn, 'free'], 0), ...only('width', drawn, 1), ...only('last', narrowing, 1), ...only('slope', ['slope'], 1), ...own.flat(),
  ];
}

function conditioned(when: Condition): Pick<Parameter, 'when'> {
  return Object.keys(when).length === 0 ? {} : { when };
}
