import { z } from 'zod';
import { mean } from '../math/describe.js';
import { toGain, type Goal } from '../model/direction.js';
import { UserError } from '../model/errors.js';
import { paramsKey, type Params } from '../model/params.js';
import type { Study, StudyEvent, Trial } from '../model/study.js';
import { foldStudy, importNotesIn } from '../model/studyLog.js';
import { configIn } from '../model/studySubject.js';

/** `notes`: what could not be read. */
export interface StudyLogFile { readonly events: readonly StudyEvent[]; readonly notes: readonly string[] }
export interface NamedLog { readonly log: StudyLogFile; readonly path: string }
export interface Metric { readonly name: string; readonly goal: Goal }
export interface Best { readonly params: Params; readonly value: number; readonly rescored: boolean }
/** A log as a search: its own trials, and what it shows to be its best. */
export interface Searched { readonly path: string; readonly notes: readonly string[]; readonly study: Study; readonly metric: Metric; readonly trials: readonly Trial[]; readonly configurations: Configurations; readonly best: Best | undefined }

/**
 * Gain of each configuration that ended with a value: the best of its repeats, as the search's own best is the best of all its trials. Runs of
 * one configuration share what it is worth, so only configurations can be dealt out as if they were independent.
 */
export type Configurations = ReadonlyMap<string, number>;

/** The part of a configuration that a log's identity carries and that says what its values are. */
const metricOwner = z.looseObject({ metric: z.looseObject({ name: z.string(), goal: z.enum(['minimize', 'maximize']) }) });
const configSchema = z.union([metricOwner, z.looseObject({ head: metricOwner }).transform(({ head }) => head)]);

/** UserError `log-without-metric`. */
export function searchedOf({ log, path }: NamedLog): Searched {
  const study = foldStudy(log.events)?.study;
  const metric = study && metricOf(study);
  if (study === undefined || metric === undefined) throw new UserError('log-without-metric', `${path} does not say which metric it was searched for.`, { fix: 'Give the study.jsonl of `noregret tune` or `noregret compare`.' });
  const head = study.trials.filter(({ side }) => side === 'head');
  const trials = head.filter(({ stage }) => stage === 'search');
  // A reader that has just made the log has told them as well.
  const notes = [...new Set([...log.notes, ...importNotesIn(study)])];
  return { path, notes, study, metric, trials, configurations: configurationsOf(trials, metric.goal), best: bestOf(trials, head.filter(({ stage }) => stage === 'rescore'), metric.goal) };
}

function configurationsOf(trials: readonly Trial[], goal: Goal): Configurations {
  const best = new Map<string, number>();
  for (const trial of trials) {
    const value = valueOf(trial);
    if (value === undefined) continue;
    const [key, gain] = [paramsKey(trial.params), toGain(value, goal)];
    best.set(key, Math.max(gain, best.get(key) ?? -Infinity));
  }
  return best;
}

/** What a log's values are values of. */
export function metricOf({ identity }: Pick<Study, 'identity'>): Metric | undefined {
  return configIn(identity, configSchema)?.metric;
}

/** By the mean on fresh seeds where a re-score was run, of those that ran on the most of them; else by the search's own values. */
function bestOf(trials: readonly Trial[], rescored: readonly Trial[], goal: Goal): Best | undefined {
  const measured = rescored.filter((trial) => valueOf(trial) !== undefined);
  const groups = [...new Set(measured.map(({ params }) => paramsKey(params)))].map((key) => measured.filter(({ params }) => paramsKey(params) === key));
  const most = Math.max(0, ...groups.map(({ length }) => length));
  const means = groups.filter(({ length }) => length === most).flatMap((group) => candidate(group, true));
  const candidates = means.length > 0 ? means : trials.flatMap((trial) => candidate([trial], false));
  return candidates.toSorted((a, b) => toGain(b.value, goal) - toGain(a.value, goal))[0];
}

function candidate(trials: readonly Trial[], rescored: boolean): Best[] {
  const [first] = trials;
  const value = mean(trials.flatMap((trial) => valueOf(trial) ?? []));
  return first === undefined || value === undefined ? [] : [{ params: first.params, value, rescored }];
}

export function valueOf({ result }: Trial): number | undefined {
  return result?.outcome.state === 'complete' ? result.outcome.value : undefined;
}
