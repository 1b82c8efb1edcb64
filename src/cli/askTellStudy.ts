import { createdEvent, enginePlan, type EngineConfig } from '../app/enginePlan.js';
import type { EnginePlan } from '../app/engine.js';
import { parseConfig } from '../config/parse.js';
import type { StudyConfig } from '../model/config.js';
import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import type { Clock } from '../model/ports.js';
import type { StudyEvent } from '../model/study.js';
import { checkIdentity, foldStudy } from '../model/studyLog.js';
import { subjectOf, type StudySubject } from '../model/studySubject.js';
import { findConfigFiles, readConfigFile } from '../platform/configFiles.js';
import { pruners } from '../pruners/index.js';
import { samplers } from '../samplers/index.js';
import { version } from '../version.js';
import type { JournalFlags } from './studyJournal.js';
import { overridesOf, type StudyFlags } from './studyFlags.js';

export type AskTellFlags = StudyFlags & JournalFlags;

interface OpenRequest {
  readonly cwd: string;
  readonly flags: AskTellFlags;
  readonly clock: Clock;
  /** The log as far as it goes. */
  readonly events: readonly StudyEvent[];
  /** Other programs may write the log too. */
  readonly isShared: boolean;
  readonly onNote: (text: string) => void;
  readonly onWarning: (text: string) => void;
}

interface AskTellStudy {
  readonly plan: EnginePlan;
  /** What the log begins with; not there yet if new, or in place of what another tool's study says of itself. */
  readonly created: StudyEvent;
  readonly isNew: boolean;
}

/** Findings about how a trial is run, which is somebody else's business here. */
const besidesThePoint: ReadonlySet<string> = new Set(['no-metric', 'no-command', 'grid-too-large', 'default-goal']);

/** The study file and the log, if there is one, agree; a log that was imported brings its own space and goal. */
export async function openAskTellStudy(request: OpenRequest): Promise<AskTellStudy> {
  const { flags, clock, events } = request;
  const [first] = events;
  const logged = first?.type === 'created' ? loggedStudy(first) : undefined;
  const config = flags.config === undefined && logged !== undefined ? await loggedConfig(request, logged) : await readConfig(request);
  const objective = objectiveOf(config, logged, request);
  const options = { config, objective, seed: config.seed, clock, isLimited: true };
  const created = createdEvent(options, { command: 'ask-tell', tool: `noregret ${version}` });
  if (first !== undefined && logged === undefined) {
    const fold = foldStudy(events);
    if (fold !== undefined) checkIdentity(fold.study, { name: created.study, identity: created.identity });
  }
  return { plan: enginePlan(options), created, isNew: first === undefined || (request.isShared && logged !== undefined && flags.config !== undefined) };
}

interface LoggedStudy extends StudySubject { readonly name: string }

/** Of an imported log, which was written by no configuration of ours. */
function loggedStudy({ identity, study }: Extract<StudyEvent, { type: 'created' }>): LoggedStudy | undefined {
  const subject = identity['command'] === 'import' ? subjectOf(identity) : undefined;
  return subject && { name: study, ...subject };
}

/** Limits, method and the rest by flags, the space from the log. */
function loggedConfig({ flags, onNote }: OpenRequest, { name, metric, space }: LoggedStudy): Promise<StudyConfig> {
  onNote(`no --config: the ${space.parameters.length} parameters are those of the log`);
  const stub = JSON.stringify({ name, metric, method: 'random', parameters: { stub: { value: 0 } } });
  return Promise.resolve({ ...parsed({ text: stub, path: 'the log', flags }, () => undefined), name, space });
}

async function readConfig({ cwd, flags, onNote, onWarning }: OpenRequest): Promise<StudyConfig> {
  const [path, other] = await findConfigFiles(cwd, flags.config);
  if (path === undefined || other !== undefined) throw new UserError('config-ambiguous', `ask-tell works on one study; ${flags.config ?? ''} names several.`, { fix: `Name one: --config ${path ?? 'noregret.yml'}` });
  const config = parsed({ text: await readConfigFile(cwd, path), path, flags }, onWarning);
  if (config.results !== undefined) throw new UserError('results-only', `${path} reads its results from ${config.results.path} and searches nothing itself, so there is nothing to ask for.`, { fix: `To go on from these results: npx noregret import ${config.results.path} --out all.jsonl, then npx noregret ask-tell --study all.jsonl. To judge them: npx noregret compare.` });
  if (!config.budget.trialsExplicit && config.method.name !== 'grid') onNote(`no limit on trials is given: asking ends after ${config.budget.trials} (--trials N)`);
  return config;
}

function parsed({ text, path, flags }: { text: string; path: string; flags: AskTellFlags }, onWarning: (text: string) => void): StudyConfig {
  const { config, diagnostics } = parseConfig({ text, path, samplers, pruners, overrides: overridesOf(flags) });
  const lineOf = ({ line, column, message, fix }: (typeof diagnostics)[number]): string => `${path}${line === 0 ? '' : `:${line}:${column}`}: ${message}${fix === undefined ? '' : `\n  fix: ${fix}`}`;
  if (config === undefined) throw new UserError('config-invalid', diagnostics.filter(({ severity }) => severity === 'error').map(lineOf).join('\n'), { fix: 'npx noregret check shows the same, with the lines' });
  for (const found of diagnostics) if (found.severity === 'warning' && !besidesThePoint.has(found.code)) onWarning(lineOf(found));
  return config;
}

function objectiveOf({ metric }: EngineConfig & Pick<StudyConfig, 'metric'>, logged: LoggedStudy | undefined, { onNote }: OpenRequest): { readonly name: string; readonly goal: Goal } {
  if (metric === undefined && logged === undefined) onNote('no metric is named: lower values are taken for better (--metric NAME --goal maximize for the other way)');
  const { name, goal } = metric ?? logged?.metric ?? { name: 'value', goal: 'minimize' as const };
  if (logged !== undefined && logged.metric.goal !== goal) throw new UserError('goal-differs', `The study is to ${goal} ${name}, the log was made to ${logged.metric.goal} ${logged.metric.name}.`, { fix: `Pass --goal ${logged.metric.goal}, or take another log.` });
  return logged?.metric ?? { name, goal };
}
