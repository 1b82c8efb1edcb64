import { cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface GuidedStudy { readonly fault?: string; readonly extra?: string; readonly parameters?: string; readonly env?: string }

/** A folder with a study of the fake training that takes part in the guide. */
export function writeGuided(folder: string, { fault = '', extra = '', parameters, env = '' }: GuidedStudy = {}): void {
  cpSync(resolve('fixtures/commands/guided.mjs'), join(folder, 'guided.mjs'));
  writeFileSync(join(folder, 'noregret.yml'), `name: guided   # stays
metric: { name: accuracy, goal: maximize, margin: 0.02 }
method: random
parameters:
${parameters ?? '  lr: { distribution: log_uniform_values, min: 1.0e-6, max: 1, default: 0.5 }   # the rate\n  batch_size: { values: [32, 64, 2048], default: 32 }\n'}command: [node, guided.mjs${fault === '' ? '' : `, ${fault}`}]
budget: { trials: 4 }
verdict: { rescore: 0 }
parallel: 2
${env}${extra}`);
}
