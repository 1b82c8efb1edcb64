import { relative } from 'node:path';
import { UserError } from '../model/errors.js';
import { shellWord } from '../model/shellWord.js';
import { findResults, folderAround, foundIn, knownAs, type Known } from './detect.js';
import type { ImportChoice, Imported, ImportedStudy, Importer } from './importer.js';
import { importers } from './index.js';
import { checkFileSize, openSource, type OnRead, type Source } from './source.js';

/** What a file or folder of another tool holds. */
export interface OpenedImport extends Imported { readonly format: string; readonly tool: string }

/** Where `readImport` would find results: in the thing itself, or only in folders of it; undefined where nowhere. Reads only beginnings. */
export function whereImportable(path: string, name: string): 'itself' | 'below' | undefined {
  const source = openSource(path, name);
  if (knownAs(source) !== undefined) return 'itself';
  return foundIn(source).length > 0 ? 'below' : undefined;
}

/** UserErrors `file-too-large`, `study-unknown`, `part-of-folder` and `which-file` where it cannot be told, else those of the reader. */
export function readImport(path: string, name: string, choice: ImportChoice = {}, onRead?: OnRead): OpenedImport {
  const source = openSource(path, name, onRead);
  if (!source.isFolder) checkFileSize(source.bytesOf(), name);
  const { known, notes } = findResults(source, choice.format);
  const [first, second] = known;
  if (first === undefined) throw unknown(source);
  const opened = second === undefined ? read(first, choice) : together(known, source, choice);
  return { ...opened, notes: [...notes, ...opened.notes] };
}

function read({ format, importer, source }: Known, choice: ImportChoice): OpenedImport {
  const { studies, notes } = importer.read(source, choice);
  const links = source.links.length === 0 ? [] : [`${source.links.length} ${source.links.length === 1 ? 'link was' : 'links were'} not followed, e.g. ${source.links[0] ?? ''}`];
  return { format, tool: importer.tool, studies, notes: [...notes, ...links] };
}

/** Each under the shortest name that no other has: its own, with its file's before it, or with the path. */
function together(known: readonly Known[], top: Source, choice: ImportChoice): OpenedImport {
  const all = known.map((one) => ({ one, opened: read(one, choice) }));
  const found = all.flatMap(({ one, opened }) => opened.studies.map((study) => ({ study, file: one.source })));
  const ways: readonly ((of: { readonly study: ImportedStudy; readonly file: Source }) => string)[] = [({ study }) => study.name, ({ study, file }) => `${file.base}/${study.name}`, ({ study, file }) => `${relative(top.name, file.name)}/${study.name}`];
  const name = ways.find((way) => new Set(found.map(way)).size === found.length) ?? ways.at(-1);
  const studies = found.map((one): ImportedStudy => ({ ...one.study, name: name?.(one) ?? one.study.name }));
  const [first] = known;
  return { format: first?.format ?? '', tool: first?.importer.tool ?? '', studies, notes: all.flatMap(({ opened }) => opened.notes) };
}

function unknown(source: Source): UserError {
  const head = source.isFolder ? Buffer.alloc(0) : source.head();
  if (source.isFolder && source.list().length === 0) return new UserError('folder-empty', `${source.name} is an empty folder.`, { fix: 'Has a trial ended? Is this the folder of results?' });
  if (!source.isFolder && head.length === 0) return new UserError('file-empty', `${source.name} is empty.`, { fix: 'Has a trial ended? Is this the file of results?' });
  if (/^(\u00FF\u00FE|\u00FE\u00FF)/.test(head.toString('latin1', 0, 2))) return new UserError('file-utf16', `${source.name} is text in UTF-16; UTF-8 is read.`, { fix: `Convert it: iconv -f UTF-16 -t UTF-8 ${shellWord(source.name)} > utf8-${source.base.replaceAll(/[^\w.-]/g, '-')}` });
  const around = folderAround(source);
  if (around !== undefined) return new UserError('part-of-folder', `${source.name} is no study by itself: it is a part of a folder of ${around.importer.tool}.`, { fix: `Give the folder: noregret import ${shellWord(around.source.name)}` });
  const takes = Object.values<Importer>(importers).map(({ tool, takes: what }) => `${tool}: ${what}`);
  return new UserError('study-unknown', `${source.name} is no study that can be read: neither a study log of noregret nor ${source.isFolder ? 'a folder' : 'a file'} of a tool that is known here.`, {
    fix: `Known are\n       ${takes.join('\n       ')}`,
  });
}

/** `naming`: how a study is named where the user writes. */
export interface StudyChoice { readonly name: string | undefined; readonly file: string; readonly naming: (study: string) => string }

/** The one study that is meant. UserError `which-study` naming all there are. */
export function chooseStudy(studies: readonly ImportedStudy[], { name, file, naming }: StudyChoice): ImportedStudy {
  const found = name === undefined ? studies : studies.filter((study) => study.name === name);
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  const there = studies.length === 0 ? 'it holds no study' : `it holds ${studies.slice(0, 20).map((study) => JSON.stringify(study.name)).join(', ')}`;
  throw new UserError('which-study', `${file}: ${name === undefined ? 'which study is meant?' : `there is no study ${JSON.stringify(name)};`} ${there}.`, { fix: studies[0] === undefined ? 'Is this the right file?' : `Name one: ${naming(studies[0].name)}` });
}
