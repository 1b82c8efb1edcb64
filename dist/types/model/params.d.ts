/** A hyperparameter's value. W&B sweeps allow any JSON value as a choice, lists and maps included. */
export type ParamValue = number | string | boolean | null | readonly ParamValue[] | {
    readonly [key: string]: ParamValue;
};
/** Chosen values by parameter name. An inactive conditional parameter is absent, never null. */
export type Params = Readonly<Record<string, ParamValue>>;
/**
 * The one name that no parameter and no metric may have, wherever it comes from: it reaches JavaScript's prototypes, and readers of a log drop
 * it. `constructor` and `toString` are as good as any other.
 */
export declare const reservedName = "__proto__";
/** One string per distinct set of params: keys sorted at every level, so that order of writing never matters. */
export declare function paramsKey(params: Params): string;
/** JSON with sorted keys and no blanks; equal values give equal text. */
export declare function canonicalJson(value: unknown): string;
