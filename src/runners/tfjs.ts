import { UserError } from '../model/errors.js';
import type { TrialRunner } from '../model/ports.js';
import type { TrialResult } from '../model/trial.js';
import { assetPath } from '../platform/assets.js';
import { createProgramRunner, type ProgramRunnerOptions } from './attempt.js';
import { tfjsInfoVariable, withInfoFile, type TfjsInfo } from './tfjsInfo.js';

/**
 * Runs `trainer: { tfjs: MODULE }`: our trial script, under the workspace's own `node` (decisions.md 27), calls the module's
 * `train`. What the script says about its backend goes into the result: which one ran, or why none could.
 */
export function createTfjsRunner(options: ProgramRunnerOptions): TrialRunner {
  const { program, metric } = options.config;
  const runner = createProgramRunner(options, () => {
    if (program?.kind !== 'tfjs') throw new UserError('no-trainer', 'the study names no tfjs module', { fix: 'add `trainer: { tfjs: ./train.mjs }`' });
    return { argv: ['node', assetPath('tfjs-trial.mjs'), program.module, program.backend, metric?.name ?? 'objective'] };
  });
  return {
    run: (job, onReport, signal, slot) => withInfoFile(async (file, read) => {
      const result = await runner.run(job, onReport, signal, { device: slot?.device, env: { ...slot?.env, [tfjsInfoVariable]: file } });
      return withBackend(result, read());
    }),
  };
}

function withBackend(result: TrialResult, info: TfjsInfo | undefined): TrialResult {
  if (info === undefined) return result;
  if (info.ok) return { ...result, backend: info.backend };
  const { outcome } = result;
  return outcome.state === 'failed' && outcome.reason === 'exit-code' ? { ...result, outcome: { state: 'failed', reason: info.reason, message: info.message } } : result;
}
