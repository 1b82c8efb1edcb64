import { isNode, parseDocument, stringify, visit } from 'yaml';
import type { ConfigAnswers } from '../app/initTemplates.js';
import { parseConfig } from '../config/parse.js';
import { at, fieldsOf, optional, textOf } from '../dialects/fields.js';
import { gridBudget } from '../dialects/gridBudget.js';
import type { StudyConfig } from '../model/config.js';
import { gridSize } from '../model/distributionImage.js';
import { UserError } from '../model/errors.js';
import type { ParamValue } from '../model/params.js';
import { pruners } from '../pruners/index.js';
import { samplers } from '../samplers/index.js';
import { exampleCommand, missing } from './initExamples.js';

export interface SweepFile { readonly answers: ConfigAnswers; readonly notes: readonly string[] }

/** Keys of a sweep that the new file says too. */
const carried: ReadonlySet<string> = new Set(['name', 'program', 'command', 'method', 'metric', 'parameters', 'run_cap', 'early_terminate', 'metrics', 'budget', 'stop']);
/** Keys in these that it says; what else stands in them is named. */
const carriedInside: Readonly<Record<string, readonly string[]>> = { budget: ['trials', 'time'], stop: ['threshold'] };

/** A Weights & Biases sweep, which a configuration is a superset of. UserError `sweep-invalid` with the line of what is wrong. */
export function sweepAnswers({ text, path }: { readonly text: string; readonly path: string }, fallback: ConfigAnswers): SweepFile {
  const { config, diagnostics } = parseConfig({ text, path, samplers, pruners });
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (config === undefined) throw new UserError('sweep-invalid', `${path}:${error?.line ?? 1}:${error?.column ?? 1}: ${error?.message ?? 'not valid'}`, { fix: error?.fix ?? `See: npx noregret check --config ${path}` });
  const { stop } = config;
  const { trials, notes } = trialsOf(config);
  const whole = parseDocument(text).toJS({ maxAliasCount: 100 }) as Readonly<Record<string, ParamValue>>;
  const lost = Object.entries(whole).flatMap(([key, value]) => (carried.has(key) ? lostInside(key, value) : [key]));
  const time = textOf(at(whole, 'budget')['time']);
  const example = exampleCommand(fallback.command, config.space.parameters.map(({ path }) => path[0] ?? ''));
  const pruner = whole['early_terminate'] as ConfigAnswers['earlyTerminate'];
  return {
    answers: {
      name: config.name === 'sweep' ? fallback.name : config.name,
      command: config.program?.kind === 'command' ? withProgram(config.program.argv, config.program.program) : example.command,
      metric: config.metric?.name ?? fallback.metric, goal: config.metric?.goal ?? fallback.goal,
      parameters: parameterLines(text), wandb: config.metrics.wandb, converted: true,
      ...(config.method.name === 'random' ? {} : { method: config.method.name }),
      ...(config.earlyTerminate === undefined || pruner === undefined ? {} : { earlyTerminate: pruner }),
      ...optional({ trials, time }),
      ...(stop.threshold === undefined ? {} : { threshold: stop.threshold }),
    },
    notes: [...missing({ metric: config.metric?.name, goal: config.metric?.goal, command: config.program }), ...notes, ...(config.program?.kind === 'command' ? [] : example.notes), ...(lost.length === 0 ? [] : [`not read: ${lost.join(', ')}`])],
  };
}

function lostInside(key: string, value: ParamValue): readonly string[] {
  const known = carriedInside[key];
  return known === undefined ? [] : Object.keys(fieldsOf(value) ?? {}).filter((inner) => !known.includes(inner)).map((inner) => `${key}.${inner}`);
}

/** The cap, or what W&B runs of a grid without one: all of it. */
function trialsOf({ budget, method, space }: StudyConfig): ReturnType<typeof gridBudget> {
  if (budget.trialsExplicit) return { trials: budget.trials, notes: [] };
  const sizes = space.parameters.map(({ distribution }) => gridSize(distribution));
  const isGrid = method.name === 'grid' && sizes.every((size) => size !== undefined);
  return isGrid ? gridBudget(sizes.reduce((product, size) => product * size, 1)) : { notes: [] };
}

/** As written: 1.0 and 1 are a float and an integer, and make another space. */
function parameterLines(text: string): readonly string[] {
  const document = parseDocument(text);
  const parameters = document.get('parameters', true);
  if (!isNode(parameters)) return [];
  const aliases: unknown[] = [];
  visit(parameters, {
    Alias: (_, alias) => { aliases.push(alias); },
    Scalar: (_, scalar) => { if (typeof scalar.value === 'number' && scalar.source?.endsWith('.') === true) scalar.minFractionDigits = 1; },
  });
  return stringify(aliases.length > 0 ? parameters.toJS(document, { maxAliasCount: 100 }) : parameters).trimEnd().split('\n');
}

/** Our file names no `program:` key apart, so its macro is written out. */
function withProgram(argv: readonly string[], program: string | undefined): readonly string[] {
  return program === undefined ? argv : argv.map((item) => (item === '${program}' ? program : item));
}
