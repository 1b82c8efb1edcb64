import type { ParamValue } from '../model/params.js';
import { commandWords } from './commandWords.js';
import type { DialectReader, Draft, DraftParameter } from './dialect.js';
import { at, countAt, fieldsOf, invalid, listOf, methodFor, optional, placeOf, spoken, textOf, type Fields, type Place } from './fields.js';
import { flagOf, isSearched } from './guildFlags.js';
import { choosePart } from './part.js';

const methods: Readonly<Record<string, string>> = { gp: 'gp', bayesian: 'gp', forest: 'auto', gbrt: 'auto', random: 'random', grid: 'grid' };

/** Guild AI's guild.yml: an operation with flags that have bounds or choices, or a step that gives an operation lists and functions. */
export const guild: DialectReader = {
  tool: 'Guild',
  detects: ({ root }) => operationsOf(root).length > 0,
  read: (root, part) => {
    const operations = operationsOf(root);
    const twin = operations.find(([name], i) => operations.findIndex(([other]) => other === name) !== i);
    if (twin !== undefined) throw invalid(placeOf(twin[1]), `is ${twin[0]} once more`);
    const searches = searchesOf(Object.fromEntries(operations));
    const all = Object.fromEntries(operations.map(([name, operation]) => [name, { operation, given: operation, flags: at(operation, 'flags') }]));
    return readSearch(choosePart(Object.keys(searches).length > 0 ? searches : all, part, 'operations'));
  },
};

/** What is searched: an operation by itself, or called by a step that gives it flags and options of its own. */
interface Search {
  readonly operation: Fields;
  readonly given: Fields;
  readonly flags: Fields;
  /** Flags of the operation that has the step, which `${name}` refers to. */
  readonly outer?: Fields;
  /** Steps beside it that search nothing. */
  readonly beside?: readonly string[];
}

/** `model:operation`, without a model where the file has but one or names none. */
function operationsOf(root: ParamValue): readonly (readonly [string, Fields])[] {
  const models = (Array.isArray(root) ? listOf(root) : [root]).map((model) => at(model));
  const named = models.filter((model) => fieldsOf(model['operations']) !== undefined);
  if (named.length > 0) return named.flatMap((model) => Object.entries(at(model, 'operations')).map(([name, operation]) => [named.length > 1 ? `${spoken(model['model'] ?? '')}:${name}` : name, at(operation)] as const));
  const entries = Object.entries(fieldsOf(root) ?? {});
  const isFlat = entries.some(([, operation]) => textOf(at(operation)['main'] ?? at(operation)['exec']) !== undefined) && entries.every(([, operation]) => typeof operation === 'string' || ['main', 'exec', 'steps', 'flags'].some((key) => at(operation)[key] !== undefined));
  return isFlat ? entries.map(([name, operation]) => [name, at(operation)]) : [];
}

function searchesOf(operations: Readonly<Record<string, Fields>>): Readonly<Record<string, Search>> {
  return Object.fromEntries(Object.entries(operations).flatMap(([name, operation]): readonly (readonly [string, Search])[] => {
    const flags = at(operation, 'flags');
    const own: readonly (readonly [string, Search])[] = isVaried(flags) && operation['steps'] === undefined ? [[name, { operation, given: operation, flags }]] : [];
    const beside = listOf(operation['steps']).filter((step) => !isVaried(at(step, 'flags'))).map(calledBy);
    const steps = listOf(operation['steps']).flatMap((step, i): readonly (readonly [string, Search])[] => {
      const called = calledBy(step);
      const model = name.includes(':') ? `${name.split(':')[0] ?? ''}:` : '';
      const target = operations[`${model}${called}`] ?? operations[called];
      return isVaried(at(step, 'flags')) ? [[`${name}[${i}]`, { operation: target ?? {}, given: at(step), flags: at(step, 'flags'), outer: flags, beside }]] : [];
    });
    return [...own, ...steps];
  }));
}

/** Name of the operation that a step runs: `run: train lr=1`, or this alone. */
function calledBy(step: ParamValue): string {
  return (textOf(at(step)['run']) ?? textOf(step))?.split(' ')[0] ?? '';
}

function isVaried(flags: Fields): boolean {
  return Object.values(flags).some(isSearched);
}

function readSearch({ operation, given, flags, outer = {}, beside = [] }: Search): Draft {
  const optimizer = optimizerOf(given);
  const { method, notes } = methodFor(optimizer.name, methods, 'optimizer');
  const entry = commandOf(operation);
  return {
    ...optional({ ...objectiveOf(given, operation), method: method ?? (optimizer.name === undefined && isListed(flags) ? 'grid' : undefined), trials: countAt(given, 'max-trials'), command: entry.command }),
    parameters: Object.entries(flags).map(([name, value]) => readFlag({ name, value: referred(value, outer), at: placeOf(flags, name) }, at(operation, 'flags', name))),
    notes: [...notes, ...optimizer.notes, ...entry.notes, ...scalarsOf(operation), ...neededBy(operation), ...besideNotes(beside)],
    scope: given,
  };
}

/** `${epochs}` of a step is the flag of the operation around it. */
function referred(value: ParamValue, outer: Fields): ParamValue {
  const [, name] = typeof value === 'string' ? /^\$\{([\w-]+)\}$/.exec(value) ?? [] : [];
  return name === undefined ? value : outer[name] ?? value;
}

interface GivenFlag { readonly name: string; readonly value: ParamValue; readonly at: Place }

