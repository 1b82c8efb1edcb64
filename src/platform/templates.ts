import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { StudyConfig } from '../model/config.js';
import { UserError } from '../model/errors.js';
import { isPartOf } from '../model/layerShape.js';
import { fillTemplate, parseTemplate, type Template, type TemplateFile, type TemplateValues } from '../model/template.js';
import { argumentNames } from '../model/trialArguments.js';
import { readHostile, type ReadRefusal } from './safeRead.js';

const maxBytes = 1 << 20;
const refusals: Readonly<Record<ReadRefusal, string>> = {
  absent: 'does not exist', 'not-a-file': 'is a link or no file', outside: 'leads out of its folder', unreadable: 'cannot be read',
};

interface Read { readonly file: TemplateFile; readonly template: Template; readonly digest: string; readonly mode: number }
type Owner = Pick<StudyConfig, 'templates' | 'space' | 'program'>;

/** Templates of one side as they are now. UserErrors `template-unreadable` and `template-invalid`, the latter with everything that is wrong. */
export function readTemplates(folder: string, { templates = [], space }: Pick<Owner, 'templates' | 'space'>): readonly Read[] {
  const names = argumentNames(space);
  const read = templates.map((file) => {
    const { text, mode } = textOf(folder, file.from);
    return { file, mode, digest: createHash('sha256').update(text).digest('hex'), ...parseTemplate(text, names) };
  });
  const problems = read.flatMap(({ file, problems: found }) => found.map(({ line, column, message, fix }) => `${file.from}:${line}:${column}: ${message}\n  fix: ${fix}`));
  if (problems.length > 0) throw new UserError('template-invalid', problems.slice(0, 20).join('\n'), { fix: `${problems.length > 20 ? `${problems.length - 20} more; ` : ''}nothing was run. How templates are written: docs/guide/templates.md` });
  return read;
}

/** The same before anything is run; a sentence for every parameter that reaches the program by no way that is known. */
export function checkTemplates(folder: string, owner: Owner): { readonly warnings: readonly string[]; /** Of the contents; equal templates give equal values. */ readonly digest: string | undefined } {
  const read = readTemplates(folder, owner);
  if (read.length === 0) return { warnings: [], digest: undefined };
  const named = new Set(read.flatMap(({ template }) => [...template.names]));
  const argv = owner.program?.kind === 'command' ? owner.program.argv : [];
  const passesAll = argv.some((element) => element.startsWith('${args'));
  // A list of widths stands for the parts that it is made of.
  const lists = (owner.space.shapes ?? []).filter(({ name }) => named.has(name));
  const missing = passesAll ? [] : owner.space.parameters.filter(({ name, distribution }) => distribution.name !== 'constant' && !named.has(name) && !lists.some((list) => isPartOf(list, name)) && !argv.some((element) => element.includes(`\${param:${name}}`)));
  const files = read.map(({ file }) => file.from).join(', ');
  return {
    warnings: missing.map(({ name }) => `${name} has no place in ${files}: write {{${name}}} where its value belongs, or the program has to read it from $NOREGRET_PARAMS.`),
    digest: createHash('sha256').update(read.map(({ file, digest }) => `${file.from} ${file.to} ${digest}`).join('\n')).digest('hex').slice(0, 16),
  };
}

/** Writes the filled files below `into`, which is the trial's own and fresh; paths in the order of the templates. */
export function writeTemplates(read: readonly Read[], into: string, values: TemplateValues): ReadonlyMap<string, string> {
  return new Map(read.map(({ file, template, mode }) => {
    const path = join(into, file.to);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, fillTemplate(template, values, file.to.endsWith('.py')), { flag: 'wx', mode: mode | 0o600 });
    return [file.to, path];
  }));
}

function textOf(folder: string, from: string): { readonly text: string; readonly mode: number } {
  const path = resolve(folder, from);
  const read = readHostile({ path, within: folder, maxBytes });
  if ('refused' in read) throw unreadable(from, refusals[read.refused], 'Templates are files of the repository, named relative to the folder of the study file.');
  if (read.size > maxBytes) throw unreadable(from, `has ${read.size} bytes, at most ${maxBytes} are filled`, 'Is this the right file?');
  return { text: decoded(from, read.bytes), mode: lstatSync(path).mode & 0o777 };
}

function decoded(from: string, bytes: Buffer): string {
  if (!bytes.includes(0)) {
    try {
      // The mark is kept: the filled file begins as the template does.
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // Said below.
    }
  }
  throw unreadable(from, 'is no text in UTF-8', 'Only text has places for values.');
}

function unreadable(from: string, why: string, fix: string): UserError {
  return new UserError('template-unreadable', `The template ${from} ${why}.`, { fix });
}
