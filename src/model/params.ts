/** A hyperparameter's value. W&B sweeps allow any JSON value as a choice, lists and maps included. */
export type ParamValue = number | string | boolean | null | readonly ParamValue[] | { readonly [key: string]: ParamValue };

/** Chosen values by parameter name. An inactive conditional parameter is absent, never null. */
export type Params = Readonly<Record<string, ParamValue>>;

/**
 * The one name that no parameter and no metric may have, wherever it comes from: it reaches JavaScript's prototypes, and readers of a log drop
 * it. `constructor` and `toString` are as good as any other.
 */
export const reservedName = '__proto__';

/** One string per distinct set of params: keys sorted at every level, so that order of writing never matters. */
export function paramsKey(params: Params): string {
  return canonicalJson(params);
}

/** JSON with sorted keys and no blanks; equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
