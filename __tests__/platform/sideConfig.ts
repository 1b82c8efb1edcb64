import { verdictPolicy } from '../verdictPolicy.js';
import type { StudyConfig } from '../../src/model/config.js';

/** A study with every default of its own; tests name what they are about. */
export function sideConfig(changes: Partial<StudyConfig> = {}): StudyConfig {
  return {
    name: 'spiral', path: 'noregret.yml', dialect: 'noregret', metric: { name: 'loss', goal: 'minimize', margin: { kind: 'auto' } }, also: [],
    method: { name: 'random', options: {} }, space: { parameters: [], constraints: [] },
    program: { kind: 'command', argv: ['python3', 'train.py'] }, metrics: { wandb: false }, reduce: 'last',
    budget: { trials: 20, trialsExplicit: false, failures: 3 }, parallel: 'auto', earlyTerminate: undefined,
    verdict: verdictPolicy, executor: 'local', stop: {}, gpus: 1,
    env: { pass: [], set: {}, isolateHome: false }, setup: [], link: [], inputs: ['**'], data: [], mainSearchMs: 0, fingerprint: undefined, ...changes,
  };
}
