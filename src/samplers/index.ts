import { z } from 'zod';
import { plugin, type Plugin } from '../model/plugin.js';
import type { Sampler } from '../model/ports.js';
import { anneal, annealOptions } from './anneal.js';
import { cmaes, cmaesOptions } from './cmaes.js';
import { auto, autoOptions } from './auto.js';
import { ga, gaOptions } from './ga.js';
import { gp, gpOptions } from './gp.js';
import { grid } from './grid.js';
import { halton } from './halton.js';
import { lhs, lhsOptions } from './lhs.js';
import { random } from './random.js';
import { reducer } from './reducer.js';
import { reducerOptions } from './reducerDrops.js';
import { sobol } from './sobol.js';
import { tpe } from './tpe.js';
import { tpeOptions } from './tpePresets.js';

/** Method name in a configuration -> sampler. */
export const samplers: Readonly<Record<string, Plugin<Sampler>>> = {
  random: plugin(z.strictObject({}), random),
  grid: plugin(z.strictObject({}), grid),
  sobol: plugin(z.strictObject({}), sobol),
  halton: plugin(z.strictObject({}), halton),
  lhs: plugin(lhsOptions, lhs),
  auto: plugin(autoOptions, auto),
  gp: plugin(gpOptions, gp),
  tpe: plugin(tpeOptions, tpe),
  anneal: plugin(annealOptions, anneal),
  cmaes: plugin(cmaesOptions, cmaes),
  ga: plugin(gaOptions, ga),
  reducer: plugin(reducerOptions, reducer),
};
