import { numberColumn, type NumberColumn } from '../math/numberColumn.js';
import type { OptunaDistribution } from './optunaDistribution.js';

/** A parameter of a trial in Optuna's own representation. */
export interface OptunaParam { readonly internal: number; readonly distribution: OptunaDistribution }

/** Names in the order in which trials suggest them, shared by all trials that do so. */
interface Names {
  /** Values of all trials of a study, each trial's one after the other. */
  readonly column: NumberColumn;
  readonly names: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  /** With one name more. */
  readonly longer: Map<string, Names>;
  /** The distributions that the last trial of these names had, and those without the last name. */
  latest: { readonly all: readonly OptunaDistribution[]; readonly before: readonly OptunaDistribution[] } | undefined;
}

/**
 * A trial's parameters, read like a map and never changed: `with` gives the next ones. A class, since a study may hold a million: each
 * keeps only where its names, distributions and values stand (a map each took a kilobyte).
 */
export class OptunaParams implements Iterable<readonly [string, OptunaParam]> {
  private readonly shape: Names;
  private readonly distributions: readonly OptunaDistribution[];
  /** Place of the first value in the column. */
  private readonly from: number;

  private constructor(shape: Names, distributions: readonly OptunaDistribution[], from: number) {
    this.shape = shape;
    this.distributions = distributions;
    this.from = from;
  }

  /** Those of a trial that has none yet; what grows from it shares its names. */
  static none(): OptunaParams {
    return new OptunaParams({ column: numberColumn(), names: [], places: new Map(), longer: new Map(), latest: undefined }, [], 0);
  }

  get size(): number {
    return this.shape.names.length;
  }

  has(name: string): boolean {
    return this.shape.places.has(name);
  }

  get(name: string): OptunaParam | undefined {
    const place = this.shape.places.get(name);
    const distribution = place === undefined ? undefined : this.distributions[place];
    return place === undefined || distribution === undefined ? undefined : { internal: this.internalAt(place), distribution };
  }

  with(name: string, { internal, distribution }: OptunaParam): OptunaParams {
    const place = this.shape.places.get(name);
    if (place !== undefined) return new OptunaParams(this.shape, this.distributions.with(place, distribution), this.copied(place, internal));
    const shape = longer(this.shape, name);
    const { column } = shape;
    // Where no other trial was told of meanwhile, the values go on where they stand.
    const from = this.from + this.size === column.length ? this.from : this.copied();
    column.push(internal);
    return new OptunaParams(shape, withLast(shape, this.distributions, distribution), from);
  }

  *[Symbol.iterator](): Generator<readonly [string, OptunaParam], void> {
    for (const [place, name] of this.shape.names.entries()) {
      const distribution = this.distributions[place];
      if (distribution !== undefined) yield [name, { internal: this.internalAt(place), distribution }];
    }
  }

  private internalAt(place: number): number {
    return this.shape.column.at(this.from + place) ?? Number.NaN;
  }

  /** Place of the same values at the end of the column, one of them replaced. */
  private copied(place?: number, internal = Number.NaN): number {
    const { column, names } = this.shape;
    const from = column.length;
    for (const i of names.keys()) column.push(i === place ? internal : this.internalAt(i));
    return from;
  }
}

function longer(shape: Names, name: string): Names {
  const known = shape.longer.get(name);
  if (known !== undefined) return known;
  const names = [...shape.names, name];
  const made: Names = { column: shape.column, names, places: new Map(names.map((one, place) => [one, place])), longer: new Map(), latest: undefined };
  shape.longer.set(name, made);
  return made;
}

/** The list of the trial before, where it is the same. */
function withLast(shape: Names, before: readonly OptunaDistribution[], last: OptunaDistribution): readonly OptunaDistribution[] {
  if (shape.latest?.before === before && shape.latest.all.at(-1) === last) return shape.latest.all;
  shape.latest = { before, all: before.concat(last) };
  return shape.latest.all;
}
