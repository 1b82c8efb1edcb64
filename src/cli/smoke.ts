import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { smoke } from '../app/smoke.js';
import { smokeDocument } from '../report/guide/smoke.js';
import { tellGuide, timeoutFlag, withGuideStudy, type GuideFlags } from './guideStudy.js';
import { exitCodes } from './program.js';
import type { Terminal } from './terminal.js';

interface Flags extends GuideFlags { readonly checkpoint?: boolean }

const defaultTimeoutMs = 10 * 60_000;

/** Whether a trial can do what a search will ask of it; exits with 1 when it cannot. */
export async function run(terminal: Terminal, flags: Flags): Promise<number> {
  const timeoutMs = timeoutFlag(flags.timeout, defaultTimeoutMs);
  return await withGuideStudy(terminal, flags, async (study) => {
    const filesOf = async (folder: string): Promise<readonly string[]> => await readdir(join(study.folder, 'trials', folder, 'files')).catch(() => []);
    const result = await smoke(study.context, { timeoutMs, isShort: false, filesOf, ...(flags.checkpoint === undefined ? {} : { checkpoint: flags.checkpoint }) });
    await tellGuide(terminal, study, { name: 'smoke', document: smokeDocument(result), data: result, json: flags.json === true, keep: !result.cancelled });
    return result.checks.some(({ state }) => state === 'failed') ? exitCodes.verdict : exitCodes.ok;
  });
}
