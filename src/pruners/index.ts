import type { Pruner } from '../model/ports.js';
import { never } from './never.js';

type PrunerOptions = Readonly<Record<string, unknown>>;

/** `early_terminate.type` in a configuration -> pruner. */
export const pruners = { never } satisfies Record<string, (options: PrunerOptions) => Pruner>;
