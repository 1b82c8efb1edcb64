import type { StudyConfig } from '../model/config.js';
import { UserError } from '../model/errors.js';
import { own } from '../model/own.js';
import type { Pruner, Sampler } from '../model/ports.js';
import { never } from '../pruners/never.js';
import { pruners } from '../pruners/index.js';
import { samplers } from '../samplers/index.js';

/** Of noregret's own. UserError `method-unknown`. */
export function samplerOf({ method }: Pick<StudyConfig, 'method'>): Sampler {
  const plugged = own(samplers, method.name);
  if (plugged === undefined) throw new UserError('method-unknown', `method is ${method.name}.`, { fix: `Use one of ${Object.keys(samplers).join(', ')}.` });
  return plugged.create(method.options);
}

/** One that never stops a trial where the study names none. UserError `pruner-unknown`. */
export function prunerOf({ earlyTerminate }: Pick<StudyConfig, 'earlyTerminate'>): Pruner {
  if (earlyTerminate === undefined) return never();
  const plugged = own(pruners, earlyTerminate.name);
  if (plugged === undefined) throw new UserError('pruner-unknown', `early_terminate.type is ${earlyTerminate.name}.`, { fix: `Use one of ${Object.keys(pruners).join(', ')}.` });
  return plugged.create(earlyTerminate.options);
}
