import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import { UserError } from '../model/errors.js';
import { refusedReason } from '../model/external.js';
import { launch, type Ending } from '../platform/process.js';
import { withoutPlaces } from '../report/paths.js';
import { breakCommands, clip, printableBlock, printableLine } from '../report/printable.js';
import type { AdapterCommand } from './adapters.js';
import type { Message } from './messages.js';

export interface ConversationOptions {
  readonly command: AdapterCommand;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly marker: string;
  /** For this machine's log: gets the last lines of its stderr when it fails, and what is said of the failure in full. */
  readonly warn: (text: string) => void;
  /** Gets the last lines of its stderr when it fails, as the log does. */
  readonly keep: (lastLines: string) => void;
}

/** One line in, one line out, in order. */
export interface Conversation {
  /** Sends all, and reads as many replies. UserErrors `external-crashed`, `external-hung`, `external-garbage`; the program is dead then. */
  say(messages: readonly Message[]): Promise<readonly unknown[]>;
  /** Also ends the program. */
  fail(code: string, message: string, fix?: string): UserError;
  /** Lets it end by itself for a moment, then kills it. */
  close(): Promise<void>;
}

/** Longer replies are no parameters. */
const longestLine = 1_000_000;
/** Characters of what it says in one sentence, and of what it says to do: that may list all options of a class, or many versions. */
const longestText = 300;
const longestFix = 1_000;
const stderrKept = 16_000;
const stderrLines = 30;
const closeMs = 2_000;
const killMs = 1_000;

export function converse(options: ConversationOptions): Conversation {
  const { command, cwd, env, marker } = options;
  // It may end right behind its refusal, which says more than its exit code.
  let [stderr, refuses] = ['', false];
  let dead: UserError | undefined;
  const fail: Conversation['fail'] = (code, message, fix) => {
    if (dead !== undefined) return dead;
    dead = announced({ code, message: `The external optimiser ${harmless(command.name)} ${message}`, fix }, stderr, options);
    program.stop(killMs);
    replies.lose(dead);
    return dead;
  };
  const replies = createReplies((message) => { fail('external-garbage', message, garbageFix); });
  const program = launch({
    argv: command.argv, cwd, env, marker, input: true,
    onOutput: (stream, chunk) => {
      if (stream === 'stdout') replies.read(chunk);
      else stderr = (stderr + chunk.toString('utf8')).slice(-stderrKept);
    },
  });
  const ended = program.ended.then((ending) => { if (!refuses) fail(...failureOf(ending, stderr, command)); });
  return {
    say: async (messages) => {
      if (dead !== undefined) throw dead;
      const answered = Promise.all(messages.map(async () => parsedReply(await replies.next(), fail)));
      program.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
      const found = await inTime(answered, messages, { command, fail });
      // What it wrote to stderr before it refused stands in another pipe, which is read later in the same round.
      refuses ||= found.some((reply) => typeof reply === 'object' && reply !== null && isRefusal(reply));
      if (refuses) await setImmediate();
      return found;
    },
    fail,
    close: async () => {
      dead ??= new UserError('external-closed', 'The search is over.');
      replies.lose(dead);
      await closed(program, ended);
    },
  };
}

async function inTime<T>(answered: Promise<T>, messages: readonly Message[], { command: { timeoutMs }, fail }: Pick<ConversationOptions, 'command'> & Pick<Conversation, 'fail'>): Promise<T> {
  const timer = setTimeout(() => { fail('external-hung', `has not answered ${harmless(String(messages.at(-1)?.['op']))} for ${timeoutMs / 1000} s.`, 'Raise `timeout` in `method`, or look at what it is doing.'); }, timeoutMs);
  return await answered.finally(() => { clearTimeout(timer); });
}

/** What it still says is of no interest. */
async function closed(program: ReturnType<typeof launch>, ended: Promise<void>): Promise<void> {
  const timer = setTimeout(() => { program.stop(killMs); }, closeMs);
  program.write('{"op":"close"}\n');
  await ended;
  clearTimeout(timer);
}

function passOn(stderr: string, { command, keep, warn }: ConversationOptions): void {
  if (stderr.trim() === '') return;
  const words = `${printableLine(command.name)} wrote to stderr:\n${lastLines(stderr)}`;
  keep(words);
  warn(words);
}

