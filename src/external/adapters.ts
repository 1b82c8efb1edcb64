import { z } from 'zod';
import { durationMs } from '../config/duration.js';
import { assetPath } from '../platform/assets.js';

/** Versions that were driven in our tests. */
const installs: Readonly<Record<string, string>> = {
  optuna: 'pip install "optuna==5.0.0" (with cmaes for CmaEsSampler, torch for GPSampler, optunahub for hub:…)',
  hyperopt: 'pip install "hyperopt==0.3.0" "numpy==2.4.6" (with lightgbm and scikit-learn for atpe)',
  'scikit-optimize': 'pip install "scikit-optimize==0.10.2"',
};

const optionsSchema = z.union([
  z.object({ adapter: z.string(), python: z.string(), sampler: z.string(), options: z.record(z.string(), z.json()), seed: z.int().optional(), timeout: z.string() }),
  z.object({ command: z.array(z.string()).min(1), options: z.record(z.string(), z.json()), seed: z.int().optional(), timeout: z.string() }),
]);

/** How another program's optimiser is started, from the options of `method`. */
export interface AdapterCommand {
  /** For people. */
  readonly name: string;
  readonly argv: readonly string[];
  readonly sampler?: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly timeoutMs: number;
  /** How its library is installed, where we know. */
  readonly install?: string;
}

/** Throws on options that the configuration reader did not make: a bug of ours. */
export function adapterCommand(given: Readonly<Record<string, unknown>>): AdapterCommand {
  const parsed = optionsSchema.parse(given);
  const { options, seed, timeout } = parsed;
  const timeoutMs = durationMs(timeout);
  if (timeoutMs === undefined) throw new Error(`timeout is ${timeout}`);
  const both = { options, timeoutMs, ...(seed === undefined ? {} : { seed }) };
  if ('command' in parsed) return { ...both, name: parsed.command.join(' '), argv: parsed.command };
  const { adapter, python, sampler } = parsed;
  const install = installs[adapter];
  return {
    ...both, name: adapter, sampler, argv: [python, assetPath(`python/adapters/${adapter.replaceAll('-', '_')}_adapter.py`)],
    ...(install === undefined ? {} : { install }),
  };
}
