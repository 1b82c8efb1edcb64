import type { StudyConfig } from '../model/config.js';
import type { Catalog } from '../model/plugin.js';
import type { SearchSpace } from '../model/searchSpace.js';
import { defaultOf } from './defaults.js';
import { dialectOf, type Dialect } from './dialect.js';
import { durationMs } from './duration.js';
import { readEarlyStopping } from './earlyStopping.js';
import { readEarlyTerminate } from './earlyTerminate.js';
import { bracketFault, checkExternalSpace } from './externalSpace.js';
import { createFindings, type Diagnostic, type Findings } from './findings.js';
import { countGrid } from '../model/gridCount.js';
import { checkGrid, readMethod } from './method.js';
import { applyOverrides, readSeed, type OverrideLabel, type Overrides } from './overrides.js';
import { readYaml } from './readYaml.js';
import { requirementsOf } from './requirements.js';
import { withoutEffect, type FileConfig } from './schema.js';
import { checkLinks, checkTransfer, readAlso, readBudget, readMetric, readSources, readStop, readVerdict, type SettingsContext } from './settings.js';
import { readParts } from './parts.js';
import { readResults } from './results.js';
import { readSpace } from './space.js';
import { inputsWith, readTemplateFiles } from './templates.js';
import { readProgram } from './trialProgram.js';
import { noteReadings } from './readings.js';
import { validate } from './validate.js';
import { entry, type MapTree } from './yamlTree.js';

export interface ConfigSource {
  readonly text: string;
  /** Relative to the repository root, with `/`. */
  readonly path: string;
  /** The samplers that exist, with their options. */
  readonly samplers: Catalog;
  /** The pruners likewise. */
  readonly pruners: Catalog;
  readonly overrides?: Overrides;
  /** How flags are called in errors; `--name` by default. */
  readonly overrideLabel?: OverrideLabel;
}

/** `config` is absent exactly when there is an error among the diagnostics. */
export interface ParseResult {
  readonly path: string;
  readonly text: string;
  readonly config: StudyConfig | undefined;
  /** What could be read of the search space, errors elsewhere or not; for people and `check`, not for work. */
  readonly space: SearchSpace | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Text of one study file to a complete, valid configuration, or everything that is wrong with it at once. */
export function parseConfig(source: ConfigSource): ParseResult {
  const findings = createFindings();
  const tree = readYaml(source.text, findings);
  const study = tree === undefined ? undefined : readStudy(tree, source, findings);
  const diagnostics = [...findings.diagnostics].sort((a, b) => a.line - b.line || a.column - b.column);
  return { path: source.path, text: source.text, config: findings.hasErrors() ? undefined : study?.config, space: study?.space, diagnostics };
}

/** What was searched, the results themselves say. */
const nothingToSearch: SearchSpace = { parameters: [], constraints: [] };

function readStudy(file: MapTree, source: ConfigSource, findings: Findings): { readonly config?: StudyConfig; readonly space: SearchSpace | undefined } {
  const label = source.overrideLabel ?? ((name) => `--${name}`);
  const dialect = dialectOf(file);
  const root = applyOverrides(dialect === 'wandb' ? withoutTheirPatience(file, findings) : file, source.overrides ?? {}, label);
  const context = { root, findings };
  const settings = validate(root, dialect, findings);
  const isRead = entry(root, 'results') !== undefined;
  const space = isRead ? nothingToSearch : readSpace(root, findings);
  const method = isRead ? { name: defaultOf('method'), options: {} } : readMethod({ root, dialect, samplers: source.samplers, findings });
  const earlyTerminate = readEarlyTerminate({ root, dialect, pruners: source.pruners, findings });
  const seed = readSeed(source.overrides?.seed, label, findings);
  if (space !== undefined && method?.name === 'grid') checkGrid(space, root, findings);
  if (space !== undefined && method?.name === 'external') checkExternalSpace(method, space, context);
  noteReadings(root, findings);
  if (settings === undefined) return { space };
  noteWithoutEffect(root, findings);
  const rest = readSettings(settings, dialect, context);
  const program = readProgram(settings, space, { ...context, templates: rest.templates ?? [] });
  if (space === undefined || method === undefined || findings.hasErrors()) return { space };
  const config: StudyConfig = {
    name: studyName(settings.name, source.path, context), path: source.path, dialect, method, earlyTerminate, space, program,
    ...rest, ...(seed === undefined ? {} : { seed }),
  };
  checkTransfer(config, context);
  if (!isRead) noteBudget(config, dialect, context);
  else if (config.metric === undefined) findings.error(root.at, { code: 'no-metric', message: 'metric is missing: results may hold several', fix: 'add it', example: 'metric: { name: val_loss, goal: minimize }' });
  return { config, space };
}

type Settings = Omit<StudyConfig, 'name' | 'path' | 'dialect' | 'method' | 'earlyTerminate' | 'space' | 'program' | 'seed'>;

function readSettings(file: FileConfig, dialect: Dialect, context: SettingsContext): Settings {
  checkLinks(file, context);
  const templates = readTemplateFiles(file, context);
  return {
    metrics: { ...readSources(file, context), wandb: file.metrics?.wandb ?? dialect === 'wandb' },
    metric: readMetric(file, context),
    also: readAlso(file, context),
    ...readEarlyStopping(file, context),
    reduce: file.reduce ?? (file.early_stopping === undefined ? defaultOf('reduce') : 'best'),
    ...readParts(file, context),
    budget: readBudget(file, context),
    parallel: file.parallel ?? defaultOf('parallel'),
    verdict: readVerdict(file),
    executor: file.executor ?? defaultOf('executor'),
    stop: readStop(file),
    ...(file.importance === undefined ? {} : { importance: file.importance }),
    gpus: file.gpus ?? defaultOf('gpus'),
    env: { pass: file.env?.pass ?? defaultOf('env.pass'), set: file.env?.set ?? {}, isolateHome: file.env?.isolate === 'home' },
    setup: file.setup ?? defaultOf('setup'),
    link: file.link ?? defaultOf('link'),
    ...templates, ...readResults(file, context),
    inputs: inputsWith(file.inputs ?? defaultOf('inputs'), templates),
    data: file.data ?? defaultOf('data'),
    ...((file.smoke ?? defaultOf('smoke')) ? { smoke: true } : {}),
    mainSearchMs: durationMs(file.main_search ?? defaultOf('main_search')) ?? 0,
    fingerprint: file.fingerprint,
    ...(file.checkpoint === undefined ? {} : { checkpoint: file.checkpoint }), ...(file.transfer === undefined ? {} : { transfer: file.transfer }),
  };
}

/** Names files, branches' folders and checks, so it is kept to safe characters. */
function studyName(name: string | undefined, path: string, { root, findings }: SettingsContext): string {
  const stem = (path.split('/').at(-1) ?? path).replace(/\.ya?ml$/i, '');
  const slug = (name ?? stem).replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '').slice(0, 100);
  if (slug === '') return 'study';
  if (name !== undefined && slug !== name) findings.note(entry(root, 'name')?.keyAt ?? root.at, { code: 'name-changed', message: `the study is called ${slug} in paths and checks` });
  return slug;
}

