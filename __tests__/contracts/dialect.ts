import { describe, expect, test } from '@jest/globals';
import { configText } from '../../src/app/initTemplates.js';
import { parseConfig } from '../../src/config/parse.js';
import type { Draft } from '../../src/dialects/dialect.js';
import { detectDialect, forceDialect, readDialect } from '../../src/dialects/detect.js';
import { dialectDocuments } from '../../src/dialects/documents.js';
import { dialects } from '../../src/dialects/index.js';
import { parameterLines, parameterNotes } from '../../src/dialects/lines.js';
import { createRng } from '../../src/math/rng.js';
import { UserError } from '../../src/model/errors.js';
import type { ParamValue } from '../../src/model/params.js';
import type { Distribution, SearchSpace } from '../../src/model/searchSpace.js';
import { pruners } from '../../src/pruners/index.js';
import { samplers } from '../../src/samplers/index.js';

export interface DialectCase {
  /** A study of the tool, with all that is read of it. */
  readonly example: string;
  readonly part?: string;
  /** What is read besides parameters: name, metric, goal, trials, time, method, threshold, earlyTerminate, command, argsMacro. */
  readonly study: Partial<Draft>;
  /** The YAML under `parameters:`, without comments. */
  readonly lines: readonly string[];
  /** Each must match one note, and each note one of these. */
  readonly notes: readonly RegExp[];
  /** The example with a key `zzz` in each place where it must be named. */
  readonly unknown: readonly string[];
  /** Texts that are refused, and what the error says; `file:LINE: field …` where the text has it. */
  readonly bad: Readonly<Record<string, readonly [text: string, message: RegExp]>>;
  /** A file with one parameter x of this kind, for the kinds that the tool has and that mean the same here. */
  readonly write: { readonly [K in keyof Kinds]?: (d: Kinds[K]) => string };
}

/** Distributions of the round trip. */
interface Kinds {
  constant: { value: ParamValue };
  texts: { choices: readonly string[] };
  numbers: { choices: readonly number[] };
  weighted: { choices: readonly string[]; probabilities: readonly number[] };
  whole: { low: number; high: number };
  uniform: { low: number; high: number };
  log: { low: number; high: number };
  wholeLog: { low: number; high: number };
  steps: { low: number; high: number; q: number };
  normal: { mu: number; sigma: number };
  logNormal: { mu: number; sigma: number };
}

interface ReadText { readonly draft: Draft; readonly lines: readonly string[]; readonly notes: readonly string[]; readonly space: SearchSpace | undefined; readonly errors: readonly string[] }

/** Reads a text as `noregret init --from` does, to the configuration that it would write. */
export function readText(text: string, { dialect, part }: { readonly dialect?: string; readonly part?: string } = {}): ReadText & { readonly tool: string } {
  const documents = dialectDocuments(text, 'file');
  const found = dialect === undefined ? detectDialect(documents, dialects) : forceDialect(documents, dialects, { name: dialect, file: 'file' });
  if (found === undefined) throw new UserError('dialect-unknown', 'file is known to nobody', { fix: 'none' });
  const draft = readDialect(found, { file: 'file', ...(part === undefined ? {} : { part }) });
  const lines = parameterLines(draft.parameters);
  const notes = [...draft.notes, ...parameterNotes(draft.parameters)];
  if (!draft.parameters.some(({ form }) => form.said)) throw new UserError('dialect-empty', `nothing can be said: ${notes.join('; ')}`, { fix: 'none' });
  const { name = 'x', command = ['python', '${args}'], metric = 'm', goal = 'minimize', trials, time, method, threshold, earlyTerminate } = draft;
  const written = configText({ name, command, metric, goal, parameters: [...draft.notes.map((note) => `# ${note}`), ...lines], ...(trials === undefined ? {} : { trials }), ...(time === undefined ? {} : { time }), ...(method === undefined ? {} : { method }), ...(threshold === undefined ? {} : { threshold }), ...(earlyTerminate === undefined ? {} : { earlyTerminate }) });
  const { config, diagnostics } = parseConfig({ text: written, path: 'noregret.yml', samplers, pruners });
  return { tool: found.reader.tool, draft, lines, notes, space: config?.space, errors: diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message) };
}

