import { shellWord } from '../model/shellWord.js';
import { shown, type Findings, type Position } from './findings.js';
import { child, resolvePlain, type Entry, type MapTree, type Tree } from './yamlTree.js';

/** What flags and inputs say in place of the file. Texts are read as the file would read them. */
export interface Overrides {
  readonly trials?: string | number;
  readonly time?: string;
  readonly method?: string;
  readonly metric?: string;
  readonly goal?: string;
  /** A list of arguments, or one text that is split at blanks; quotes keep blanks together. */
  readonly command?: string | readonly string[];
  readonly seed?: string | number;
  /** Files, and what the one is called once filled. */
  readonly template?: { readonly from: readonly string[]; readonly to?: string };
}

/** How an override is called where the user wrote it: `--trials` by default. */
export type OverrideLabel = (name: keyof Overrides) => string;

/** Puts the overrides into the tree, each standing at its flag, so that an error names the flag. */
export function applyOverrides(root: MapTree, overrides: Overrides, label: OverrideLabel): MapTree {
  const at = (name: keyof Overrides): Position => ({ line: 0, column: 0, flag: label(name) });
  let tree = root;
  if (overrides.trials !== undefined) tree = set(without(tree, 'run_cap'), ['budget', 'trials'], scalar(String(overrides.trials), at('trials')));
  if (overrides.time !== undefined) tree = set(tree, ['budget', 'time'], text(overrides.time, at('time')));
  if (overrides.method !== undefined) tree = set(tree, ['method'], text(overrides.method, at('method')));
  if (overrides.metric !== undefined) tree = set(withoutOtherMetric(tree, overrides.metric), ['metric', 'name'], text(overrides.metric, at('metric')));
  if (overrides.goal !== undefined) tree = set(tree, ['metric', 'goal'], text(overrides.goal, at('goal')));
  if (overrides.command !== undefined) {
    const words = typeof overrides.command === 'string' ? splitCommand(overrides.command) : overrides.command;
    const where = at('command');
    tree = set(without(tree, 'trainer'), ['command'], { kind: 'list', at: where, items: words.map((word) => text(word, where)) });
  }
  const { template } = overrides;
  if (template !== undefined) tree = set(tree, ['template'], { kind: 'list', at: at('template'), items: template.from.map((from) => templateTree(from, template.to, at('template'))) });
  return tree;
}

function templateTree(from: string, to: string | undefined, at: Position): Tree {
  const entries = Object.entries({ from, ...(to === undefined ? {} : { to }) });
  return { kind: 'map', at, entries: entries.map(([key, value]): Entry => ({ key, keyAt: at, value: text(value, at) })) };
}

/** The same said on the command line, quoted for a shell. */
export function flagsOf({ template, command, ...texts }: Overrides): readonly string[] {
  const words = typeof command === 'string' ? command : command?.map((word) => `"${word.replaceAll(/["\\]/g, '\\$&')}"`).join(' ');
  const values = { ...texts, command: words, 'template-out': template?.to };
  return [
    ...Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${shellWord(String(value))}`])),
    ...(template?.from ?? []).map((from) => `--template ${shellWord(from)}`),
  ];
}

/** The seed is no key of the file. */
export function readSeed(seed: Overrides['seed'], label: OverrideLabel, findings: Findings): number | undefined {
  if (seed === undefined) return undefined;
  const value = typeof seed === 'number' ? seed : /^\d+$/.test(seed) ? Number(seed) : NaN;
  if (Number.isSafeInteger(value) && value >= 0) return value;
  findings.error({ line: 0, column: 0, flag: label('seed') }, { code: 'wrong-value', message: `seed is ${shown(seed)}, must be a whole number from 0`, fix: 'write a whole number, such as 7' });
  return undefined;
}

function splitCommand(command: string): readonly string[] {
  return [...command.matchAll(/(?:"((?:\\.|[^"\\])*)"|'([^']*)'|((?:\\.|[^\s"'\\])+))+/g)].map(([word]) =>
    word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double?: string, single?: string, escaped?: string) => double?.replace(/\\(["\\])/g, '$1') ?? single ?? escaped ?? ''));
}

/** Margin and resolution belong to the metric that the file names. */
function withoutOtherMetric(root: MapTree, name: string): MapTree {
  const metric = child(root, 'metric');
  const same = child(metric, 'name');
  return metric?.kind === 'map' && same?.kind === 'scalar' && same.value !== name ? set(root, ['metric'], { ...metric, entries: metric.entries.filter(({ key }) => key === 'goal') }) : root;
}

function scalar(source: string, at: Position): Tree {
  return { kind: 'scalar', source, quoted: false, at, ...resolvePlain(source) };
}

function text(value: string, at: Position): Tree {
  return { kind: 'scalar', source: value, value, quoted: true, float: false, at };
}

function set(map: MapTree, [key, ...rest]: readonly string[], value: Tree): MapTree {
  if (key === undefined) return map;
  const existing = child(map, key);
  const inner: MapTree = existing?.kind === 'map' ? existing : { kind: 'map', entries: [], at: value.at };
  const entry: Entry = { key, keyAt: value.at, value: rest.length === 0 ? value : set(inner, rest, value) };
  return { ...without(map, key), entries: [...without(map, key).entries, entry] };
}

function without(map: MapTree, key: string): MapTree {
  return { ...map, entries: map.entries.filter((entry) => entry.key !== key) };
}
