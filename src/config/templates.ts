import type { StudyConfig } from '../model/config.js';
import type { TemplateFile } from '../model/template.js';
import { shown } from './findings.js';
import type { FileConfig } from './schema.js';
import { positionOf, type SettingsContext } from './settings.js';

const suffix = /\.(?:tpl|tmpl|template)$/;

/** Nothing where there are none. Two that would become one file, and paths that lead out, are errors. */
export function readTemplateFiles(file: FileConfig, context: SettingsContext): Pick<StudyConfig, 'templates'> {
  if (file.template === undefined) return {};
  const given = Array.isArray(file.template) ? file.template : [file.template];
  const templates = given.map((one): TemplateFile => {
    const { from, to } = typeof one === 'string' ? { from: one } : one;
    return { from, to: to ?? nameOf(from) };
  });
  for (const [i, { from, to }] of templates.entries()) {
    const at = positionOf(context, 'template', ...(Array.isArray(file.template) ? [i] : []));
    const outside = [from, to].find(leadsOut);
    if (outside !== undefined) context.findings.error(at, { code: 'path-outside', message: `template ${shown(outside)} leads out of its folder`, fix: 'name a file relative to the folder of the study; filled, it goes into the trial\'s own folder', example: 'template: config.yaml.tpl' });
    if (templates.findIndex((other) => other.to === to) < i) context.findings.error(at, { code: 'duplicate-template', message: `two templates would become ${to}`, fix: 'name one by `to`', example: `template: [{ from: ${from}, to: other/${to} }]` });
  }
  return { templates };
}

/** What is filled into a run can change its result, whatever `inputs` says: a prompt in Markdown is no documentation then. */
export function inputsWith(inputs: readonly string[], { templates = [] }: Pick<StudyConfig, 'templates'>): readonly string[] {
  if (templates.length === 0) return inputs;
  const globs = templates.map(({ from }) => `**/${from.replace(/^\.\//, '').replace(/[\\*?[\]{}()!+@|]/g, '\\$&')}`);
  return [...(inputs.every((glob) => glob.startsWith('!')) ? ['**'] : []), ...inputs, ...globs];
}

function nameOf(from: string): string {
  return (from.split('/').at(-1) ?? from).replace(suffix, '');
}

function leadsOut(path: string): boolean {
  return path.startsWith('/') || path.endsWith('/') || path.includes('\\') || path.includes('\0') || /^[A-Za-z]:/.test(path) || path.split('/').includes('..') || path === '' || path === '.';
}