function noteWithoutEffect(root: MapTree, findings: Findings): void {
  const found = root.entries.filter(({ key }) => withoutEffect.includes(key));
  const [first] = found;
  if (first !== undefined) findings.note(first.keyAt, { code: 'no-effect', message: `${found.map(({ key }) => key).join(', ')}: accepted, without effect here` });
}

/** What the limits mean for this space, and what `tune` will still need. */
function noteBudget(config: StudyConfig, dialect: Dialect, { root, findings }: SettingsContext): void {
  const at = entry(root, 'method')?.keyAt ?? root.at;
  for (const need of requirementsOf(config)) {
    if (need.code === 'grid-too-large' && dialect === 'noregret') findings.error(at, need);
    else findings.warning(need.code === 'grid-too-large' ? at : root.at, need);
  }
  const bracket = bracketFault(config);
  if (bracket !== undefined) findings.error(at, bracket);
  const { trials, trialsExplicit } = config.budget;
  if (config.method.name !== 'grid') {
    if (!trialsExplicit) findings.note(root.at, { code: 'default-budget', message: `no limit on trials is given: ${trials} are run`, fix: `write budget: { trials: ${trials} }` });
    return;
  }
  const { points, exact } = countGrid(config.space);
  if (points === 0) findings.error(at, { code: 'empty-space', message: 'no point of the grid satisfies the constraints', fix: 'loosen a constraint' });
  else if (trialsExplicit && points > trials) findings.note(at, { code: 'grid-subset', message: `grid has ${exact ? '' : 'up to '}${points} points, budget is ${trials}: an evenly spread part is run` });
}

/** W&B has no such key: in a file that is W&B's, people keep settings of their own program under it. */
function withoutTheirPatience(file: MapTree, findings: Findings): MapTree {
  const found = entry(file, 'early_stopping');
  if (found === undefined) return file;
  findings.warning(found.keyAt, { code: 'unknown-key', message: '"early_stopping" has no effect in a W&B file', fix: 'remove it; or add a key of noregret, such as budget, to stop runs by it' });
  return { ...file, entries: file.entries.filter((one) => one !== found) };
}
