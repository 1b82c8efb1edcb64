import type { z } from 'zod';

/** One line of a plug point's map: what people may write as options, and what is made of them. */
export interface Plugin<T> {
  /** A strict object with a default for every option and `.describe()` on each: the docs are made from it. */
  readonly options: z.ZodObject;
  /** Throws z.ZodError for options that `options` refuses; the configuration reader reports those with their place first. */
  readonly create: (options: Readonly<Record<string, unknown>>) => T;
}

export function plugin<S extends z.ZodObject, T>(options: S, create: (options: z.output<S>) => T): Plugin<T> {
  return { options, create: (given) => create(options.parse(given)) };
}

/** Names and options of what can be plugged in, as far as a configuration reader needs it. */
export type Catalog = Readonly<Record<string, Pick<Plugin<unknown>, 'options'>>>;
