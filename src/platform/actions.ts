import * as core from '@actions/core';
import type { Clock, Progress, ProgressState } from '../model/ports.js';
import { timeLeftWords } from '../model/durationWords.js';
import { breakCommands, clip, printableBlock } from '../report/printable.js';

/** The runner cuts an annotation's message here. */
const annotationLimitChars = 4096;
const progressIntervalMs = 15_000;

/** What the runner shows and hands on. All text may come from a pull request: none of it reaches the runner as a command. */
export interface Actions {
  getInput(name: string): string;
  setOutput(name: string, value: string): void;
  line(text: string): void;
  notice(text: string): void;
  warn(text: string): void;
  /** Marks the step as failed, with an annotation. */
  fail(text: string): void;
  /** Replaces this step's summary; more than 1 MiB is refused by GitHub. */
  summary(markdown: string): Promise<void>;
  saveState(name: string, value: string): void;
  getState(name: string): string;
}

const safe = (text: string): string => breakCommands(printableBlock(text));
const annotation = (text: string): string => clip(safe(text), annotationLimitChars);

export const actions: Actions = {
  getInput: (name) => core.getInput(name),
  setOutput: (name, value) => core.setOutput(name, value),
  line: (text) => core.info(safe(text)),
  notice: (text) => core.notice(annotation(text)),
  warn: (text) => core.warning(annotation(text)),
  fail: (text) => core.setFailed(annotation(text)),
  summary: async (markdown) => {
    if ((process.env['GITHUB_STEP_SUMMARY'] ?? '') === '') return;
    await core.summary.addRaw(markdown).write({ overwrite: true });
  },
  saveState: (name, value) => core.saveState(name, value),
  getState: (name) => core.getState(name),
};

/** Progress as lines of a job's log: at most one per study and stage in 15 s, and the last one always. */
export function actionProgress(to: Pick<Actions, 'line' | 'warn'>, clock: Pick<Clock, 'now'>): Progress {
  const shown = new Map<string, number>();
  const progress = (state: ProgressState): void => {
    const key = `${state.study}\n${state.stage}`;
    const finished = state.done >= state.of && state.running === 0;
    if (!finished && clock.now() - (shown.get(key) ?? -Infinity) < progressIntervalMs) return;
    shown.set(key, clock.now());
    const elsewhere = state.elsewhere === undefined ? '' : `, ${state.elsewhere} of another program`;
    const best = state.best === undefined ? '' : `, best ${Number(state.best.toPrecision(5))}`;
    const left = state.secondsLeft === undefined ? '' : `, about ${timeLeftWords(state.secondsLeft)} left`;
    to.line(`${state.study}: ${state.stage} ${state.done} of ${state.of}, ${state.running} running of ${state.slots} ${state.slots === 1 ? 'slot' : 'slots'}${elsewhere}${best}${left}`);
  };
  return { line: (text) => to.line(text), warn: (text) => to.warn(text), progress };
}
