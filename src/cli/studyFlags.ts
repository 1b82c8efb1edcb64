import type { Overrides } from '../config/overrides.js';
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
}

/** The flags that stand in place of keys of the study file. */
export function overridesOf({ trials, time, method, metric, goal, command, seed }: StudyFlags): Overrides {
  return Object.fromEntries(Object.entries({ trials, time, method, metric, goal, command, seed }).filter(([, value]) => value !== undefined));
}
