import { z } from 'zod';
import { plugin, type Plugin } from '../model/plugin.js';
import type { Pruner } from '../model/ports.js';
import { never } from './never.js';

/** `early_terminate.type` in a configuration -> pruner. */
export const pruners: Readonly<Record<string, Plugin<Pruner>>> = {
  never: plugin(z.strictObject({}), never),
};
