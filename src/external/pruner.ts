import type { LossTrial, Pruner, StudyView } from '../model/ports.js';
import { checkedReply } from './conversation.js';
import { reportMessage, reportReply } from './messages.js';
import { newsOf, opened, tellAndAsk, type Setting, type State } from './session.js';

type Answer = 'continue' | 'stop';

/**
 * Another program as pruner. Each report is sent once the one before is answered, and none after a stop: its decisions
 * are those of its own loop, however fast the trial goes on meanwhile. It is a pruner only after it has said so.
 */
export function createExternalPruner(state: State, setting: Setting): Pruner {
  /** Number of a trial that runs -> the answer to its last report. */
  const answers = new Map<number, Promise<Answer>>();
  const next = ({ finished }: StudyView): number | undefined => {
    const number = takeUp(state, finished);
    if (number !== undefined) answers.delete(number);
    return number;
  };
  return {
    get name() { return nameOf(state, setting); },
    get next() { return state.resumes ? next : undefined; },
    until: (_view, trial) => untilOf(state, trial),
    decide: (_view, { number, intermediate }) => ((intermediate.at(-1)?.step ?? -Infinity) >= (untilOf(state, number) ?? Infinity) ? 'stop' : 'continue'),
    consult: (view, trial) => {
      if (state.conversation !== undefined && state.called !== undefined && !state.prunes) return undefined;
      const at = trial.intermediate.length;
      const answered = (answers.get(trial.number) ?? Promise.resolve('continue' as const)).then(async (before) => (before === 'stop' ? before : await consult(state, setting, { view, trial, at })));
      answers.set(trial.number, answered);
      return answered;
    },
  };
}

function nameOf({ prunes, resumes }: State, { command }: Setting): string {
  return prunes || resumes ? `${command.name} ${command.pruner?.name ?? command.sampler ?? ''}`.trimEnd() : 'never';
}

/** The resting trial of its last answer, if that was one. */
function takeUp(state: State, finished: readonly LossTrial[]): number | undefined {
  const { open } = state;
  if (open?.goesOn === undefined || !finished.some(({ number }) => number === open.trial)) return undefined;
  state.taken.push(open);
  delete state.open;
  if (open.trial !== undefined) state.heard.delete(open.trial);
  return open.trial;
}

function untilOf({ taken }: State, trial: number): number | undefined {
  return taken.findLast((one) => one.trial === trial)?.until;
}

interface Heard { readonly view: StudyView; readonly trial: LossTrial; /** Number of the report among the trial's, from 1. */ readonly at: number }

async function consult(state: State, setting: Setting, { view, trial, at }: Heard): Promise<Answer> {
  const conversation = await opened(state, view, setting);
  const report = trial.intermediate[at - 1];
  if (!state.prunes || report === undefined) return 'continue';
  const ask = state.taken.findLast((one) => one.trial === trial.number)?.ask;
  // A trial that it did not propose is announced first.
  const news = ask === undefined && !state.told.has(trial.number) ? newsOf(state, { ...view, finished: [], running: [trial] }, setting) : [];
  const { stop } = checkedReply(reportReply, await tellAndAsk(conversation, news, reportMessage(trial.number, report, { ask, goal: setting.goal })), conversation);
  if (stop) state.heard.set(trial.number, at);
  return stop ? 'stop' : 'continue';
}
