import { UserError } from '../model/errors.js';
import type { StudyEvent } from '../model/study.js';
import { eventsOf } from '../stores/optunaEvents.js';
import type { OptunaStudy, OptunaTrial } from '../stores/optunaReplay.js';
import { ChoiceNeeded } from './choiceNeeded.js';
import { isFields } from './fields.js';
import type { ImportChoice, ImportedStudy } from './importer.js';
import { refuseReserved } from './names.js';
import { oneOfSeveral } from './objective.js';

/** A study of Optuna, whatever it was stored in. One of several objectives may be chosen by name or number. */
export function optunaStudyOf(study: OptunaStudy, format: 'optuna-journal' | 'optuna-sqlite'): ImportedStudy {
  return {
    name: study.name, trials: study.trials.length,
    read: (choice = {}) => {
      const { one, notes: chosen } = withOneObjective(study, choice);
      const { events, notes } = eventsOf(one);
      return { events: { [Symbol.iterator]: () => renamed(events, study.name, format) }, notes: [...chosen, ...notes], space: 'declared' };
    },
  };
}

function* renamed(events: Iterable<StudyEvent>, study: string, format: string): Generator<StudyEvent, void> {
  for (const event of events) {
    if (event.type === 'started') refuseReserved(study, event.params, 'parameter');
    // What waits to be tried.
    if (event.type === 'froze' && isFields(event.value)) refuseReserved(study, event.value, 'parameter');
    if (event.type === 'finished') refuseReserved(study, event.result.metrics, 'metric');
    yield named(event, format);
  }
}

function named(created: StudyEvent, format: string): StudyEvent {
  return created.type === 'created' && created.identity['from'] !== undefined ? { ...created, identity: { ...created.identity, from: format } } : created;
}

function withOneObjective(study: OptunaStudy, { metric, goal }: ImportChoice): { readonly one: OptunaStudy; readonly notes: readonly string[] } {
  const named = study.systemAttrs.get('study:metric_names');
  const names = study.directions.map((_, i) => (Array.isArray(named) && typeof named[i] === 'string' ? named[i] : undefined));
  const at = metric === undefined ? 0 : names.findIndex((name, i) => (name ?? defaultName(i, names.length)) === metric);
  if (metric === undefined && names.length > 1) throw new ChoiceNeeded('metric', { code: 'two-objectives', message: `The study ${JSON.stringify(study.name)} has ${names.length} objectives; noregret looks at one: ${names.map((name, i) => name ?? defaultName(i, names.length)).join(', ')}.`, fix: `Name it: --metric ${names[0] ?? defaultName(0, names.length)}.` });
  // A single objective without a name takes the one that is given.
  const isRenamed = at === -1 && names.length === 1 && names[0] === undefined;
  if (at === -1 && !isRenamed) throw new UserError('metric-unknown', `The study ${JSON.stringify(study.name)} has no objective ${JSON.stringify(metric)}; it has ${names.map((name, i) => name ?? defaultName(i, names.length)).join(', ')}.`, { fix: 'Name one of these: --metric NAME.' });
  const index = Math.max(0, at);
  const direction = study.directions[index] ?? 1;
  if (goal !== undefined && direction !== 0 && goal !== (direction === 2 ? 'maximize' : 'minimize')) throw new UserError('goal-differs', `${study.name}: --goal ${goal}, but the study was created to ${direction === 2 ? 'maximize' : 'minimize'}.`, { fix: 'Leave out --goal.' });
  if (metric === undefined && names.length === 1) return { one: study, notes: [] };
  const systemAttrs = new Map(study.systemAttrs).set('study:metric_names', [metric]);
  const trials = names.length === 1 ? study.trials : study.trials.map((trial): OptunaTrial => ({ ...trial, values: trial.values === undefined ? undefined : [trial.values[index] ?? null] }));
  return {
    one: { ...study, directions: [direction], systemAttrs, trials },
    notes: names.length === 1 ? [] : [oneOfSeveral(names.length, metric ?? '')],
  };
}

function defaultName(index: number, count: number): string {
  return count === 1 ? 'value' : `values_${index}`;
}

