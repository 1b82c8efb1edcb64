import { z } from 'zod';
import { importanceMethods, type ImportanceMethod } from '../model/config.js';
import { UserError } from '../model/errors.js';
import type { Params } from '../model/params.js';
import { parsePythonJson } from '../model/pythonNumbers.js';
import type { StudyEvent } from '../model/study.js';
import type { Engine } from './engine.js';
import type { Told } from './told.js';

/** Most trials for one `ask`. */
const mostAtOnce = 1000;
/** Deeper values than any parameter has; reading them further would end in a stack overflow. */
const deepest = 32;
const words = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY } as const;
const number = z.union([z.number(), z.nan(), z.literal([Infinity, -Infinity]), z.enum(['NaN', 'Infinity', '-Infinity']).transform((word) => words[word])], { error: 'must be a number' });
const trial = z.int().min(0);
const states = z.enum(['complete', 'pruned', 'failed', 'infeasible']);
/** Not copied by a schema, which would lose a key such as __proto__ that the space has to refuse. */
const params = z.custom<Params>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), { error: 'must be an object of parameter values' });
const result = { value: number.optional(), state: states.optional(), duration: z.number().min(0).optional(), message: z.string().optional() };

const request = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('ask'), n: z.int().min(1).max(mostAtOnce).default(1) }),
  z.strictObject({ op: z.literal('tell'), trial, ...result }),
  z.strictObject({ op: z.literal('report'), trial, step: z.int(), value: number }),
  z.strictObject({ op: z.literal('best') }),
  z.strictObject({ op: z.literal('add'), params, ...result }),
  z.strictObject({ op: z.literal('importance'), method: z.enum(importanceMethods).default('auto') }),
  z.strictObject({ op: z.literal('running') }),
]);
type Request = z.infer<typeof request>;
const ops = request.options.map((option) => option.shape.op.value);

export interface AskTellOptions {
  readonly engine: Engine;
  /** True once the events are on the disk; false when nothing was written, since others wrote what they contradict. */
  readonly record: (events: readonly StudyEvent[]) => Promise<boolean>;
  /** What others have written to the study since. */
  readonly news?: () => Promise<readonly StudyEvent[]>;
}

/**
 * One request in, one reply out. A request that cannot be met, or whose outcome cannot be recorded, changes
 * nothing. What a reply says is on the disk. Rejects on a bug of ours only.
 */
export function createAskTell({ engine, record, news }: AskTellOptions): (line: string) => Promise<object> {
  const answer = async (line: string): Promise<object> => {
    const asked = parseRequest(line);
    for (;;) {
      if (news !== undefined) engine.apply(...await news());
      const step = planned(engine, asked);
      if (step.events.length > 0 && !(await record(step.events))) continue;
      engine.apply(...step.events);
      return { ok: true, ...step.reply(asked) };
    }
  };
  return async (line) => await answer(line).catch(refusalOf);
}

/** The reply to a line that cannot be met. */
export function refusal(code: string, message: string): { readonly ok: false; readonly error: { readonly code: string; readonly message: string } } {
  return { ok: false, error: { code, message } };
}

interface Planned { readonly events: readonly StudyEvent[]; readonly reply: (asked: Request) => object }

function planned(engine: Engine, asked: Request): Planned {
  switch (asked.op) {
    case 'ask': {
      const { events, trials, stop } = engine.ask(asked.n);
      return { events, reply: () => ({ trials, ...(stop === undefined ? {} : { done: true, reason: stop }) }) };
    }
    case 'tell': return { ...engine.tell(asked.trial, toldOf(asked, engine.over(asked.trial))), reply: () => ({}) };
    case 'report': {
      return { ...engine.report(asked.trial, asked.step, asked.value), reply: () => {
        const over = engine.over(asked.trial);
        return { prune: engine.shouldPrune(asked.trial), ...(over === undefined ? {} : { over }) };
      } };
    }
    case 'add': {
      const isMeasured = asked.value !== undefined || asked.state !== undefined;
      const { events, trial: added } = engine.add(asked.params, isMeasured ? toldOf(asked) : undefined);
      return { events, reply: () => (added === undefined ? {} : { trial: added }) };
    }
    case 'best': {
      const best = engine.best();
      return { events: [], reply: () => best ?? { trial: null } };
    }
    case 'importance': return { events: [], reply: () => importanceReply(engine, asked.method) };
    case 'running': return { events: [], reply: () => ({ trials: engine.running() }) };
  }
}

function importanceReply(engine: Engine, wanted: ImportanceMethod): object {
  const { method, shares } = engine.importance(wanted);
  return { importance: shares, method };
}

type Result = { readonly [K in 'value' | 'state' | 'duration' | 'message']?: Extract<Request, { op: 'tell' }>[K] | undefined } & { readonly params?: Params };

/** `over`: its reports said what it counts with. */
function toldOf({ value, state = 'complete', duration, message }: Result, over?: object): Told {
  if (state === 'complete' && value === undefined && over === undefined) throw new UserError('value-missing', 'value is missing; or say "state": "failed", "infeasible" or "pruned"');
  if (value !== undefined && (state === 'failed' || state === 'infeasible')) throw new UserError('value-unexpected', `a trial that is ${state} has no value`);
  return {
    state, ...(value === undefined ? {} : { value }), ...(duration === undefined ? {} : { seconds: duration }), ...(message === undefined ? {} : { message }),
  };
}

function parseRequest(line: string): Request {
  if (line.trim() === '') throw new UserError('empty-line', 'the line is empty');
  let value: unknown;
  try {
    value = parsePythonJson(line);
  } catch (error) {
    throw new UserError('bad-json', `no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UserError('bad-request', 'a request is an object with "op"');
  if (depthOf(value) > deepest) throw new UserError('bad-request', `values are nested more than ${deepest} deep`);
  const { op } = value as { readonly op?: unknown };
  if (!ops.some((known) => known === op)) throw new UserError('unknown-op', `op is ${op === undefined ? 'missing' : shown(op)}; there are ${ops.join(', ')}`);
  const parsed = request.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError('bad-request', parsed.error.issues.map(issueText).join('; '));
}

function issueText(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? `unknown: ${issue.keys.join(', ')}` : `${issue.path.join('.')}: ${issue.message}`;
}

function depthOf(value: unknown): number {
  let [depth, layer] = [0, [value]];
  for (; layer.length > 0 && depth <= deepest; depth++) layer = layer.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) as unknown[] : []));
  return depth;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** A user's error becomes a reply. */
function refusalOf(error: unknown): ReturnType<typeof refusal> {
  if (error instanceof UserError) return refusal(error.code, error.message);
  throw error;
}