/** The error that a text gets; a bug is thrown on. */
export function refusal(text: string, options: { readonly dialect?: string; readonly part?: string } = {}): UserError | undefined {
  try {
    readText(text, options);
    return undefined;
  } catch (error) {
    if (error instanceof UserError && error.fix !== undefined && error.message !== '') return error;
    throw error;
  }
}

/** What the parts of the round trip become here. */
const ours: { readonly [K in keyof Kinds]: (d: Kinds[K]) => Distribution } = {
  constant: ({ value }) => ({ name: 'constant', value }),
  texts: ({ choices }) => ({ name: 'categorical', choices }),
  numbers: ({ choices }) => ({ name: 'categorical', choices }),
  weighted: ({ choices, probabilities }) => ({ name: 'categorical', choices, probabilities }),
  whole: (d) => ({ name: 'int_uniform', ...d }),
  uniform: (d) => ({ name: 'uniform', ...d }),
  log: (d) => ({ name: 'log_uniform_values', ...d }),
  wholeLog: (d) => ({ name: 'q_log_uniform_values', ...d, q: 1, integer: true }),
  steps: (d) => ({ name: 'q_uniform', ...d, integer: false }),
  normal: (d) => ({ name: 'normal', ...d }),
  logNormal: (d) => ({ name: 'log_normal', ...d }),
};

/** Some of each kind, with round and with crooked numbers, negative and tiny ones. */
function samples(): { readonly [K in keyof Kinds]: readonly Kinds[K][] } {
  const rng = createRng('dialect round trip');
  const digits = (x: number): number => Number(x.toPrecision(4));
  const reals = Array.from({ length: 12 }, () => ({ low: digits(rng.uniform() * 10 - 8), high: digits(3 + rng.uniform() * 1000) }));
  const positive = Array.from({ length: 12 }, () => { const low = digits(10 ** (rng.uniform() * -9)); return { low, high: digits(low * 10 ** (0.2 + rng.uniform() * 6)) }; });
  const wholes = Array.from({ length: 12 }, () => { const low = Math.floor(rng.uniform() * 50) - 20; return { low, high: low + 1 + Math.floor(rng.uniform() * 500) }; });
  const bells = Array.from({ length: 6 }, () => ({ mu: digits(rng.uniform() * 6 - 3), sigma: digits(0.01 + rng.uniform()) }));
  return {
    constant: [{ value: 5 }, { value: 0.25 }, { value: 'adam' }, { value: true }],
    texts: [{ choices: ['sgd', 'adam'] }, { choices: ['a b', 'c:d', 'true', '1', 'no'] }],
    numbers: [{ choices: [16, 32, 64] }, { choices: [0.1, 1e-5, -3] }],
    weighted: [{ choices: ['sgd', 'adam', 'lamb'], probabilities: [0.2, 0.3, 0.5] }],
    whole: [{ low: 0, high: 1 }, ...wholes], uniform: [{ low: 0, high: 1 }, { low: -1, high: 0.5 }, ...reals], log: [{ low: 1e-5, high: 0.1 }, ...positive],
    wholeLog: [{ low: 1, high: 1024 }, { low: 3, high: 4 }],
    steps: [{ low: 0, high: 1, q: 0.25 }, { low: 8, high: 64, q: 8 }, { low: -0.3, high: 0.6, q: 0.1 }],
    normal: [{ mu: 0, sigma: 1 }, ...bells], logNormal: [{ mu: -1.5, sigma: 0.5 }, ...bells],
  };
}

/** Texts in the dialect, and what each must become here. */
function writtenAs<K extends keyof Kinds>(kind: K, write: Pick<DialectCase['write'], K>): readonly (readonly [string, Distribution])[] {
  const say = write[kind];
  return say === undefined ? [] : samples()[kind].map((d) => [say(d), ours[kind](d)]);
}

/** Equal but for the last digits, which exponents cost. */
function near(found: unknown, wanted: unknown): boolean {
  if (typeof found === 'number' && typeof wanted === 'number') return Math.abs(found - wanted) <= 1e-9 * Math.max(Math.abs(wanted), 1e-12);
  if (typeof found !== 'object' || typeof wanted !== 'object' || found === null || wanted === null) return found === wanted;
  const [a, b] = [Object.entries(found), Object.entries(wanted)];
  return a.length === b.length && a.every(([key, value]) => near(value, (wanted as Record<string, unknown>)[key]));
}

