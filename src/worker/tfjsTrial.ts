// One tfjs trial, started as `node tfjs-trial.mjs MODULE BACKEND OBJECTIVE` in the side's directory by the tfjs runner.
// Without MODULE (`-`) it only says which backend would run. Node >= 18, nothing but Node and the user's own packages.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { TfjsBackend } from '../model/config.js';
import { outOfMemory } from '../runners/outOfMemory.js';
import type { TfjsInfo } from '../runners/tfjsInfo.js';
import { guarded, installGuide } from './guide.js';
import { mulberry32 } from './seededRandom.js';
import { loadBackend, type Tf } from './tfjsBackends.js';
import { openWorkspace } from './workspace.js';

type Metrics = Readonly<Record<string, unknown>>;
type Train = (context: object) => unknown;

const [module = '-', backend = 'auto', objective = 'objective'] = process.argv.slice(2);
const seed = Number(process.env['NOREGRET_SEED'] ?? '1');

// An event loop that runs dry before train() settles must not look like success.
process.exitCode = 1;
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
main().then(() => process.exit(0), fail);

async function main(): Promise<void> {
  Math.random = mulberry32(seed);
  const workspace = openWorkspace(process.cwd());
  const loaded = await loadBackend(backend as TfjsBackend, workspace);
  if ('ok' in loaded) {
    tell(loaded);
    process.stderr.write(`${loaded.message}\n`);
    process.exit(module === '-' ? 0 : 1);
  }
  tell(loaded.info);
  if (module === '-') return;
  // Again, so that what another version of tfjs draws while loading cannot shift the user's own stream.
  Math.random = mulberry32(seed);
  const result = await trainFunction(await workspace.import(module))(context(loaded.tf));
  if (typeof result === 'number') report({ [objective]: result });
  else if (typeof result === 'object' && result !== null) report(result as Metrics);
}

function trainFunction(exports: Readonly<Record<string, unknown>>): Train {
  const { default: inner } = exports;
  const train = exports['train'] ?? (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)['train'] : undefined);
  if (typeof train !== 'function') throw new TypeError(`${module} has no function "train"; write: export async function train({ tf, params, seed, report, signal }) { … }`);
  return train as Train;
}

/** Undefined where the study has no folds. */
function numberIn(variable: string): number | undefined {
  const text = process.env[variable];
  return text === undefined ? undefined : Number(text);
}

function context(tf: Tf): object {
  const paramsFile = process.env['NOREGRET_PARAMS'];
  const params = paramsFile === undefined ? {} : (JSON.parse(readFileSync(paramsFile, 'utf8')) as unknown);
  const stop = new AbortController();
  let isWatched = false;
  process.on('SIGTERM', () => {
    stop.abort();
    if (!isWatched) process.exit(143);
  });
  return {
    tf,
    params,
    seed,
    fold: numberIn('NOREGRET_FOLD'),
    folds: numberIn('NOREGRET_FOLDS'),
    report: guarded(report as (...args: readonly unknown[]) => void, installGuide(tf, process.env, report).isOurs),
    /** Whoever takes the signal is trusted to end soon after it fires. */
    get signal() {
      isWatched = true;
      return stop.signal;
    },
  };
}

/** `report(step, metrics)` or `report(metrics)`; written at once, so that a pruner sees it while the trial runs. */
function report(...args: readonly [Metrics] | readonly [number, Metrics]): void {
  const [step, metrics] = args.length === 1 ? [undefined, args[0]] : args;
  if (typeof metrics !== 'object') throw new TypeError('report() takes (metrics) or (step, metrics), metrics being an object of numbers');
  const fields = Object.entries({ ...(step === undefined ? {} : { step }), ...metrics }).map(([name, value]) => {
    if (typeof value !== 'number') throw new TypeError(`report() takes numbers, but "${name}" is ${typeof value}; of a tensor give (await tensor.data())[0]`);
    // JSON has no NaN: such a number goes out as Python's json writes it, which the runner reads.
    return `${JSON.stringify(name)}:${String(value)}`;
  });
  const line = `{${fields.join(',')}}\n`;
  const file = process.env['NOREGRET_METRICS'];
  if (file === undefined) process.stdout.write(`noregret ${line}`);
  else appendFileSync(file, line);
}

function tell(info: TfjsInfo): void {
  const file = process.env['NOREGRET_TFJS_INFO'];
  if (file === undefined) process.stderr.write(`noregret: tfjs ${JSON.stringify(info)}\n`);
  else writeFileSync(file, JSON.stringify(info));
}

function fail(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
  if (outOfMemory.test(text)) process.stdout.write(`noregret ${JSON.stringify({ infeasible: `out of memory: ${text.split('\n', 1)[0] ?? ''}` })}\n`);
  process.exit(1);
}
