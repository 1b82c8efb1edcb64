import { paramsKey, type Params } from '../model/params.js';
import type { ExternalOptimiser } from '../model/external.js';
import type { Sampler, StudyView } from '../model/ports.js';
import type { GivenTrial } from '../model/trial.js';
import { orAborted } from '../platform/abort.js';
import { allowedText } from '../model/distributionImage.js';
import { firstOutside, whyInvalid } from '../model/validity.js';
import { adapterCommand, type AdapterCommand } from './adapters.js';
import { checkedReply, type Conversation } from './conversation.js';
import { askReply } from './messages.js';
import { createExternalPruner } from './pruner.js';
import { newsOf, opened, rehearsed, tellAndAsk, type ExternalOptions, type Setting, type State } from './session.js';

/** A space's constraints are nothing that another optimiser knows: so many points in a row that break one are told to be infeasible. */
const mostInfeasible = 100;

/**
 * Another program as sampler and, if it says so, as pruner: one process for one search. It is told what it has not heard
 * yet, then asked; everything that it needs is in the history, so after a resume it is told all of it. UserErrors
 * `external-…` from `prepare` and `consult`.
 */
export function createExternalOptimiser(options: ExternalOptions): ExternalOptimiser {
  const setting = { ...options, command: adapterCommand(options.options) };
  const state: State = { prunes: false, resumes: false, waits: false, taken: [], told: new Map(), heard: new Map(), asks: 0, duplicates: 0 };
  return {
    sampler: createExternalSampler(state, setting), pruner: createExternalPruner(state, setting), lastWords: () => state.lastWords,
    rehearse: async (signal) => { await rehearsed(state, setting, signal); },
  };
}

function createExternalSampler(state: State, setting: Setting): Sampler {
  let asking: Promise<void> | undefined;
  return {
    name: `external: ${titleOf(setting.command)}`,
    prepare: async (view, signal) => {
      giveBack(state, view);
      if (state.open !== undefined) return;
      asking ??= answer(state, view, setting).finally(() => { asking = undefined; });
      await orAborted(asking, signal);
    },
    waits: () => state.waits,
    suggest: (view) => take(state, view),
    explain: (view, given = []) => [
      ...proposedBy(state, view, given),
      ...endedEarly(state, view, setting),
      ...(state.note === undefined ? [] : [state.note]),
      ...(state.duplicates === 0 ? [] : [`${state.duplicates} of its proposals had been tried before and were measured again.`]),
    ],
    close: async () => { await state.conversation?.close(); },
  };
}

const givenWords = { defaults: 'the declared defaults', incumbent: 'main\'s best configuration' } as const;

/** What stood in the configuration or in main's history is none of its proposals. */
function proposedBy({ called }: State, { finished, running }: StudyView, given: readonly GivenTrial[]): readonly string[] {
  if (called === undefined) return [];
  if (given.length === 0) return [`The trials were proposed by ${called}, an external optimiser.`];
  const all = finished.length + running.length;
  return [`${all - given.length} of the ${all} trials ${all - given.length === 1 ? 'was' : 'were'} proposed by ${called}, an external optimiser; ${given.map(({ number, anchor }) => `trial ${number} is ${givenWords[anchor]}`).join(', ')}.`];
}

function endedEarly({ called, open }: State, { finished, running }: StudyView, { budget, command }: Setting): readonly string[] {
  const all = finished.length + running.length;
  return open === undefined || open.params !== undefined || all >= budget ? [] : [`${called ?? command.name} ended the search after ${all} of the ${budget} trials of the budget: it had nothing more to try.`];
}

function titleOf({ name, sampler }: AdapterCommand): string {
  return sampler === undefined ? name : `${name} ${sampler}`;
}

function take(state: State, { finished, running }: StudyView): Params | undefined {
  const { open } = state;
  if (state.waits) return undefined;
  if (open === undefined) throw new Error('suggest without prepare');
  // Nothing more to try: the same answer holds for good.
  if (open.params === undefined) return undefined;
  open.trial = finished.length + running.length;
  state.taken.push(open);
  delete state.open;
  const key = paramsKey(open.params);
  if ([...finished, ...running].some(({ params }) => paramsKey(params) === key)) state.duplicates += 1;
  return open.params;
}

/** A proposal whose trial was not begun after all (another program took its number) is still to be tried. */
function giveBack(state: State, { finished, running }: StudyView): void {
  const last = state.taken.at(-1);
  if (last?.params === undefined || state.told.has(last.trial ?? -1)) return;
  const key = paramsKey(last.params);
  if ([...finished, ...running].some(({ number, params }) => number === last.trial && paramsKey(params) === key)) return;
  state.taken.pop();
  state.open = last;
}

async function answer(state: State, view: StudyView, setting: Setting): Promise<void> {
  state.waits = false;
  const conversation = await opened(state, view, setting);
  let news = newsOf(state, view, setting);
  for (let infeasible = 0; infeasible <= mostInfeasible; infeasible++) {
    const ask = state.asks++;
    const reply = checkedReply(askReply, await tellAndAsk(conversation, news, { op: 'ask', ask }), conversation);
    const limit = typeof reply['until'] === 'number' ? { until: reply['until'] } : {};
    if ('trial' in reply) { state.open = { ask, ...limit, goesOn: true, ...resting(state, view, { number: Number(reply['trial']), conversation }) }; return; }
    if ('wait' in reply) {
      if (view.running.length === 0) throw conversation.fail('external-garbage', 'wants to wait for results while no trial is running', 'Answer "ask" with params, or with {"ok":true,"done":true}.');
      state.waits = true;
      return;
    }
    if (!('params' in reply)) { state.open = { ask, params: undefined }; return; }
    const params = reply['params'] as Params;
    const why = whyInvalid(setting.space, params);
    if (why === undefined) { state.open = { ask, params, ...limit }; return; }
    if (why !== constraintBroken) throw conversation.fail('external-outside-space', `proposed a point outside of the search space: ${why}${rangeText(setting, params)}`, 'It must answer every active parameter with a value of its distribution (a choice\'s value, not its index), and nothing else.');
    news = [{ op: 'tell', ask, params, state: 'infeasible' }];
  }
  throw conversation.fail('external-outside-space', `proposed ${mostInfeasible + 1} points in a row that break a constraint`, 'Loosen the constraints, or choose a method of noregret: it draws within them.');
}

function rangeText({ space }: Setting, params: Params): string {
  const outside = firstOutside(space, params);
  return outside === undefined ? '' : `, it takes ${allowedText(outside.distribution)}`;
}

/** As `whyInvalid` words it. */
const constraintBroken = 'a constraint does not hold';

function resting({ resumes }: State, { finished }: StudyView, { number, conversation }: { readonly number: number; readonly conversation: Conversation }): { readonly trial: number; readonly params: Params } {
  const trial = finished.find((one) => one.number === number && one.state === 'pruned');
  if (trial === undefined || !resumes) throw conversation.fail('external-garbage', `wants trial ${number} to go on, which ${resumes ? 'does not rest' : 'it did not announce'}`, 'Only a trial that was told as pruned can go on, and only if "start" was answered with "resumes": true.');
  return { trial: number, params: trial.params };
}
