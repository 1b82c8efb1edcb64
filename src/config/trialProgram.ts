import type { TrialProgram } from '../model/config.js';
import { findMacroProblems } from '../model/macros.js';
import type { SearchSpace } from '../model/searchSpace.js';
import type { TemplateFile } from '../model/template.js';
import { argumentNames } from '../model/trialArguments.js';
import { defaultOf } from './defaults.js';
import type { FileConfig } from './schema.js';
import { positionOf, type SettingsContext } from './settings.js';
import { entry } from './yamlTree.js';

/** `templates`: those that the study has. */
interface ProgramContext extends SettingsContext { readonly templates: readonly TemplateFile[] }

/** What a trial runs; undefined when the file leaves it to the one who starts the sweep. */
export function readProgram(file: FileConfig, space: SearchSpace | undefined, context: ProgramContext): TrialProgram | undefined {
  const { command, program, trainer } = file;
  if (trainer !== undefined) {
    const other = command === undefined ? 'program' : 'command';
    if (command !== undefined || program !== undefined) context.findings.error(entry(context.root, other)?.keyAt ?? context.root.at, { code: 'two-programs', message: `${other} and trainer are both given`, fix: 'remove one: a trial is either a command or a JavaScript module' });
    return { kind: 'tfjs', module: trainer.tfjs, backend: trainer.backend ?? defaultOf('trainer.backend') };
  }
  if (command === undefined && program === undefined) return undefined;
  const argv = command ?? defaultOf('command');
  for (const { index, message, fix } of findMacroProblems(argv, space === undefined ? [] : argumentNames(space))) {
    // Without a space every name would be unknown.
    if (space !== undefined || !message.includes('names no parameter')) context.findings.error(positionOf(context, 'command', index), { code: 'unknown-macro', message, fix, example: 'command: [python, train.py, "${args}"]' });
  }
  checkTemplateMacros(argv, context);
  if (program === undefined && argv.includes('${program}')) context.findings.error(positionOf(context, 'command', argv.indexOf('${program}')), { code: 'no-program', message: '${program} stands in command, but program is not given', fix: 'add program, or write the path in its place', example: 'program: train.py' });
  return { kind: 'command', argv, ...(program === undefined ? {} : { program }) };
}

/** `${template}` and `${template:NAME}` of templates that the study does not have. */
function checkTemplateMacros(argv: readonly string[], context: ProgramContext): void {
  const { templates } = context;
  for (const [index, element] of argv.entries()) {
    for (const [macro, name] of element.matchAll(/\$\{template(?::([^{}]+))?\}/g)) {
      if (templates.some(({ to }) => name === undefined || to === name)) continue;
      const fix = templates.length === 0 ? 'add template: FILE, or --template FILE' : `templates: ${templates.map(({ to }) => to).join(', ')}`;
      context.findings.error(positionOf(context, 'command', index), { code: 'unknown-macro', message: `${macro} stands in command, but there is no such template`, fix, example: 'template: config.yaml.tpl' });
    }
  }
}
