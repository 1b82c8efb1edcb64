import { UserError } from '../model/errors.js';
import { expandCommand } from '../model/macros.js';
import type { TrialRunner } from '../model/ports.js';
import { argumentNames, flatArguments } from '../model/trialArguments.js';
import { isSecretName } from '../platform/environment.js';
import { createProgramRunner, type ProgramRunnerOptions } from './attempt.js';

/** Runs `command:` once per trial, macros expanded, without a shell. */
export function createCommandRunner(options: ProgramRunnerOptions): TrialRunner {
  const { config: { program, space }, baseEnv } = options;
  return createProgramRunner(options, ({ job, dir, args, env, templates }) => {
    if (program?.kind !== 'command') throw new UserError('no-command', 'the study names no command', { fix: 'add `command: [python, train.py, "${args}"]`' });
    return { argv: expandCommand(program.argv, {
      program: program.program, args, seed: job.seed, trialDir: dir.trialDir, paramsFile: dir.paramsFile, fold: job.part?.fold, templates,
      params: flatArguments(space, job.params),
      parameters: new Set(argumentNames(space)),
      // A variable outside the allow-list may be quoted, a secret only if the study names it.
      variable: (name) => env[name] ?? (isSecretName(name) ? undefined : baseEnv[name]),
    }) };
  });
}
