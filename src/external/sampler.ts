import { paramsKey, type Params } from '../model/params.js';
import type { ExternalRequest } from '../model/external.js';
import type { Sampler, StudyView } from '../model/ports.js';
import { seedFor } from '../model/seeds.js';
import { whyInvalid } from '../model/validity.js';
import { adapterCommand, type AdapterCommand } from './adapters.js';
import { checkedReply, converse, type Conversation, type ConversationOptions } from './conversation.js';
import { askReply, protocol, startMessage, startReply, tellMessage, tellReply, type Message } from './messages.js';

export interface ExternalOptions extends ExternalRequest, Omit<ConversationOptions, 'command' | 'cwd'> {}

/** Its answer to question `ask`, and the trial that was made of it. */
interface Proposal { readonly ask: number; readonly params: Params | undefined; trial?: number }

interface State {
  conversation?: Conversation;
  /** How it calls itself, with its version. */
  called?: string;
  /** Answered and not taken yet. */
  open?: Proposal;
  readonly taken: Proposal[];
  /** Number of a trial -> how it was told. */
  readonly told: Map<number, string>;
  asks: number;
  duplicates: number;
}

/** A space's constraints are nothing that another optimiser knows: so many points in a row that break one are told to be infeasible. */
const mostInfeasible = 100;

/**
 * Another program as sampler: one process for one search. It is told what it has not heard yet, then asked; everything
 * that it needs is in the history, so after a resume it is told all of it. UserErrors `external-…` from `prepare`.
 */
export function createExternalSampler(options: ExternalOptions): Sampler {
  const command = adapterCommand(options.options);
  const state: State = { taken: [], told: new Map(), asks: 0, duplicates: 0 };
  const name = `external: ${command.sampler === undefined ? command.name : `${command.name} ${command.sampler}`}`;
  let asking: Promise<void> | undefined;
  return {
    name,
    prepare: async (view, signal) => {
      giveBack(state, view);
      if (state.open !== undefined) return;
      asking ??= answer(state, view, { ...options, command }).finally(() => { asking = undefined; });
      await Promise.race([asking, aborted(signal)]);
    },
    suggest: ({ finished, running }) => {
      const { open } = state;
      if (open === undefined) throw new Error('suggest without prepare');
      // Nothing more to try: the same answer holds for good.
      if (open.params === undefined) return undefined;
      open.trial = finished.length + running.length;
      state.taken.push(open);
      delete state.open;
      const key = paramsKey(open.params);
      if ([...finished, ...running].some(({ params }) => paramsKey(params) === key)) state.duplicates += 1;
      return open.params;
    },
    explain: () => [
      ...(state.called === undefined ? [] : [`The trials were proposed by ${state.called}, an external optimiser.`]),
      ...(state.duplicates === 0 ? [] : [`${state.duplicates} of its proposals had been tried before and were measured again.`]),
    ],
    close: async () => { await state.conversation?.close(); },
  };
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

type Setting = ExternalOptions & { readonly command: AdapterCommand };

async function answer(state: State, view: StudyView, setting: Setting): Promise<void> {
  state.conversation ??= await begin(state, view, setting);
  const { conversation } = state;
  let news = newsOf(state, view, setting);
  for (let infeasible = 0; infeasible <= mostInfeasible; infeasible++) {
    const ask = state.asks++;
    const replies = await conversation.say([...news, { op: 'ask', ask }]);
    for (const reply of replies.slice(0, -1)) checkedReply(tellReply, reply, conversation);
    const reply = checkedReply(askReply, replies.at(-1), conversation);
    if (!('params' in reply)) { state.open = { ask, params: undefined }; return; }
    const params = reply['params'] as Params;
    const why = whyInvalid(setting.space, params);
    if (why === undefined) { state.open = { ask, params }; return; }
    if (why !== constraintBroken) throw conversation.fail('external-outside-space', `proposed a point outside of the search space: ${why}`, 'It must answer every active parameter with a value of its distribution (a choice\'s value, not its index), and nothing else.');
    news = [{ op: 'tell', ask, params, state: 'infeasible' }];
  }
  throw conversation.fail('external-outside-space', `proposed ${mostInfeasible + 1} points in a row that break a constraint`, 'Loosen the constraints, or choose a method of noregret: it draws within them.');
}

/** As `whyInvalid` words it. */
const constraintBroken = 'a constraint does not hold';

/** Another seed for a search that is taken up again: with its first one a random optimiser would propose the same points again. */
async function begin(state: State, view: StudyView, setting: Setting): Promise<Conversation> {
  const { command } = setting;
  const conversation = converse(setting);
  // Kept at once, so that `close` ends it whatever comes.
  state.conversation = conversation;
  const past = view.finished.length + view.running.length;
  const first = command.seed ?? setting.seed;
  const seed = past === 0 ? first : seedFor(`${first}:resumed`, past);
  const [answered] = await conversation.say([startMessage(setting, { seed, options: command.options, sampler: command.sampler })]);
  const reply = checkedReply(startReply, answered, conversation);
  if (!('protocol' in reply) || reply.protocol !== protocol) throw conversation.fail('external-protocol', `speaks protocol ${'protocol' in reply ? String(reply.protocol) : 'unknown'}, this is ${protocol}`, 'Use the adapter of this version of noregret, or answer "start" with that number.');
  state.called = [reply.name, reply.version, command.sampler].filter((part) => part !== undefined).join(' ');
  return conversation;
}

/** What it has not been told yet: results, and trials of elsewhere that are under way. */
function newsOf(state: State, { finished, running }: StudyView, { goal }: ExternalRequest): readonly Message[] {
  return [...finished, ...running].sort((a, b) => a.number - b.number).flatMap((trial) => {
    const now = `${trial.state}:${trial.rests ?? 0}`;
    const before = state.told.get(trial.number);
    if (now === before) return [];
    const ask = state.taken.findLast((proposal) => proposal.trial === trial.number)?.ask;
    if ((trial.state === 'running' && (ask !== undefined || before !== undefined))) return [];
    state.told.set(trial.number, now);
    return [tellMessage(trial, isTold(before) ? undefined : ask, goal)];
  });
}

function isTold(before: string | undefined): boolean {
  return before !== undefined && !before.startsWith('running');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => { resolve(); }, { once: true });
  });
}
