import type { StudyConfig } from '../model/config.js';
import { defaultOf } from './defaults.js';
import { shown } from './findings.js';
import type { FileConfig } from './schema.js';
import { positionOf, type SettingsContext } from './settings.js';

/** Early stopping that looks at one run after the other, and not at how a curve goes on. */
const betweenRuns: readonly string[] = ['never', 'wilcoxon', 'median', 'percentile', 'threshold', 'asha'];
/** Beyond it a trial is a study of its own, and most likely a slip. */
const mostRuns = 100;
const foldMacro = /\$\{folds?\}/;

/** Nothing where a trial is one run. */
export function readParts(file: FileConfig, context: SettingsContext): Pick<StudyConfig, 'parts'> {
  const folds = file.folds ?? defaultOf('folds');
  const repeats = file.repeats ?? defaultOf('repeats');
  checkFoldMacro(file, folds, context);
  if (folds * repeats === 1) {
    if (file.aggregate !== undefined) context.findings.warning(positionOf(context, 'aggregate'), { code: 'no-effect', message: 'aggregate has no effect: a trial is one run', fix: 'add folds or repeats, or remove it' });
    return {};
  }
  if (folds * repeats > mostRuns) context.findings.error(positionOf(context, file.repeats === undefined ? 'folds' : 'repeats'), { code: 'too-many-runs', message: `a trial would be ${folds * repeats} runs (folds × repeats), at most ${mostRuns} are taken`, fix: 'write fewer folds or repeats', example: 'folds: 5' });
  checkPruner(file, context);
  return { parts: { folds, repeats, aggregate: file.aggregate ?? defaultOf('aggregate') } };
}

function checkFoldMacro({ command = [] }: FileConfig, folds: number, context: SettingsContext): void {
  const index = command.findIndex((element) => foldMacro.test(element));
  if (folds > 1 || index === -1) return;
  context.findings.error(positionOf(context, 'command', index), { code: 'no-folds', message: `${shown(command[index])} asks for a fold, but folds is not given`, fix: 'add folds: 5, or remove it', example: 'folds: 5' });
}

function checkPruner({ early_terminate: early }: FileConfig, context: SettingsContext): void {
  if (early === undefined) return;
  const { resource } = early;
  if (resource !== undefined && resource !== 'step') context.findings.error(positionOf(context, 'early_terminate', 'resource'), { code: 'pruner-needs-curve', message: `early_terminate.resource is ${shown(resource)}; where a trial is several runs, a step is one of them`, fix: 'remove it', example: 'early_terminate: { type: wilcoxon }' });
  if (betweenRuns.includes(early.type)) return;
  context.findings.error(positionOf(context, 'early_terminate'), {
    code: 'pruner-needs-curve', message: `early_terminate.type is ${shown(early.type)}, which follows the curve of one run; here a trial is several, and is stopped between them`,
    fix: `write one of ${betweenRuns.join(', ')}: wilcoxon compares run by run, the others the mean of the runs so far`, example: 'early_terminate: { type: wilcoxon }',
  });
}
