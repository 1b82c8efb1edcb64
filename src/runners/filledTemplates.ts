import { join } from 'node:path';
import type { StudyConfig } from '../model/config.js';
import type { TrialJob } from '../model/ports.js';
import { flatArguments } from '../model/trialArguments.js';
import { readTemplates, writeTemplates } from '../platform/templates.js';
import type { AttemptDir } from './attemptDir.js';

/** Paths by name, and the variables that name them. */
export interface FilledTemplates { readonly paths: ReadonlyMap<string, string>; readonly env: Readonly<Record<string, string>> }

const none: FilledTemplates = { paths: new Map(), env: {} };

/** Fills a study's templates for one attempt after the other. Each side's are read once, so that all of its trials are filled from the same text. UserErrors of `readTemplates`. */
export function createTemplateFiller(config: StudyConfig): (job: TrialJob, dir: AttemptDir) => FilledTemplates {
  const known = new Map<string, ReturnType<typeof readTemplates>>();
  if (config.templates === undefined) return () => none;
  return ({ cwd, params, seed, part }, dir) => {
    const read = known.get(cwd) ?? readTemplates(cwd, config);
    known.set(cwd, read);
    const into = join(dir.dir, 'template');
    const paths = writeTemplates(read, into, { params: flatArguments(config.space, params), seed, trialDir: dir.trialDir, fold: part?.fold });
    const [first] = paths.values();
    return { paths, env: { NOREGRET_TEMPLATE_DIR: into, ...(first === undefined ? {} : { NOREGRET_TEMPLATE: first }) } };
  };
}
