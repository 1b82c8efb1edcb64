import type { Params } from './params.js';
import type { Parameter, SearchSpace } from './searchSpace.js';

/** `brick` is Talos' word for `constant`. */
export const layerShapes = ['constant', 'brick', 'funnel', 'triangle', 'slope', 'stretch-pants', 'free'] as const;
export type LayerShape = (typeof layerShapes)[number];

/** A `shape` parameter: its parts are ordinary parameters of the space, and a trial gets the widths that follow from them. */
export interface ShapedLayers {
  /** Of the list of widths; the parts are called `<name>.shape`, `.layers`, `.width`, `.last`, `.slope`, `.width1`, … */
  readonly name: string;
  readonly path: readonly string[];
  /** The largest network there can be: what `stretch-pants` takes. */
  readonly most: { readonly layers: number; readonly width: number };
}

/** What the width of each layer follows from. */
export interface LayerPlan {
  readonly layers: number;
  /** Width that the layers start from. */
  readonly width: number;
  /** Width that they come to: usually that of the output layer. */
  readonly last: number;
  /** Share by which each layer is narrower than the one before. */
  readonly slope: number;
}

/**
 * Widths of the hidden layers, first to last. `constant`, `funnel`, `triangle` and `slope` are Talos 1.4's
 * `network_shape` to the digit (its `brick`, `funnel`, `triangle` and a float), but that no layers give no width, where
 * Talos gives [0]. There `width` is the layer in front of these, so that a funnel's first layer is narrower already.
 */
export function layerWidths(shape: Exclude<LayerShape, 'free' | 'stretch-pants'>, { layers, width, last, slope }: LayerPlan): readonly number[] {
  const each = (widthOf: (layer: number) => number): readonly number[] => Array.from({ length: layers }, (_, i) => widthOf(i + 1));
  switch (shape) {
    case 'constant':
    case 'brick':
      return each(() => width);
    case 'funnel':
      return each((layer) => width - layer * Math.trunc((width - last) / layers));
    case 'triangle': {
      // numpy.linspace of whole numbers without its ends, in numpy's order of operations; Talos turns it round.
      const step = (last - width) / (layers + 1);
      return each((layer) => Math.floor(layer * step + width)).toReversed();
    }
    case 'slope': {
      let rest = width;
      return each(() => {
        rest *= 1 - slope;
        return rest > last ? Math.trunc(rest) : last;
      });
    }
  }
}

/** Whether a parameter only serves to make the list of widths. */
export function isPartOf({ name }: ShapedLayers, parameter: string): boolean {
  return parameter.startsWith(`${name}.`) && /^(shape|layers|width\d*|last|slope)$/.test(parameter.slice(name.length + 1));
}

/** The widths that a trial gets; undefined where the layers are inactive as a whole. */
export function widthsOf({ name, most }: ShapedLayers, params: Params): readonly number[] | undefined {
  const shape = layerShapes.find((one) => one === params[`${name}.shape`]);
  if (shape === undefined) return undefined;
  if (shape === 'stretch-pants') return layerWidths('constant', { ...most, last: 0, slope: 0 });
  const part = (key: string): number => Number(params[`${name}.${key}`] ?? 0);
  const layers = part('layers');
  if (shape === 'free') return Array.from({ length: layers }, (_, i) => part(`width${i + 1}`));
  return layerWidths(shape, { layers, width: part('width'), last: part('last'), slope: part('slope') });
}

/** What a program gets: the lists of widths stand for their parts. */
export function givenParameters({ parameters, shapes = [] }: SearchSpace): readonly Pick<Parameter, 'name' | 'path'>[] {
  return [...parameters.filter(({ name }) => !shapes.some((shape) => isPartOf(shape, name))), ...shapes];
}

/** Every list of widths of a point, by name. */
export function allWidths({ shapes = [] }: SearchSpace, params: Params): ReadonlyMap<string, readonly number[]> {
  return new Map(shapes.flatMap((shape): [string, readonly number[]][] => {
    const widths = widthsOf(shape, params);
    return widths === undefined ? [] : [[shape.name, widths]];
  }));
}
