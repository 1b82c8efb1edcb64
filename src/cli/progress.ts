import { timeLeftWords } from '../model/durationWords.js';
import type { Progress, ProgressState } from '../model/ports.js';
import { printable, type Terminal } from './terminal.js';

const clearLine = '\r\u001b[2K';
/** In a log, a line of progress at most this often, so that a long search neither floods nor looks dead. */
const plainIntervalMs = 10_000;
/** On a terminal a line that is rewritten while work holds the thread. */
const liveIntervalMs = 200;
/** On a terminal the time that is left goes down between two trials as well. */
const tickMs = 1000;

export interface TerminalProgress extends Progress {
  /** Takes the rewritten line away, so that what follows begins on a line of its own. */
  end(): void;
}

interface Options { readonly quiet: boolean; readonly now: () => number }

/** Progress on stderr: one rewritten line on a terminal, plain lines elsewhere, nothing with `--quiet`. */
export function createProgress(terminal: Terminal, { quiet, now }: Options): TerminalProgress {
  const write = (text: string): unknown => terminal.stderr.write(text);
  if (quiet) return { line: () => undefined, warn: (text) => write(`warning: ${printable(text)}\n`), progress: () => undefined, end: () => undefined };
  return isWatched(terminal) ? liveProgress(terminal, now) : plainProgress(write, now);
}

/** By a person, at a terminal that rewrites lines. */
function isWatched({ stderr, env }: Pick<Terminal, 'stderr' | 'env'>): boolean {
  return stderr.isTTY === true && env['CI'] === undefined;
}

/** The text is asked for only where it is shown. */
export type Tell = (text: () => string) => void;

/** Progress of what holds the thread, when no timer comes. Nothing of what is over in a moment. */
export function createBusyLine({ stderr, env }: Terminal, { quiet, now }: Options): { readonly tell: Tell; readonly end: () => void } {
  const isLive = isWatched({ stderr, env });
  let [lastMs, isShown] = [now(), false];
  return {
    tell: (text) => {
      if (quiet || now() - lastMs < (isLive ? liveIntervalMs : plainIntervalMs)) return;
      [lastMs, isShown] = [now(), isLive];
      stderr.write(isLive ? `${clearLine}${cut(printable(text()), stderr.columns)}` : `${printable(text())}\n`);
    },
    end: () => { if (isShown) stderr.write(clearLine); isShown = false; },
  };
}

/** Some terminals say that they have 0 columns. */
function cut(text: string, columns = 0): string {
  return text.slice(0, (columns > 0 ? columns : 80) - 1);
}

function plainProgress(write: (text: string) => unknown, now: () => number): TerminalProgress {
  const shown = new Map<string, number>();
  const line = (text: string): void => void write(`${printable(text)}\n`);
  return {
    line, warn: (text) => { line(`warning: ${text}`); }, end: () => undefined,
    progress: (state) => {
      if (!isOver(state) && now() - (shown.get(keyOf(state)) ?? -Infinity) < plainIntervalMs) return;
      shown.set(keyOf(state), now());
      write(`${progressText(state)}\n`);
    },
  };
}

interface Told { readonly state: ProgressState; readonly atMs: number }

function liveProgress({ stderr }: Terminal, now: () => number): TerminalProgress {
  const stages = new Map<string, Told>();
  let ticking: NodeJS.Timeout | undefined;
  let shown = '';
  const show = (): void => {
    const text = cut(statusText([...stages.values()], now()), stderr.columns);
    if (text !== '' || shown !== '') stderr.write(`${clearLine}${text}`);
    shown = text;
  };
  const line = (text: string): void => {
    stderr.write(`${shown === '' ? '' : clearLine}${text}\n${shown}`);
  };
  const end = (): void => {
    clearInterval(ticking);
    ticking = undefined;
    stages.clear();
    show();
  };
  const progress = (state: ProgressState): void => {
    ticking ??= setInterval(show, tickMs).unref();
    for (const [key, told] of stages) if (told.state.running === 0) stages.delete(key);
    stages.delete(keyOf(state));
    if (!isOver(state)) stages.set(keyOf(state), { state, atMs: now() });
    show();
    if (isOver(state)) line(progressText(state));
  };
  return { line: (text) => { line(printable(text)); }, warn: (text) => { line(printable(`warning: ${text}`)); }, progress, end };
}

function keyOf({ study, stage }: ProgressState): string {
  return `${study}\n${stage}`;
}

/** A stage that ended: its line stays. */
function isOver({ done, of, running }: ProgressState): boolean {
  return done >= of && running === 0;
}

/** One stage at length; two at once, a gate and a search beside it, in short. */
function statusText(stages: readonly Told[], nowMs: number): string {
  const current = stages.map(({ state, atMs }) => (state.secondsLeft === undefined ? state : { ...state, secondsLeft: state.secondsLeft - (nowMs - atMs) / 1000 }));
  const [only] = current;
  if (only === undefined) return '';
  if (current.length === 1) return progressText(only);
  return [printable(only.study), ...current.map((state) => `${state.stage} ${state.done}/${state.of} (${[`${state.running} running`, ...resultWords(state)].join(', ')})`)].join(' · ');
}

/** `spiral · search 7/20 · 2 running of 2 slots · best 0.981 · 12 s left` */
function progressText(state: ProgressState): string {
  const { study, stage, done, of, running, slots } = state;
  return [printable(study), `${stage} ${done}/${of}`, `${running} running of ${slots} ${slots === 1 ? 'slot' : 'slots'}`, ...resultWords(state)].join(' · ');
}

function resultWords({ elsewhere, best, secondsLeft, done, of }: ProgressState): readonly string[] {
  return [...(elsewhere === undefined ? [] : [`${elsewhere} of another program`]), ...(best === undefined ? [] : [`best ${Number(best.toPrecision(5))}`]), ...(secondsLeft === undefined || done >= of ? [] : [`${timeLeftWords(secondsLeft)} left`])];
}
