import { join, relative, resolve } from 'node:path';
import { UserError } from '../model/errors.js';
import { shellWord } from '../model/shellWord.js';
import { ChoiceNeeded } from './choiceNeeded.js';
import type { Importer } from './importer.js';
import { importers } from './index.js';
import { openSource, type Source } from './source.js';

/** A file or folder, and whose it is. */
export interface Known { readonly format: string; readonly importer: Importer; readonly source: Source }

/** What is to be read together, all of one format, and what beside it is not. */
export interface Found { readonly known: readonly Known[]; readonly notes: readonly string[] }

/** Subfolders and files of one level that are asked when the folder itself is none of any tool. */
const mostChildren = 1000;
/** Levels below what was given: <save_dir>/<db>/<experiment>, <project>/<experiment>/<run>. */
const mostDepth = 3;
/** Of a folder that is known, files and folders that are asked whether another tool left them there: it may have one per trial. */
const mostBeside = 100;
/** Reads any table, so it is never guessed from a folder full of files. */
const anyTable = 'csv';
/** Nobody sees what is in one, and tools leave them in their folders (Ray Tune, Spearmint). */
const opaque = 'pickle';
const nobodysResults = new Set(['.git', 'node_modules', '__pycache__']);

type Format = Omit<Known, 'source'>;
const all = Object.entries<Importer>(importers).map(([format, importer]): Format => ({ format, importer }));
/** Training logs lie in the folders of tuners, so those are asked before them. */
const tuners = all.filter(({ format, importer }) => importer.byproduct !== true && format !== anyTable);
const formats = [...tuners, ...all.filter(({ importer }) => importer.byproduct === true), ...all.filter(({ format }) => format === anyTable)];

/** What a file or folder is by its content. Reads only beginnings. */
export function knownAs(source: Source, asked: readonly Format[] = formats): Known | undefined {
  const found = asked.find(({ importer }) => importer.detects(source));
  return found === undefined ? undefined : { ...found, source };
}

/** What was given, or what lies in it some levels down. UserErrors `which-file` where two tools left something, `format-unknown`, `format-differs`. */
export function findResults(source: Source, format?: string): Found {
  if (format === undefined) return settled(foundIn(source), source);
  const asked = all.filter((one) => one.format === format);
  if (asked.length === 0) throw new UserError('format-unknown', `There is no format ${JSON.stringify(format)}.`, { fix: `Name one of these: ${Object.keys(importers).join(', ')}.` });
  const own = knownAs(source, asked);
  const found = own !== undefined ? [own] : below(source, { most: mostChildren, ask: (child) => [knownAs(child, asked) ?? []].flat() });
  if (found.length > 0) return settled(found, source);
  const there = [...new Set(foundIn(source).map((one) => one.format))];
  throw new UserError('format-differs', `${source.name} ${source.isFolder ? 'holds nothing' : 'is nothing'} that is read as ${format}.`, { fix: there.length === 0 ? 'Is this the right path?' : `It is known as ${there.join(', ')}: leave out the format, or name that.` });
}

/** All there is, also of several tools. */
export function foundIn(source: Source): readonly Known[] {
  const here = allAt(source);
  return here.length > 0 ? here : below(source, { most: mostChildren, ask: (child) => allAt(child).filter(({ format }) => format !== anyTable) });
}

/** The thing itself, and what other tools left in it: of a tuner's folder what lies right in it, as its folders are its own; of training logs all below. */
function allAt(source: Source): readonly Known[] {
  const own = knownAs(source);
  if (own === undefined) return [];
  if (!source.isFolder) return [own];
  const others = tuners.filter(({ format, importer }) => importer.tool !== own.importer.tool && format !== opaque);
  const ask = (one: Source): Known[] => [knownAs(one, others) ?? []].flat();
  const inside = own.importer.byproduct === true ? below(source, { most: mostBeside, ask })
    : source.list().filter(({ isFolder }) => !isFolder).slice(0, mostBeside).flatMap(({ name }) => ask(source.inside(name)));
  return [own, ...ask(source), ...inside];
}

/** Of all levels below; a folder that is known is not looked into. */
function below(top: Source, { most, ask }: { readonly most: number; readonly ask: (child: Source) => readonly Known[] }): readonly Known[] {
  const found: Known[] = [];
  let level: readonly Source[] = [top];
  for (let depth = 0; depth < mostDepth; depth += 1) {
    const isRest = found.length > 0;
    const children = level.flatMap((folder) => unless(isRest, () => folder.list().filter(({ name }) => !nobodysResults.has(name)).slice(0, most).map(({ name }) => folder.inside(name)))).slice(0, most);
    const unknown: Source[] = [];
    for (const child of children) {
      const known = unless(isRest, () => ask(child));
      found.push(...known);
      if (known.length === 0 && child.isFolder) unknown.push(child);
    }
    level = unknown;
  }
  return found;
}

/** Where something was found already, a folder that cannot be read is none of anybody's. */
function unless<T>(isRest: boolean, list: () => readonly T[]): readonly T[] {
  if (!isRest) return list();
  try {
    return list();
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** Training logs beside a tuner's results are those of its trials, and a table of what stands in its folder is no second result. */
function settled(found: readonly Known[], top: Source): Found {
  const chosen = found.filter(({ importer }) => importer.byproduct !== true);
  const main = (chosen.length === 0 ? found : chosen).filter((one) => !found.some((other) => other !== one && other.importer.holds?.(other.source, one.source) === true));
  const logs = chosen.length === 0 ? [] : found.filter(({ importer }) => importer.byproduct === true);
  const [first] = main;
  if (first !== undefined && main.some(({ format }) => format !== first.format)) throw severalKinds(main, top);
  return { known: main, notes: logs.map((one) => `${placeIn(top, one.source)} (${one.importer.tool}) is taken for the logs of these trials and was not read (--format ${one.format} does)`) };
}

function severalKinds(found: readonly Known[], top: Source): ChoiceNeeded {
  const tools = new Set(found.map(({ importer }) => importer.tool));
  const listed = found.slice(0, 20).map(({ importer, source }) => `${placeIn(top, source)}${tools.size === 1 ? '' : ` (${importer.tool})`}`).join(', ');
  const one = found.find(({ source }) => !found.some((other) => other.source !== source && other.source.path.startsWith(join(source.path, '/'))))?.source ?? top;
  const what = tools.size === 1 ? `several results of ${[...tools].join('')}` : 'results of several kinds';
  return new ChoiceNeeded('format', {
    code: 'which-file', message: `${top.name} holds ${what}: ${listed}${found.length > 20 ? `, and ${found.length - 20} more` : ''}.`,
    fix: `Give one of them, such as ${shellWord(one.name)}; or say of what kind: --format ${[...new Set(found.map(({ format }) => format))].join(' or ')} (in a study file: results: { path: …, format: … }).`,
  });
}

function placeIn(top: Source, source: Source): string {
  return relative(top.name, source.name) || 'the folder itself';
}

/** Levels above that are asked. */
const mostUp = 4;

/** The tuner's folder that a file or folder lies in; of several of one format in each other the outermost. Training logs may lie anywhere below, e.g. of a whole disk. */
export function folderAround({ path, name }: Source): Known | undefined {
  let found: Known | undefined;
  for (let up = 1; up <= mostUp; up += 1) {
    const steps = Array.from({ length: up }, () => '..');
    const [known] = unless(true, () => [knownAs(openSource(resolve(path, ...steps), join(name, ...steps)), tuners)]);
    if (found !== undefined && known?.format !== found.format) return found;
    found = known;
  }
  return found;
}
