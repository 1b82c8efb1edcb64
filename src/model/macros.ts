import { distance } from 'fastest-levenshtein';
import { UserError } from './errors.js';
import { pythonJson, pythonStr, type PythonValue } from './pythonText.js';
import type { TrialArguments } from './trialArguments.js';

/** What macros of one trial stand for. `variable` answers `${envvar:X}`; `parameters` are all names of the space. */
export interface MacroValues {
  readonly program: string | undefined;
  readonly args: TrialArguments;
  readonly seed: number;
  readonly trialDir: string;
  /** Filled templates by name, in their order. */
  readonly templates?: ReadonlyMap<string, string>;
  /** Absent where the study has no folds. */
  readonly fold?: { readonly index: number; readonly of: number } | undefined;
  /** JSON file with the chosen values. */
  readonly paramsFile: string;
  /** Chosen values by flat parameter name; a name of the space that is missing here is inactive. */
  readonly params: ReadonlyMap<string, PythonValue>;
  readonly parameters: ReadonlySet<string>;
  variable(name: string): string | undefined;
}

type Expansion = (values: MacroValues) => readonly string[];

const eachArg = (write: (name: string, text: string) => readonly string[]): Expansion =>
  ({ args }) => [...args].flatMap(([name, value]) => write(name, pythonStr(value)));

/** Weights & Biases' own, expanded only where they are a whole element (sweeps/SEMANTICS.md, "command macros"). */
const wholeMacros = new Map<string, Expansion>([
  ['env', () => ['/usr/bin/env']],
  ['interpreter', () => ['python']],
  ['program', ({ program }) => (program === undefined ? [] : [program])],
  ['args', eachArg((name, text) => [`--${name}=${text}`])],
  ['args_no_equals', eachArg((name, text) => [`--${name}`, text])],
  ['args_no_hyphens', eachArg((name, text) => [`${name}=${text}`])],
  ['args_append_hydra', eachArg((name, text) => [`+${name}=${text}`])],
  ['args_override_hydra', eachArg((name, text) => [`++${name}=${text}`])],
  ['args_no_boolean_flags', ({ args }) => [...args].flatMap(([name, value]) => (value === true ? [`--${name}`] : value === false ? [] : [`--${name}=${pythonStr(value)}`]))],
  ['args_json', ({ args }) => [pythonJson(args)]],
  ['args_json_file', ({ paramsFile }) => [paramsFile]],
]);

const whole = /^\$\{([^{}]*)\}$/;
const embedded = /\$\{(?:(seed|trial_dir|fold|folds|template(?::[^{}]+)?)|param:([A-Za-z_][^{}]*)|envvar:([A-Z0-9_]*)(?::-([^{}]*))?)\}/g;

/** One thing wrong with one element of a command; `index` counts from 0. */
export interface MacroProblem { readonly index: number; readonly macro: string; readonly message: string; readonly fix: string }

/** What is wrong with a command before anything runs: unknown macros, and `${param:x}` of no such parameter. */
export function findMacroProblems(argv: readonly string[], parameters: readonly string[] = []): readonly MacroProblem[] {
  return argv.flatMap((element, index) => [...unknownWhole(element), ...unknownParams(element, parameters)].map((problem) => ({ index, ...problem })));
}

type Fault = Omit<MacroProblem, 'index'>;

function unknownWhole(element: string): Fault[] {
  const name = whole.exec(element)?.[1];
  if (name === undefined || wholeMacros.has(name) || element.replace(embedded, '') === '') return [];
  const ours = ['seed', 'trial_dir', 'fold', 'folds', 'template'];
  const known = [...wholeMacros.keys(), ...ours];
  const near = known.find((candidate) => distance(candidate, name) <= 2);
  const fix = near === undefined ? `known macros: ${known.map((m) => `\${${m}}`).join(' ')} \${param:NAME} \${envvar:NAME}` : `did you mean \${${near}}?`;
  return [{ macro: element, message: `unknown macro ${element} in command (Weights & Biases would drop it silently)`, fix }];
}

function unknownParams(element: string, parameters: readonly string[]): Fault[] {
  return [...element.matchAll(embedded)].flatMap(([macro, , name]) => {
    if (name === undefined || parameters.includes(name)) return [];
    const near = parameters.find((candidate) => distance(candidate, name) <= 2);
    return [{ macro, message: `${macro} in command names no parameter`, fix: near === undefined ? `parameters: ${parameters.join(', ')}` : `did you mean \${param:${near}}?` }];
  });
}

/**
 * One trial's argument list. An element that mentions an inactive parameter is left out, as `${args}` leaves it out.
 * UserError for an unset `${envvar:X}` without a default, and for what `findMacroProblems` finds.
 */
export function expandCommand(argv: readonly string[], values: MacroValues): readonly string[] {
  const [problem] = findMacroProblems(argv, [...values.parameters]);
  if (problem !== undefined) throw new UserError('unknown-macro', problem.message, { fix: problem.fix });
  return argv.flatMap((element) => {
    const expansion = wholeMacros.get(whole.exec(element)?.[1] ?? '');
    return expansion === undefined ? expandInside(element, values) : expansion(values);
  });
}

function expandInside(element: string, values: MacroValues): readonly string[] {
  const mentioned = [...element.matchAll(embedded)].flatMap(([, , param]) => param ?? []);
  if (mentioned.some((name) => !values.params.has(name))) return [];
  return [element.replace(embedded, (macro: string, ...[ours, param, variable, fallback]: (string | undefined)[]) => {
    if (ours !== undefined) return ownText(ours, values);
    return variable === undefined ? pythonStr(values.params.get(param ?? '') ?? null) : variableText(macro, variable, fallback, values);
  })];
}

/** A study without folds is told so before: one run is the only one. */
function ownText(name: string, { seed, trialDir, fold = { index: 0, of: 1 }, templates = new Map() }: MacroValues): string {
  if (name.startsWith('template')) return templateText(name, templates);
  switch (name) {
    case 'seed': return String(seed);
    case 'fold': return String(fold.index);
    case 'folds': return String(fold.of);
    default: return trialDir;
  }
}

function templateText(name: string, templates: ReadonlyMap<string, string>): string {
  const wanted = name.slice('template:'.length);
  const path = wanted === '' ? [...templates.values()][0] : templates.get(wanted);
  if (path === undefined) throw new UserError('unknown-macro', `\${${name}} in command: there is no such template`, { fix: templates.size === 0 ? 'add template: FILE to the study, or --template FILE' : `templates: ${[...templates.keys()].join(', ')}` });
  return path;
}

function variableText(macro: string, name: string, fallback: string | undefined, values: MacroValues): string {
  const found = values.variable(name) ?? fallback;
  if (found === undefined) throw new UserError('unset-variable', `${macro} in command: ${name} is not set, or holds a secret that \`env.pass\` does not name`, { fix: `set ${name}, or write \${envvar:${name}:-default}` });
  return found;
}
