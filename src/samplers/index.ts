import type { Sampler } from '../model/ports.js';
import { grid } from './grid.js';
import { random } from './random.js';

type SamplerOptions = Readonly<Record<string, unknown>>;

/** Method name in a configuration -> sampler. */
export const samplers = { random, grid } satisfies Record<string, (options: SamplerOptions) => Sampler>;
export type SamplerName = keyof typeof samplers;
export const samplerNames = Object.keys(samplers);
