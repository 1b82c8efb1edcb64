import type { z } from 'zod';
import type { Params } from '../model/params.js';
import type { ExternalRequest } from '../model/external.js';
import type { StudyView } from '../model/ports.js';
import { seedFor } from '../model/seeds.js';
import { orAborted } from '../platform/abort.js';
import type { AdapterCommand } from './adapters.js';
import { withoutPlaces } from '../report/paths.js';
import { checkedReply, converse, harmless, type Conversation, type ConversationOptions } from './conversation.js';
import { protocol, startMessage, startReply, tellMessage, tellReply, type Message } from './messages.js';

export interface ExternalOptions extends ExternalRequest, Omit<ConversationOptions, 'command' | 'cwd' | 'keep'> {}
export type Setting = ExternalOptions & { readonly command: AdapterCommand };

/** Its answer to question `ask`, and the trial that was made of it. */
interface Proposal {
  readonly ask: number;
  /** undefined = there is nothing more to try. */
  readonly params: Params | undefined;
  /** The trial is to be stopped here for now. */
  readonly until?: number;
  /** A resting trial that is to go on. */
  readonly goesOn?: true;
  trial?: number;
  isTold?: true;
}

export interface State {
  conversation?: Conversation;
  opening?: Promise<Conversation>;
  /** How it calls itself, with its version. */
  called?: string;
  /** From its answer to `start`. */
  prunes: boolean;
  resumes: boolean;
  note?: string;
  /** From its stderr, once it has failed. */
  lastWords?: string;
  /** Answered and not taken yet. */
  open?: Proposal;
  /** It wants results before it proposes again. */
  waits: boolean;
  readonly taken: Proposal[];
  /** Number of a trial -> how it was told. */
  readonly told: Map<number, string>;
  /** Number of a trial -> reports told until it said stop. */
  readonly heard: Map<number, number>;
  asks: number;
  duplicates: number;
}

/** Starts the program for the first that needs it. */
export async function opened(state: State, view: StudyView, setting: Setting): Promise<Conversation> {
  state.opening ??= begin(state, view, setting);
  return await state.opening;
}

/** Another seed for a search that is taken up again: with its first one a random optimiser would propose the same points again. */
async function begin(state: State, view: StudyView, setting: Setting): Promise<Conversation> {
  const { command, prunes, warn } = setting;
  const conversation = conversing(state, setting);
  // Kept at once, so that `close` ends it whatever comes.
  state.conversation = conversation;
  const past = view.finished.length + view.running.length;
  const first = command.seed ?? setting.seed;
  const seed = past === 0 ? first : seedFor(`${first}:resumed`, past);
  const reply = await greeted(conversation, setting, seed);
  state.called = [reply.name, reply.version, command.sampler].filter((part) => part !== undefined).join(' ');
  state.prunes = prunes && reply.prunes === true;
  state.resumes = prunes && reply.resumes === true;
  if (reply.note !== undefined) {
    state.note = withoutPlaces(harmless(reply.note), setting.cwd);
    warn(state.note);
  }
  return conversation;
}

/** Starts the program only to hear whether it can do what the study wants; nothing of it is left. UserErrors `external-…`. */
export async function rehearsed(state: State, setting: Setting, signal: AbortSignal): Promise<void> {
  const conversation = conversing(state, setting);
  try {
    await orAborted(greeted(conversation, setting, setting.command.seed ?? setting.seed), signal);
  } finally {
    await conversation.close();
  }
}

function conversing(state: State, setting: Setting): Conversation {
  // For the report, whose renderers escape it as they do a trial's log: the marks that keep a job's log from obeying it would be shown there.
  return converse({ ...setting, keep: (lastLines) => { state.lastWords = withoutPlaces(lastLines.replaceAll('\u200B', ''), setting.cwd); } });
}

async function greeted(conversation: Conversation, setting: Setting, seed: number): Promise<Extract<z.infer<typeof startReply>, { ok: true }>> {
  const { command, prunes } = setting;
  const [answered] = await conversation.say([startMessage(setting, { seed, command, prunes })]);
  const reply = checkedReply(startReply, answered, conversation);
  if (!('protocol' in reply) || reply.protocol !== protocol) throw conversation.fail('external-protocol', `speaks protocol ${'protocol' in reply ? String(reply.protocol) : 'unknown'}, this is ${protocol}`, 'Use the adapter of this version of noregret, or answer "start" with that number.');
  return reply;
}

/** What it has not been told yet: results, and trials of elsewhere that are under way. */
export function newsOf(state: State, { finished, running }: StudyView, { goal }: ExternalRequest): readonly Message[] {
  return [...finished, ...running].sort((a, b) => a.number - b.number).flatMap((trial) => {
    const now = `${trial.state}:${trial.rests ?? 0}`;
    const before = state.told.get(trial.number);
    if (now === before) return [];
    const proposal = state.taken.findLast((one) => one.trial === trial.number && one.isTold !== true);
    if (trial.state === 'running' && (proposal !== undefined || before !== undefined)) return [];
    state.told.set(trial.number, now);
    if (proposal !== undefined) proposal.isTold = true;
    return [tellMessage(trial, { ask: proposal?.ask, heard: state.heard.get(trial.number) }, goal)];
  });
}

/** Tells the news, each of which is answered by a bare ok, and asks one thing: the reply to that, unchecked. */
export async function tellAndAsk(conversation: Conversation, news: readonly Message[], question: Message): Promise<unknown> {
  const replies = await conversation.say([...news, question]);
  for (const reply of replies.slice(0, -1)) checkedReply(tellReply, reply, conversation);
  return replies.at(-1);
}
