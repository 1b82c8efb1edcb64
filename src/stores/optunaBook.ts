import { paramsKey, type Params } from '../model/params.js';
import type { StudyEvent } from '../model/study.js';
import { subjectOf, type StudySubject } from '../model/studySubject.js';
import { createdOf } from './optunaEvents.js';
import { createOptunaLines, type OptunaLines } from './optunaLines.js';
import { createOptunaNews, fixedParams, type OptunaNews } from './optunaNews.js';
import { paramsOf } from './optunaOutcome.js';
import { readCreated } from './optunaOwn.js';
import { isFinished, type OptunaStudy, type OptunaTrial } from './optunaReplay.js';
import { writableDistribution } from './optunaSpace.js';
import { optunaLinesOf, type OptunaPlace, type OptunaWriterOptions } from './optunaWriter.js';
import { isAlive, type ProcessIdentity } from './processIdentity.js';

/** A journal as far as it was read, and one study of it that is written too. */
export interface OptunaBook {
  readonly lines: OptunaLines;
  /** Takes the study up; its whole log. `undefined`: there is none of this name. */
  open(name: string): readonly StudyEvent[] | undefined;
  /** The study was there, and was deleted. */
  isGone(): boolean;
  /** What others wrote of it since. */
  news(): StudyEvent[];
  /** An event of these cannot follow what the file holds. */
  contradicts(events: readonly StudyEvent[]): boolean;
  /** The lines of these events; they are read at once, so that ids go on. */
  write(events: readonly StudyEvent[]): Buffer;
  isElsewhere(trial: number): boolean;
}

interface Open { readonly study: OptunaStudy; readonly news: OptunaNews }

/** `by`: who runs the trials that begin here. `name` of the file, for errors. */
export function createOptunaBook(name: string, { worker, by }: { readonly worker: string; readonly by?: ProcessIdentity }): OptunaBook {
  const lines = createOptunaLines(name);
  const live: { open: Open | undefined; wanted: string; subject: StudySubject | undefined } = { open: undefined, wanted: '', subject: undefined };
  const find = (): OptunaStudy | undefined => lines.replay.studies.find((one) => one.name === live.wanted);

  const open = (wanted: string): readonly StudyEvent[] | undefined => {
    live.wanted = wanted;
    const study = find();
    if (study === undefined) { live.open = undefined; return undefined; }
    const { event, metric } = createdOf(study);
    for (const trial of study.trials) study.changed.add(trial);
    live.subject = subjectOf(event.identity);
    live.open = { study, news: createOptunaNews(study, metric) };
    return [event, ...live.open.news.take()];
  };
  const linesOf = (event: StudyEvent): Buffer => {
    if (event.type === 'created') live.subject = subjectOf(event.identity);
    if (live.subject === undefined) throw new Error('a log that Optuna is to read begins with metric and space');
    const options: OptunaWriterOptions = { worker, by, studyName: live.wanted, metric: live.subject.metric };
    const data = Buffer.from(optunaLinesOf(event, placeOf(lines, live.open, live.subject), options));
    lines.push(data);
    if (event.type === 'created') open(live.wanted);
    else live.open?.news.take();
    return data;
  };
  return {
    lines, open,
    isGone: () => live.open !== undefined && find() !== live.open.study,
    news: () => live.open?.news.take() ?? [],
    contradicts: (events) => contradiction(events, live.open, find()),
    write: (events) => Buffer.concat(events.map(linesOf)),
    isElsewhere: (trial) => {
      const last = live.open?.news.attempts[trial];
      if (last === undefined || isFinished(last.trial)) return false;
      const runner = last.own.by;
      return last.own.attempt === 0 || (runner !== undefined && runner.id !== by?.id && isAlive(runner) !== false);
    },
  };
}

function placeOf({ replay }: OptunaLines, open: Open | undefined, { space }: StudySubject): OptunaPlace {
  return {
    studyId: open?.study.id, nextStudyId: replay.nextStudyId, nextTrialId: replay.nextTrialId,
    attempt: (number) => {
      const trial = open?.news.attempts[number]?.trial;
      return trial && { id: trial.id, isOpen: !isFinished(trial), lastStep: lastStepOf(trial) };
    },
    waiting: (params) => open && waitingTrial(open.study, params)?.id,
    distribution: (name, value) => writableDistribution({ name, value, ours: space.parameters.find((one) => one.name === name)?.distribution, theirs: open?.study.distributions.get(name) }),
  };
}

function waitingTrial(study: OptunaStudy, params: Params): OptunaTrial | undefined {
  if (study.begun === study.trials.length) return undefined;
  const key = paramsKey(params);
  return study.trials.find((trial) => {
    const fixed = trial.begunAt === undefined ? fixedParams(trial) : undefined;
    return fixed !== undefined && paramsKey(fixed) === key;
  });
}

function lastStepOf({ facts }: OptunaTrial): number {
  let furthest = -Infinity;
  for (const fact of facts) if (fact.kind === 'report') furthest = Math.max(furthest, fact.step);
  return furthest;
}

/** The same number for something else is a number that is taken. */
function isNextOf({ attempt, params }: Extract<StudyEvent, { type: 'started' }>, { own, trial }: OptunaNews['attempts'][number]): boolean {
  return own.attempt > 0 && attempt === own.attempt + 1 && paramsKey(params) === paramsKey(paramsOf(trial));
}

/** Numbers and attempts follow from what the file holds; what has ended stays as it is. */
function contradiction(events: readonly StudyEvent[], open: Open | undefined, study: OptunaStudy | undefined): boolean {
  const attempts = open?.news.attempts ?? [];
  let next = attempts.length;
  return events.some((event) => {
    switch (event.type) {
      case 'created': return study !== undefined && (open?.study !== study || readCreated(study) !== undefined);
      case 'started': {
        const before = attempts[event.trial];
        return before === undefined ? event.trial !== next++ : !isNextOf(event, before);
      }
      case 'reported': case 'finished': {
        const before = attempts[event.trial];
        return before === undefined ? event.trial >= next : isFinished(before.trial);
      }
      case 'froze': case 'ended': return false;
    }
  });
}