/** `declared`: the flag in its operation, which says what the program calls it where a step gives but a value. */
function readFlag({ name, value, at: place }: GivenFlag, declared: Fields): DraftParameter {
  const fields = fieldsOf(value);
  const own = fields ?? {};
  const argument = textOf(own['arg-name']) ?? textOf(declared['arg-name']);
  const isDescribed = own['description'] !== undefined;
  const notes = [
    ...(argument === undefined || !isDescribed && argument === name ? [] : [`the flag ${name}, which the program calls ${argument}`]),
    ...handedOver(argument ?? name, { skip: own['arg-skip'] ?? declared['arg-skip'], only: own['arg-switch'] ?? declared['arg-switch'] }),
  ];
  const { form, default: start } = flagOf(value);
  return { path: [argument ?? name], at: place, form, ...(start === undefined || (form.said && form.keys.value !== undefined) ? {} : { default: start }), ...(notes.length === 0 ? {} : { note: notes.join('; ') }) };
}

/** Where Guild's command line is another than ours (guild/op_cmd.py). */
function handedOver(name: string, { skip, only }: { readonly skip: ParamValue | undefined; readonly only: ParamValue | undefined }): readonly string[] {
  if (skip === true) return ['Guild hands it over as no argument (arg-skip), here it is one'];
  return only === undefined || only === null ? [] : [`Guild hands over --${name} alone where it is ${spoken(only)} (arg-switch), here it is --${name} with its value`];
}

/** Without an optimizer Guild runs all combinations of lists. */
function isListed(flags: Fields): boolean {
  return Object.values(flags).every((value) => { const { form } = flagOf(value); return !form.said || form.keys.value !== undefined || form.keys.values !== undefined; });
}

/** `optimizer: gp`, `{algorithm: gp, …}`, or the default (else the only one) of `optimizers`. */
function optimizerOf(given: Fields): { readonly name?: string; readonly notes: readonly string[] } {
  const several = Object.entries(at(given, 'optimizers'));
  const [label, chosen] = several.find(([, one]) => at(one)['default'] === true) ?? (several.length === 1 ? several[0] ?? [] : []);
  const raw = given['optimizer'] ?? chosen;
  const fields = fieldsOf(raw);
  const name = textOf(fields?.['algorithm']) ?? textOf(raw) ?? label;
  const options = Object.keys(fields ?? {}).filter((key) => key !== 'algorithm' && key !== 'default');
  const others = several.map(([each]) => each).filter((each) => each !== label);
  return {
    ...(name === undefined ? {} : { name }),
    notes: [...(options.length === 0 ? [] : [`optimizer ${name ?? ''}: its ${options.map((key) => `${key} ${spoken(fields?.[key])}`).join(', ')} left out`]), ...(others.length === 0 ? [] : [`optimizers ${others.join(', ')}: left out`])],
  };
}

function objectiveOf(given: Fields, operation: Fields): Pick<Draft, 'metric' | 'goal'> {
  for (const fields of [given, at(given, 'objective'), at(operation, 'objective')]) {
    for (const goal of ['maximize', 'minimize'] as const) {
      const metric = textOf(fields[goal]);
      if (metric !== undefined) return { metric, goal };
    }
  }
  return { metric: textOf(given['objective']) ?? textOf(operation['objective']) ?? 'loss', goal: 'minimize' };
}

/** `main` is a module with arguments, to which Guild appends `--flag value`; `exec` a command line that says where. */
function commandOf(operation: Fields): { readonly command?: readonly string[]; readonly notes: readonly string[] } {
  const [main, exec, destination] = [textOf(operation['main']), textOf(operation['exec']), textOf(operation['flags-dest'])];
  const dest = destination === undefined || destination === 'args' ? [] : [`flags-dest ${destination}: Guild sets variables of the module; here they are arguments`];
  if (main !== undefined) return { command: ['python', '-m', ...commandWords(main.replaceAll(/\$\{([\w-]+)\}/g, '${param:$1}')), '${args_no_equals}'], notes: dest };
  if (exec === undefined) return { notes: dest };
  const words = commandWords(exec.replaceAll('${flag_args}', ' __flags__ ').replaceAll(/\$\{([\w-]+)\}/g, '${param:$1}'));
  return { command: words.map((word) => (word === '__flags__' ? '${args_no_equals}' : word.replaceAll('__flags__', ''))), notes: dest };
}

function scalarsOf(operation: Fields): readonly string[] {
  return operation['output-scalars'] === undefined ? [] : ['output-scalars: left out; metrics: { regex } reads metrics from what a program prints, or print noregret lines'];
}

const resources = ['operation', 'file', 'url', 'config', 'module'] as const;

/** What Guild puts beside the program before it starts. */
function neededBy(operation: Fields): readonly string[] {
  const { requires } = operation;
  if (requires === undefined) return [];
  const names = (Array.isArray(requires) ? listOf(requires) : [requires]).map((item) => {
    const all = Object.entries(fieldsOf(item) ?? {});
    const [kind, name] = all.find(([key]) => resources.some((one) => one === key)) ?? [];
    return kind === undefined ? spoken(item) : `${kind} ${spoken(name)}`;
  });
  return [`requires ${names.join(', ')}: left out; it must be there when a trial starts (link: or setup: see to that)`];
}

function besideNotes(steps: readonly string[]): readonly string[] {
  return steps.length === 0 ? [] : [`${steps.length === 1 ? 'step' : 'steps'} ${steps.join(', ')}: not run here; what a trial needs of what comes before it must be there when it starts`];
}
