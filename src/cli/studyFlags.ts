import type { Overrides } from '../config/overrides.js';
import { UserError } from '../model/errors.js';
import type { CommonFlags } from './program.js';

/** Flags of the commands that run studies. */
export interface StudyFlags extends CommonFlags {
  readonly config?: string;
  readonly trials?: string;
  readonly time?: string;
  readonly method?: string;
  readonly metric?: string;
  readonly goal?: string;
  readonly command?: string;
  readonly seed?: string;
  readonly history?: string;
  readonly template?: readonly string[];
  readonly templateOut?: string;
}

/** The flags that stand in place of keys of the study file. */
export function overridesOf({ trials, time, method, metric, goal, command, seed, template: from, templateOut: to }: StudyFlags): Overrides {
  if (to !== undefined && from?.length !== 1) throw new UserError('flag-invalid', '--template-out says what one template is called once it is filled.', { fix: 'Give it with one --template, or write template: [{ from: a.tpl, to: a.yaml }, …] in the study file.' });
  const template = from === undefined ? undefined : { from, ...(to === undefined ? {} : { to }) };
  return Object.fromEntries(Object.entries({ trials, time, method, metric, goal, command, seed, template }).filter(([, value]) => value !== undefined));
}