/** What every reader of another tool's search spaces owes. */
export function dialectContract(dialect: string, { example, part, study, lines, notes, unknown, bad, write }: DialectCase): void {
  const options = part === undefined ? {} : { part };
  const tool = dialects[dialect]?.tool ?? 'no such dialect';
  describe(`dialect contract: ${dialect}`, () => {
    test('is known by its content, by this reader and no other', () => {
      expect(dialectDocuments(example, 'file').flatMap((document) => Object.entries(dialects).filter(([, reader]) => reader.detects(document)).map(([name]) => name))).toEqual([dialect]);
      expect(readText(example, options).tool).toBe(tool);
      expect(readText(example, { ...options, dialect }).lines).toEqual(readText(example, options).lines);
    });

    test('is read as a person reads it, and makes a valid configuration', () => {
      const found = readText(example, options);
      expect(Object.fromEntries(Object.entries(found.draft).filter(([key]) => !['parameters', 'notes', 'scope'].includes(key)))).toEqual(study);
      expect(found.lines.filter((line) => !line.trimStart().startsWith('#'))).toEqual(lines);
      expect(found.errors).toEqual([]);
      expect(found.space?.parameters.length).toBeGreaterThan(0);
    });

    test('what is changed, left out or not read is named, nothing else is said', () => {
      const found = readText(example, options).notes;
      for (const note of notes) expect(found).toEqual(expect.arrayContaining([expect.stringMatching(note)]));
      expect(found.filter((note) => !notes.some((known) => known.test(note)))).toEqual([]);
      expect(unknown.length).toBeGreaterThan(0);
      for (const text of unknown) {
        expect(text).toContain('zzz');
        expect(readText(text, options).notes.join('\n')).toContain('zzz');
      }
    });

    const kinds = Object.keys(write) as (keyof Kinds)[];
    test.each(kinds)('a space of ours, written in the dialect, comes back: %s', (kind) => {
      const found = writtenAs(kind, write);
      expect(found.length).toBeGreaterThan(0);
      for (const [text, wanted] of found) {
        const { space, errors } = readText(text, options);
        expect({ text, errors }).toEqual({ text, errors: [] });
        const distribution = space?.parameters.find(({ name }) => name === 'x')?.distribution;
        if (!near(distribution, wanted)) expect({ text, distribution }).toEqual({ text, distribution: wanted });
      }
    });

    test('a name that objects of JavaScript have is kept, and the one that cannot be is refused', () => {
      const [text = ''] = kinds.flatMap((kind) => writtenAs(kind, write).map(([one]) => one));
      const as = (name: string): string => text.replaceAll(/(?<![A-Za-z0-9_])x(?![A-Za-z0-9_])/g, name);
      const plain = readText(text, options).space?.parameters.find(({ name }) => name === 'x')?.distribution;
      expect(plain).toBeDefined();
      for (const wanted of ['constructor', 'toString', 'hasOwnProperty']) {
        const { space, errors } = readText(as(wanted), options);
        expect({ errors, distribution: space?.parameters.find(({ name }) => name === wanted)?.distribution }).toEqual({ errors: [], distribution: plain });
      }
      expect(refusal(as('__proto__'), options)?.message).toMatch(/"__proto__"(, which)? cannot be a name/);
    });

    test.each(Object.entries(bad))('refused: %s', (_title, [text, message]) => {
      const error = refusal(text, options);
      expect(error?.message).toMatch(message);
    });

    test('a file that holds everything twice is refused', () => {
      expect(refusal(`${example}\n${example}`, options)).toBeInstanceOf(UserError);
    });

    test('cut anywhere or damaged anywhere, it is read or refused in words', () => {
      const random = createRng(`damage ${dialect}`);
      for (let end = 0; end < example.length; end += Math.max(1, Math.floor(example.length / 60))) refusal(example.slice(0, end), { ...options, dialect });
      for (let round = 0; round < 60; round++) {
        const chars = Array.from(example);
        for (let i = 0; i < 3; i++) chars[Math.floor(random.uniform() * chars.length)] = '{}[]:,-#&*!"\'0e.\n '.charAt(Math.floor(random.uniform() * 18));
        refusal(chars.join(''), { ...options, dialect });
      }
      expect(refusal(example, options)).toBeUndefined();
    });
  });
}
