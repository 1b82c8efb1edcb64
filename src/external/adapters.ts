import { z } from 'zod';
import { durationMs } from '../config/duration.js';
import { assetPath } from '../platform/assets.js';
import { installOf, libraries, type Library } from './libraries.js';

const passedOn = z.record(z.string(), z.json());
const both = { options: passedOn, seed: z.int().optional(), timeout: z.string() };
const optionsSchema = z.union([
  z.object({ adapter: z.string(), python: z.string(), sampler: z.string(), pruner: z.string().optional(), pruner_options: passedOn.optional(), registry: z.string().optional(), ...both }),
  z.object({ command: z.array(z.string()).min(1), ...both }),
]);

/** How another program's optimiser is started, from the options of `method`. */
export interface AdapterCommand {
  /** For people. */
  readonly name: string;
  readonly argv: readonly string[];
  readonly sampler?: string;
  readonly pruner?: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  /** Folder that OptunaHub's packages are taken from. */
  readonly registry?: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly timeoutMs: number;
  /** Of an adapter that is shipped. */
  readonly library?: Library & { readonly install: string };
}

/** Throws on options that the configuration reader did not make: a bug of ours. */
export function adapterCommand(given: Readonly<Record<string, unknown>>): AdapterCommand {
  const parsed = optionsSchema.parse(given);
  const { options, seed, timeout } = parsed;
  const timeoutMs = durationMs(timeout);
  if (timeoutMs === undefined) throw new Error(`timeout is ${timeout}`);
  const common = { options, timeoutMs, ...(seed === undefined ? {} : { seed }) };
  if ('command' in parsed) return { ...common, name: parsed.command.join(' '), argv: parsed.command };
  const { adapter, python, sampler, pruner, registry } = parsed;
  const library = libraries[adapter];
  return {
    ...common, name: adapter, sampler, argv: [python, assetPath(`python/adapters/${adapter.replaceAll('-', '_')}_adapter.py`)],
    ...(pruner === undefined ? {} : { pruner: { name: pruner, options: parsed.pruner_options ?? {} } }),
    ...(registry === undefined ? {} : { registry }),
    ...(library === undefined ? {} : { library: { ...library, install: installOf(library, [sampler, ...(pruner === undefined ? [] : [pruner])]) } }),
  };
}
