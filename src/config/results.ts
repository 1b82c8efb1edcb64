import type { ResultsSource, StudyConfig } from '../model/config.js';
import { twoRoles } from '../model/columnRoles.js';
import { shown } from './findings.js';
import type { FileConfig } from './schema.js';
import { positionOf, type SettingsContext } from './settings.js';
import { entry } from './yamlTree.js';

/** Keys that say how a trial is run: where results are read, nobody runs one. */
const running = ['command', 'program', 'trainer', 'template', 'folds', 'repeats', 'setup', 'early_terminate'] as const;
/** They would have no effect either, but may stand there for the tuner that reads the same file. */
const idle = ['parameters', 'method', 'budget', 'constraints', 'stop', 'run_cap'] as const;

/** Where a finished tuning lies that the study is about; nothing for a study that runs its own trials. */
export function readResults(file: FileConfig, context: SettingsContext): Pick<StudyConfig, 'results'> {
  if (file.results === undefined) return {};
  const { path, ...rest } = typeof file.results === 'string' ? { path: file.results } : file.results;
  const at = positionOf(context, 'results', ...(typeof file.results === 'string' ? [] : ['path']));
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0') || /^[A-Za-z]:/.test(path) || path.split('/').includes('..')) {
    context.findings.error(at, { code: 'path-outside', message: `results ${shown(path)} leads out of the repository`, fix: 'name a file or folder relative to the folder of the study', example: 'results: tuner/digits' });
  }
  for (const key of running) {
    if (file[key] === undefined) continue;
    context.findings.error(entry(context.root, key)?.keyAt ?? at, { code: 'two-programs', message: `${key} and results are both given`, fix: 'remove one: a study either runs its trials or reads what another tuner left', example: 'results: tuner/digits' });
  }
  const twice = twoRoles({ ...rest, metric: file.metric?.name });
  if (twice !== undefined) {
    const named = rest.params?.indexOf(twice.column) ?? -1;
    const place = named === -1 ? [rest.state === twice.column ? 'state' : 'seed'] : ['params', named];
    context.findings.error(positionOf(context, 'results', ...place), { code: 'column-two-roles', message: `the column ${shown(twice.column)} cannot be ${twice.roles.join(' and ')} at once`, fix: 'name it once' });
  }
  const without = idle.filter((key) => file[key] !== undefined || entry(context.root, key) !== undefined);
  if (without.length > 0) context.findings.note(at, { code: 'no-effect', message: `${without.join(', ')}: without effect where results are read` });
  const source: ResultsSource = {
    path, ...(rest.format === undefined ? {} : { format: rest.format }), ...(rest.study === undefined ? {} : { study: rest.study }), ...(rest.choices === undefined ? {} : { choices: rest.choices }),
    columns: { ...(rest.params === undefined ? {} : { params: rest.params }), ...(rest.state === undefined ? {} : { state: rest.state }), ...(rest.seed === undefined ? {} : { seed: rest.seed }) },
  };
  return { results: source };
}
