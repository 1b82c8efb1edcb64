import { azureml } from './azureml.js';
import { determined } from './determined.js';
import type { DialectReader } from './dialect.js';
import { guild } from './guild.js';
import { hydra } from './hydra.js';
import { hyperopt } from './hyperopt.js';
import { katib } from './katib.js';
import { kerasTuner } from './kerasTuner.js';
import { nni } from './nni.js';
import { polyaxon } from './polyaxon.js';
import { raytune } from './raytune.js';
import { sagemaker } from './sagemaker.js';
import { talos } from './talos.js';
import { vertex } from './vertex.js';

/** Tools whose search spaces `noregret init --from` reads, besides W&B sweeps, which the configuration itself is a superset of. */
export const dialects: Readonly<Record<string, DialectReader>> = {
  katib, hydra, raytune, nni, polyaxon, determined, guild, sagemaker, azureml, vertex, kerasTuner, talos, hyperopt,
};
