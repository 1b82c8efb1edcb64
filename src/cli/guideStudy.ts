import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { loadStudies } from '../app/loadStudies.js';
import type { GuideContext } from '../app/guideRun.js';
import { durationMs } from '../config/duration.js';
import type { Document } from '../model/blocks.js';
import { UserError } from '../model/errors.js';
import { createClock } from '../platform/clock.js';
import { findConfigFiles, readConfigFile } from '../platform/configFiles.js';
import { renderText } from '../report/text.js';
import { openProbes } from '../tools.js';
import { htmlPage } from './htmlPage.js';
import { createProgress, type TerminalProgress } from './progress.js';
import type { CommonFlags } from './program.js';
import { standIn } from './standIn.js';
import { openStateDir, writeWhole, writing } from './state.js';
import type { Terminal } from './terminal.js';

export interface GuideFlags extends CommonFlags { readonly config?: string; readonly timeout?: string }

export interface GuideStudy {
  readonly context: GuideContext;
  readonly progress: TerminalProgress;
  /** The study file, as `--config` finds it, and its text. */
  readonly path: string;
  readonly text: string;
  readonly stateDir: string;
  /** Where probes leave their files. */
  readonly folder: string;
}

/** Opens the one study that is meant, lends its slots, and gives them back. UserErrors of the study file, `which-study`. */
export async function withGuideStudy<T>(terminal: Terminal, flags: GuideFlags, use: (study: GuideStudy) => Promise<T>): Promise<T> {
  const { cwd, env, signal } = terminal;
  const clock = createClock();
  const progress = createProgress(terminal, { quiet: flags.quiet === true, now: () => clock.now() });
  const [path, second] = await findConfigFiles(cwd, flags.config);
  if (path === undefined || second !== undefined) throw new UserError('which-study', 'Several study files match.', { fix: `Name one: --config ${path ?? ''}` });
  const text = await readConfigFile(cwd, path);
  const [run] = await loadStudies({ ...await standIn(terminal), base: undefined, baseWhy: 'nothing is compared', files: [{ path, text }], overrides: {}, progress, signal });
  if (run === undefined) throw new Error('a study file without a study');
  const { configs } = run;
  const stateDir = await openStateDir(cwd);
  const folder = join(stateDir, configs.head.name, 'guide');
  const executor = await openProbes({ folder, env, clock, progress, configs });
  try {
    return await use({ context: { config: configs.head, executor, dir: cwd, signal }, progress, path, text, stateDir, folder });
  } finally {
    await executor.close();
  }
}

/** Prints a page, or its data, and writes both beside the study; nothing is written of what was cancelled. */
export async function tellGuide(terminal: Terminal, { stateDir, progress, context }: GuideStudy, page: { readonly name: string; readonly document: Document; readonly data: object; readonly json: boolean; readonly keep: boolean }): Promise<void> {
  const { name, document, data, json, keep } = page;
  progress.end();
  terminal.stdout.write(json ? `${JSON.stringify(data)}\n` : renderText(document, { colour: terminal.stdout.isTTY === true }));
  if (!keep) return;
  const folder = join(stateDir, context.config.name);
  const html = join(folder, `${name}.html`);
  await writing(folder, async () => {
    await mkdir(folder, { recursive: true });
    await writeWhole(join(folder, `${name}.json`), `${JSON.stringify(data, null, 2)}\n`);
    await writeWhole(html, await htmlPage(document));
  });
  progress.line(`page: ${relative(terminal.cwd, html)} (also .json)`);
}

export function timeoutFlag(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const ms = durationMs(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new UserError('flag-invalid', `--timeout ${text} is no length of time.`, { fix: 'Write e.g. --timeout 90s, 10m or 2h.' });
}

export function wholeFlag(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new UserError('flag-invalid', `${flag} ${text} is no whole number from ${least} on.`, { fix: `Write e.g. ${flag} ${Math.max(least, 10)}.` });
}
