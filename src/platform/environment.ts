import picomatch from 'picomatch';
import type { EnvPolicy } from '../model/config.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Handed to trials without being named in `env.pass` (decisions.md 24). */
const passed = [
  'PATH', 'HOME', 'USER', 'LANG', 'LC_*', 'TZ', 'LD_LIBRARY_PATH', 'VIRTUAL_ENV', 'CONDA_*', 'PYTHON*', 'CUDA_*', 'NVIDIA_*', 'OMP_*', 'TF_*', 'TORCH_*', 'XDG_*', 'NODE_PATH',
  // Where caches lie: without these each trial would download its models and data sets again.
  'HF_HOME', 'HF_HUB_CACHE', 'HF_DATASETS_CACHE', 'HUGGINGFACE_HUB_CACHE', 'TRANSFORMERS_CACHE', 'SENTENCE_TRANSFORMERS_HOME', 'KERAS_HOME', 'TFHUB_CACHE_DIR', 'KAGGLEHUB_CACHE', 'NLTK_DATA',
  'JAX_COMPILATION_CACHE_DIR', 'TRITON_CACHE_DIR', 'TORCHINDUCTOR_CACHE_DIR', 'NUMBA_CACHE_DIR', 'MPLCONFIGDIR', 'PIP_CACHE_DIR', 'UV_CACHE_DIR', 'POETRY_CACHE_DIR', 'YARN_CACHE_FOLDER',
  'npm_config_cache', 'CARGO_HOME', 'JULIA_DEPOT_PATH', 'R_LIBS', 'R_LIBS_USER', 'CCACHE_DIR',
];

/** Never handed out unless `env.pass` names the variable in full: credentials, and the files through which a job talks to its runner. */
const withheld = [
  '*TOKEN*', '*SECRET*', '*_KEY', '*_KEY_ID', '*APIKEY*', '*API_KEY*', '*PASSWORD*', '*PASSWD*', '*CREDENTIAL*', '*_PAT', '*_AUTH', 'NETRC',
  'ACTIONS_*', 'INPUT_*', 'RUNNER_*', 'GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY', 'GITHUB_EVENT_PATH',
  'AWS_*', 'AZURE_*', 'ARM_*', 'GOOGLE_APPLICATION_*', 'GCP_*', 'GCLOUD_*', 'CLOUDSDK_*', 'DOCKER_AUTH_CONFIG', 'KUBECONFIG', 'SSH_AUTH_SOCK', 'GPG_AGENT_INFO',
];

const isPassed = picomatch(passed);
const isWithheld = picomatch(withheld, { nocase: true });

/** Names that hold credentials or lead to them. */
export function isSecretName(name: string): boolean {
  return isWithheld(name);
}

/** Our own environment reduced to what a trial may see; `env.set` on top. A name in `env.pass` may hold `*`, which never reaches a secret. */
export function trialEnvironment(base: Environment, policy: EnvPolicy): Record<string, string> {
  const named = new Set(policy.pass);
  const globs = policy.pass.filter((name) => name.includes('*'));
  const isNamedGlob = globs.length === 0 ? () => false : picomatch(globs);
  const kept = Object.entries(base).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    const wanted = named.has(name) || (!isSecretName(name) && (isPassed(name) || isNamedGlob(name)));
    return wanted ? [[name, value]] : [];
  });
  return { ...Object.fromEntries(kept), ...policy.set };
}
