import type { Params, ParamValue } from './model/params.js';
/** A parameter as in a Weights & Biases sweep file, with `default` and `when` besides. */
export interface ParameterOptions {
    readonly value?: ParamValue;
    readonly values?: readonly ParamValue[];
    readonly probabilities?: readonly number[];
    readonly min?: number;
    readonly max?: number;
    /** E.g. `log_uniform_values`, `int_uniform`, `q_uniform`, `normal`; without one, `uniform` or `int_uniform` by min and max. */
    readonly distribution?: string;
    readonly mu?: number;
    readonly sigma?: number;
    readonly q?: number;
    readonly a?: number;
    readonly b?: number;
    /** Tried first. */
    readonly default?: ParamValue;
    /** The parameter exists only where these have one of these values. */
    readonly when?: Readonly<Record<string, ParamValue | readonly ParamValue[]>>;
    readonly parameters?: Readonly<Record<string, ParameterOptions>>;
    /** A list of layer widths (docs/guide/layers.md): of these and the four below, each a value, a list of choices, or a parameter. */
    readonly shape?: PartOptions;
    readonly layers?: PartOptions;
    readonly width?: PartOptions;
    readonly last?: PartOptions;
    readonly slope?: PartOptions;
}
export type PartOptions = string | number | readonly (string | number)[] | ParameterOptions;
/** A name, or what a function of `samplers` or `pruners` gives. */
export type Choice = string | {
    readonly name: string;
    readonly [option: string]: unknown;
};
/** An event of a study as plain data; its log is the list of all of them. */
export type LogEvent = Readonly<Record<string, unknown>>;
export interface StudyOptions {
    readonly parameters: Readonly<Record<string, ParameterOptions>>;
    /** Which way the values told are better; `minimize` unless given. */
    readonly goal?: 'minimize' | 'maximize';
    /** Sampler; `auto` unless given. */
    readonly method?: Choice;
    /** Decides what `report` answers; unless given, every trial runs to its end. */
    readonly pruner?: Choice;
    /** A run is over after so many reports without a better value: `report` answers true, and it is complete with its best. */
    readonly earlyStopping?: number | 'strict' | 'kopt' | {
        readonly patience: number | 'lazy' | 'moderate' | 'strict' | 'kopt';
        readonly epochs?: number;
        readonly min_delta?: number;
    };
    /** Expressions that every trial satisfies, e.g. `units * layers <= 512`. */
    readonly constraints?: readonly string[];
    /** Trials after which asking ends; no end unless given. */
    readonly trials?: number;
    /** Asking ends once a value is as good as this. */
    readonly threshold?: number;
    /** The same seed and the same results give the same trials. */
    readonly seed?: number;
    readonly name?: string;
    /** Name of what is told, for logs. */
    readonly metric?: string;
    /** The log of a former session: the study goes on with it. */
    readonly log?: readonly LogEvent[];
    /** Each event of the log as it happens, before what causes it returns: append it to a file, or send it somewhere. */
    readonly onEvent?: (event: LogEvent) => void;
}
/** `arguments` beside `params` where some are nested or a list of widths: what a program gets from `tune`. */
export interface AskedTrial {
    readonly trial: number;
    readonly params: Params;
    readonly arguments?: Params;
    readonly continues?: true;
    readonly until?: number;
}
/** `step`: where it was best, if it reported more than one value. */
export interface BestTrial {
    readonly trial: number;
    readonly params: Params;
    readonly arguments?: Params;
    readonly value: number;
    readonly step?: number;
}
/** How a trial ended. A value that is no finite number counts as a failure; `seconds` are those since it was asked for unless told. */
export interface Told {
    readonly state?: 'complete' | 'pruned' | 'failed' | 'infeasible';
    readonly value?: number;
    readonly seconds?: number;
    readonly message?: string;
}
/** Trials are asked for and told of in any order, many at a time. Errors have a `code`: unknown-trial, already-told, outside-space. */
export interface Study {
    /** The next trial; `undefined` when the space is exhausted or a limit reached. */
    ask(): AskedTrial | undefined;
    /** Up to `n` trials to be run at the same time. */
    ask(n: number): readonly AskedTrial[];
    tell(trial: number | AskedTrial, told: number | Told): void;
    /** An intermediate value at a step; true = stop it, and tell it as `pruned`: one that is over counts as complete all the same. */
    report(trial: number | AskedTrial, step: number, value: number): boolean;
    /** Set once `earlyStopping` ended a running trial: the value that it counts with, unless another is told, and the step at which it was best. */
    over(trial: number | AskedTrial): {
        readonly value?: number;
        readonly step?: number;
    } | undefined;
    /** A result from elsewhere; without one, params that are tried next. */
    add(params: Params, told?: number | Told): void;
    best(): BestTrial | undefined;
    /** How strongly each parameter goes with the value, 0 … 1. */
    importance(): Readonly<Record<string, number>>;
    /** Asked for and not told of yet. */
    running(): readonly AskedTrial[];
}
type Choose = (options?: Readonly<Record<string, unknown>>) => {
    readonly name: string;
    readonly [option: string]: unknown;
};
/** Values for `method`, e.g. `samplers.tpe({ preset: 'hyperopt' })`; their options are those of a study file. */
export declare const samplers: {
    auto: Choose;
    random: Choose;
    grid: Choose;
    sobol: Choose;
    halton: Choose;
    lhs: Choose;
    tpe: Choose;
    gp: Choose;
    anneal: Choose;
    ga: Choose;
    cmaes: Choose;
    reducer: Choose;
};
/** Values for `pruner`, e.g. `pruners.median()`; their options are those of `early_terminate` in a study file. */
export declare const pruners: {
    never: Choose;
    auto: Choose;
    median: Choose;
    percentile: Choose;
    threshold: Choose;
    patient: Choose;
    wilcoxon: Choose;
    sha: Choose;
    asha: Choose;
    hyperband: Choose;
    screen: Choose;
};
/** A study whose trials the caller runs. Throws an error with all that is wrong with the options, each with what to write instead. */
export declare function study(options: StudyOptions): Study;
export {};
