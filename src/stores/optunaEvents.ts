import { z } from 'zod';
import type { Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import type { StudyEvent } from '../model/study.js';
import { subjectOf } from '../model/studySubject.js';
import { fixedParams, wholeNews } from './optunaNews.js';
import { utcOf } from './optunaOutcome.js';
import { readCreated } from './optunaOwn.js';
import type { OptunaStudy } from './optunaReplay.js';
import { spaceOf } from './optunaSpace.js';

export interface OptunaLog {
  /** Made anew on each walk. */
  readonly events: Iterable<StudyEvent>;
  /** What could not be said, for people. */
  readonly notes: readonly string[];
}

/** A study as a log of ours. UserError `two-objectives`. */
export function eventsOf(study: OptunaStudy): OptunaLog {
  const { event, notes, metric } = createdOf(study);
  const partly = study.trials.filter((trial) => trial.begunAt === undefined && fixedParams(trial) === undefined).length;
  return { events: { [Symbol.iterator]: () => logOf(study, event, metric) }, notes: [...notes, ...(partly === 0 ? [] : [`${partly} waiting ${partly === 1 ? 'trial' : 'trials'} without fixed parameters left out`])] };
}

function* logOf(study: OptunaStudy, created: StudyEvent, metric: string): Generator<StudyEvent, void> {
  yield created;
  yield* wholeNews(study, metric);
}

/** Our own first event as it was written, or one that says what an Optuna study says of itself. */
export function createdOf(study: OptunaStudy): { readonly event: Extract<StudyEvent, { type: 'created' }>; readonly notes: readonly string[]; readonly metric: string } {
  const [direction, second] = study.directions;
  if (second !== undefined) throw new UserError('two-objectives', `The study ${JSON.stringify(study.name)} has ${study.directions.length} objectives; noregret optimises one.`, { fix: 'Import a study with one objective, or write one of its values into a new study.' });
  const goal: Goal = direction === 2 ? 'maximize' : 'minimize';
  const own = readCreated(study);
  if (own !== undefined) return { event: own, notes: [], metric: subjectOf(own.identity)?.metric.name ?? metricName(study) };
  const { space, notes } = spaceOf(study.trials);
  const metric = metricName(study);
  const identity = { command: 'import', from: 'optuna-journal', name: study.name, config: JSON.stringify({ metric: { name: metric, goal }, space }) };
  return { notes, metric, event: { type: 'created', schema: 1, tool: 'Optuna', study: slug(study.name), at: utcOf(study.trials[0]?.start), identity } };
}

function metricName({ systemAttrs }: OptunaStudy): string {
  const [name] = z.array(z.string()).safeParse(systemAttrs.get('study:metric_names')).data ?? [];
  return name ?? 'value';
}

/** A study's name is used in paths. */
function slug(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '').slice(0, 100) || 'study';
}
