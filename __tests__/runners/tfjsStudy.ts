import { verdictPolicy } from '../verdictPolicy.js';
import type { StudyConfig, TfjsBackend } from '../../src/model/config.js';

/** A study of one tfjs module whose objective is `score`. */
export function tfjsStudy(module: string, backend: TfjsBackend, objective = 'score'): StudyConfig {
  return {
    name: 'spiral', path: 'noregret.yml', dialect: 'noregret',
    metric: { name: objective, goal: 'maximize', margin: { kind: 'auto' } }, also: [],
    method: { name: 'random', options: {} }, space: { parameters: [], constraints: [] },
    program: { kind: 'tfjs', module, backend }, metrics: { wandb: false }, reduce: 'last',
    budget: { trials: 4, trialsExplicit: true, failures: 3 }, parallel: 1, earlyTerminate: undefined,
    verdict: verdictPolicy, executor: 'local', stop: {}, gpus: 1,
    env: { pass: [], set: {}, isolateHome: false }, setup: [], link: [], inputs: ['**'], data: [], mainSearchMs: 0, fingerprint: undefined,
  };
}
