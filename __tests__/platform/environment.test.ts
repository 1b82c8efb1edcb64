import { describe, expect, test } from '@jest/globals';
import { isSecretName, trialEnvironment } from '../../src/platform/environment.js';

const none = { pass: [], set: {}, isolateHome: false };

describe('environment of a trial', () => {
  test('what training needs is handed on', () => {
    const kept = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'LD_LIBRARY_PATH', 'VIRTUAL_ENV', 'CONDA_PREFIX', 'PYTHONPATH', 'CUDA_HOME', 'NVIDIA_VISIBLE_DEVICES', 'OMP_NUM_THREADS', 'TF_DETERMINISTIC_OPS', 'TORCH_HOME', 'HF_HOME', 'XDG_CACHE_HOME', 'NODE_PATH'];
    expect(Object.keys(trialEnvironment(Object.fromEntries(kept.map((n) => [n, 'x'])), none)).sort()).toEqual([...kept].sort());
  });

  const secrets = ['GITHUB_TOKEN', 'GH_TOKEN', 'ACTIONS_RUNTIME_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_URL', 'INPUT_GITHUB-TOKEN', 'RUNNER_TOKEN', 'HF_TOKEN', 'NPM_TOKEN', 'MY_SECRET', 'WANDB_API_KEY', 'OPENAI_API_KEY', 'DB_PASSWORD', 'PASSWORD_DB', 'AWS_ACCESS_KEY_ID', 'AWS_SESSION_TOKEN', 'AZURE_CLIENT_SECRET', 'GOOGLE_APPLICATION_CREDENTIALS', 'GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY', 'CONDA_TOKEN', 'TORCH_API_KEY', 'TF_SECRET'];
  test.each(secrets)('%s is not, whatever pattern it matches', (name) => {
    expect(isSecretName(name)).toBe(true);
    expect(trialEnvironment({ [name]: 'x' }, none)).toEqual({});
    expect(trialEnvironment({ [name]: 'x' }, { ...none, pass: ['*'] })).toEqual({});
    expect(trialEnvironment({ [name]: 'x' }, { ...none, pass: [name] })).toEqual({ [name]: 'x' });
  });

  test('other variables only if named, by a pattern too; `set` wins', () => {
    const env = { MY_DATA: '/d', MY_CACHE: '/c', OTHER: 'o', LANG: 'de' };
    expect(trialEnvironment(env, { ...none, pass: ['MY_*'], set: { LANG: 'C' } })).toEqual({ MY_DATA: '/d', MY_CACHE: '/c', LANG: 'C' });
  });
});