/** Goes into reports, which others read: the log alone says where things lie on this machine. */
function announced({ code, message, fix }: { readonly code: string; readonly message: string; readonly fix: string | undefined }, stderr: string, options: ConversationOptions): UserError {
  const { cwd, warn } = options;
  const [shown, shownFix] = [withoutPlaces(message, cwd), fix === undefined ? undefined : withoutPlaces(fix, cwd)];
  if (shown !== message || shownFix !== fix) warn(fix === undefined ? message : `${message}. ${fix}`);
  passOn(stderr, options);
  return new UserError(code, shown, { exitCode: code === refusedReason ? 2 : 3, ...(shownFix === undefined ? {} : { fix: shownFix }) });
}

/** Lines of its stdout, each for whoever waits longest. */
interface Replies {
  next(): Promise<string>;
  read(chunk: Uint8Array): void;
  /** Nobody waits any longer. */
  lose(error: UserError): void;
}

function createReplies(garbage: (message: string) => void): Replies {
  const waiting: { readonly take: (line: string) => void; readonly lose: (error: UserError) => void }[] = [];
  const decoder = new TextDecoder();
  let [pending, taken]: [string, string | undefined] = ['', undefined];
  return {
    next: async () => await new Promise<string>((take, lose) => { waiting.push({ take, lose }); }),
    read: (chunk) => {
      const lines = (pending + decoder.decode(chunk, { stream: true })).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) {
        const next = waiting.shift();
        if (next === undefined) { garbage(`wrote a line that nobody asked for: ${taken === undefined ? '' : `${harmless(taken)}, and then `}${harmless(line)}`); return; }
        taken = line;
        next.take(line);
      }
      if (pending.length > longestLine) garbage(`wrote a line of more than ${longestLine} characters: ${harmless(pending)}`);
    },
    lose: (error) => { for (const { lose } of waiting.splice(0)) lose(error); },
  };
}

function parsedReply(line: string, fail: Conversation['fail']): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw fail('external-garbage', `answered with something that is not JSON: ${harmless(line)}`, garbageFix);
  }
}

function failureOf(ending: Ending, stderr: string, command: AdapterCommand): Parameters<Conversation['fail']> {
  if (ending.kind === 'not-started') return ['external-not-started', `was not started: ${harmless(ending.message)}`, command.library === undefined ? 'See that its first word is in PATH, or is a path that is seen from the folder where trials run.' : 'Name an interpreter that is there, such as `python: .venv/bin/python` in `method`.'];
  return ['external-crashed', endingText(ending, stderr), command.library === undefined ? 'Look at what it wrote to stderr; docs/external-samplers.md lists the requests that it gets.' : `Look at what it wrote to stderr, and at \`options\` in \`method\`. Versions that are known to work: ${command.library.install}`];
}

const garbageFix = 'Its stdout is for one JSON object per request only; print to stderr.';

/** UserErrors `external-garbage` for a reply of another shape; for one with `"ok": false` `external-refused` (what the study file asks for), or `external-unable`. */
export function checkedReply<T extends { readonly ok: boolean }>(schema: z.ZodType<T>, reply: unknown, { fail }: Pick<Conversation, 'fail'>): Extract<T, { ok: true }> {
  const parsed = schema.safeParse(reply);
  if (!parsed.success) throw fail('external-garbage', `answered ${harmless(JSON.stringify(reply))}, which is no reply of the protocol`, 'docs/external-samplers.md lists the replies.');
  const { data } = parsed;
  if (isRefusal(data)) {
    const fix = data.fix === undefined ? undefined : harmless(data.fix, longestFix);
    throw data.unable === true ? fail('external-unable', `cannot go on: ${harmless(data.error)}`, fix) : fail(refusedReason, `refuses: ${harmless(data.error)}`, fix);
  }
  return data as Extract<T, { ok: true }>;
}

function isRefusal(reply: object): reply is { readonly error: string; readonly fix?: string; readonly unable?: boolean } {
  return 'ok' in reply && reply.ok === false;
}

function endingText(ending: Exclude<Ending, { kind: 'not-started' }>, stderr: string): string {
  const how = ending.kind === 'exited' ? `ended with exit code ${ending.code}` : `was ended by ${ending.signal}`;
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  return last === '' ? `${how} and wrote nothing to stderr` : `${how}: ${harmless(last)}`;
}

/** Text of another program ends in a job's log, where `::` and `##[` are commands, and in the report. */
export function harmless(text: string, longest = longestText): string {
  return clip(breakCommands(printableLine(text.trim())), longest);
}

function lastLines(text: string): string {
  return breakCommands(printableBlock(text.trimEnd().split('\n').slice(-stderrLines).map((line) => clip(line, 500)).join('\n')));
}
