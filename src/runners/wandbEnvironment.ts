import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonYaml } from '../model/pythonText.js';
import type { TrialArguments } from '../model/trialArguments.js';
import { assetPath } from '../platform/assets.js';

/** What makes an unchanged Weights & Biases script take our parameters and give us its metrics (decisions.md 26, wandb.md). */
export interface WandbSetup {
  /** Live metrics arrive here as JSON lines. */
  readonly metricsFile: string;
  /** Defaults, which `env.set` may replace. */
  readonly env: Readonly<Record<string, string>>;
  /** Must stand first in PYTHONPATH. Holds a copy, so that Python's cache files stay out of our own folder. */
  readonly pythonDir: string;
}

/** Writes the parameter file and the hook into the attempt's folder. */
export function setUpWandb(attemptDir: string, args: TrialArguments): WandbSetup {
  const pythonDir = join(attemptDir, 'python');
  mkdirSync(pythonDir);
  copyFileSync(assetPath('python/sitecustomize.py'), join(pythonDir, 'sitecustomize.py'));
  const paramsFile = join(attemptDir, 'wandb-params.yaml');
  const lines = [...args].map(([name, value]) => `${JSON.stringify(name)}: {"value": ${pythonYaml(value)}}\n`);
  writeFileSync(paramsFile, `wandb_version: 1\n${lines.join('')}`);
  const metricsFile = join(attemptDir, 'wandb.jsonl');
  return {
    metricsFile, pythonDir,
    env: { WANDB_MODE: 'offline', WANDB_DIR: attemptDir, WANDB_SWEEP_ID: 'noregret', WANDB_SWEEP_PARAM_PATH: paramsFile, NOREGRET_WANDB_METRICS: metricsFile },
  };
}
