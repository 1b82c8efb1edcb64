import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Narrowed } from '../config/narrowParameter.js';
import type { GuideStudy } from './guideStudy.js';
import { writing } from './state.js';
import type { Terminal } from './terminal.js';

export function snippetOf(narrowed: Narrowed | undefined): string | undefined {
  return narrowed !== undefined && 'snippet' in narrowed ? narrowed.snippet : undefined;
}

interface Applied { readonly narrowed: Narrowed | undefined; readonly parameter: string | undefined; readonly isAsked: boolean }

/** Writes the study file only when asked to; why nothing can be narrowed is said in any case. */
export async function apply(terminal: Terminal, { path, progress }: GuideStudy, { narrowed, parameter, isAsked }: Applied): Promise<void> {
  if (narrowed === undefined) progress.warn(`No parameter of the study is known to be meant, so nothing can be narrowed. Name it: --parameter NAME`);
  else if ('why' in narrowed) progress.line(`nothing is narrowed: ${narrowed.why}`);
  else if (isAsked) {
    const file = join(terminal.cwd, path);
    await writing(file, async () => { await writeFile(file, narrowed.text); });
    progress.line(`${path}: ${parameter ?? ''} is narrowed; nothing else was changed`);
  }
}
