import type { Goal } from '../model/direction.js';
import type { ParamValue } from '../model/params.js';
import { yamlValue } from '../model/yamlText.js';

/** File name of the workflow of `workflowText`. */
export const measuringWorkflow = 'tuning.yml';

export interface WorkflowAnswers {
  /** The action, e.g. `your-org/noregret@v1`. */
  readonly action: string;
  readonly defaultBranch: string;
  /** Labels of the runner that has the GPU. */
  readonly runsOn: readonly string[];
  /** Path of the configuration when noregret would not find it by itself. */
  readonly config?: string;
}

export interface ConfigAnswers {
  readonly name: string;
  /** Program and arguments, or a JavaScript module that exports `train`. */
  readonly command: readonly string[] | { readonly tfjs: string };
  readonly metric: string;
  readonly goal: Goal;
  /** Lines of YAML under `parameters:`, without indentation; empty writes examples. */
  readonly parameters: readonly string[];
  /** Sampler, where it is not the default. */
  readonly method?: string;
  /** The program reports with `wandb.log`. */
  readonly wandb?: boolean;
  readonly trials?: number;
  /** How long everything may take, e.g. `45m`. */
  readonly time?: string;
  /** Pruner with its options. */
  readonly earlyTerminate?: Readonly<Record<string, ParamValue>>;
  /** Value of the metric which is good enough. */
  readonly threshold?: number;
  /** Taken over from another tool's file. */
  readonly converted?: boolean;
}

/** Two jobs (decisions.md 31): the one that runs the repository's code may only read, the one that may write runs none of it. */
export function workflowText({ action, defaultBranch, runsOn, config }: WorkflowAnswers): string {
  const [owner = action, version = 'v1'] = action.split('@');
  const inputs = config === undefined ? [] : ['        with:', `          config: ${quoted(config)}`];
  return lines(
    'name: tuning',
    'on:',
    '  pull_request:',
    '    types: [opened, synchronize, reopened, ready_for_review]',
    "    paths-ignore: ['**/*.md']",
    '  push:',
    `    branches: [${quoted(defaultBranch)}]`,
    'concurrency:',
    "  group: tuning-${{ github.event.pull_request.number || github.sha }}",
    "  cancel-in-progress: ${{ github.event_name == 'pull_request' }}",
    'permissions: {}',
    'jobs:',
    "  tune: # runs the repository's code: may only read",
    '    if: ${{ !github.event.pull_request.draft }}',
    `    runs-on: [${runsOn.map(quoted).join(', ')}]`,
    '    timeout-minutes: 60',
    '    permissions:',
    '      contents: read',
    '    steps:',
    '      - uses: actions/checkout@v7',
    '        with:',
    '          fetch-depth: 0',
    '          persist-credentials: false',
    `      - uses: ${owner}@${version} # \`setup:\` in noregret.yml installs the dependencies of each side`,
    ...inputs,
    ...reportJob(`${owner}/publish@${version}`, defaultBranch),
  );
}

/** Commands in comments, and the label (decisions.md 31, 33): a workflow of its own, as it needs no runner with a GPU and starts at every comment. */
export function commandsWorkflowText(action: string): string {
  const [owner = action, version = 'v1'] = action.split('@');
  return lines(
    'name: noregret commands',
    'on:',
    '  issue_comment:',
    '    types: [created]',
    '  pull_request_target: # the label alone; nothing of the pull request is checked out or run',
    '    types: [labeled, unlabeled]',
    'permissions: {}',
    'jobs:',
    '  answer:',
    '    if: >-',
    "      ${{ github.event.label.name == 'noregret: accept' || (github.event.issue.pull_request && startsWith(github.event.comment.body, '/noregret')) }}",
    '    runs-on: ubuntu-latest',
    '    permissions:',
    '      actions: write # re-run the workflow that measures',
    '      checks: write # the check of an accepted decline turns neutral',
    '      contents: write # what was accepted or asked for, on the history branch',
    '      pull-requests: write # the answer, and who put a label on',
    '    steps:',
    `      - uses: ${owner}/publish@${version}`,
    '        with:',
    `          workflow: ${measuringWorkflow}`,
  );
}

function reportJob(action: string, defaultBranch: string): readonly string[] {
  return [
    '  report: # runs none of it: may write',
    '    needs: tune',
    '    if: ${{ !cancelled() }}',
    '    runs-on: ubuntu-latest',
    '    permissions:',
    `      actions: read # ${defaultBranch} only: the last report of the pull request that was merged`,
    `      contents: write # ${defaultBranch} only: append the baseline to the history branch`,
    '      pull-requests: write # the comment',
    '      checks: write # the verdict as a check',
    '    steps:',
    `      - uses: ${action}`,
  ];
}

/** A `noregret.yml` to start from; what most people change is written out, the rest stands in comments. */
export function configText({ name, command, metric, goal, parameters, ...more }: ConfigAnswers): string {
  return lines(
    '# yaml-language-server: $schema=./node_modules/noregret/noregret.schema.json',
    `name: ${quoted(name)}`,
    '',
    ...reportingLines(metric, more.wandb === true),
    'metric:',
    `  name: ${quoted(metric)}`,
    `  goal: ${goal}`,
    '  # The smallest decline worth reporting: 0.5%, 0.004, or auto (learned from the noise between seeds).',
    '  margin: auto',
    '',
    ...programLines(command),
    '',
    ...(more.method === undefined ? [] : [`method: ${quoted(more.method)}`]),
    ...(more.earlyTerminate === undefined ? [] : [`early_terminate: ${yamlValue(more.earlyTerminate)}`]),
    '# What is searched, as in a Weights & Biases sweep. `default` is what main uses today.',
    'parameters:',
    ...(parameters.length === 0 ? exampleParameters : parameters).map((line) => `  ${line}`),
    '',
    ...budgetLines(more),
    '',
    '# Before the first search one short run, ended at its first report: does a trial start and report?',
    '# Leave it out if the program reports only at its end, and is slow.',
    'smoke: true',
    '',
    '# Installs the dependencies of each side in a tree of its own. Without it both sides share what is installed.',
    ...setupExample(command),
    '# Untracked folders that both sides need:',
    '# link: [data]',
    '# Files whose content can change a result and which git does not track:',
    '# data: [data/train.csv]',
    '# Variables that trials may see besides the usual ones; no token is handed over unless it is named here:',
    '# env: { pass: [HF_TOKEN], set: { TF_DETERMINISTIC_OPS: "1" } }',
    '',
    '# All other keys and their defaults: noregret check --explain',
  );
}

/** A study that is taken over gets no end that its own tool would not make; its number of trials must be said. */
function budgetLines({ trials, time, threshold, converted = false }: Pick<ConfigAnswers, 'trials' | 'time' | 'threshold' | 'converted'>): readonly string[] {
  return [
    'budget:',
    trials === undefined && converted ? '  trials: 20 # the file names no number' : `  trials: ${trials ?? 20}`,
    time === undefined && converted ? '  # time: 45m' : `  time: ${time ?? '45m'}`,
    '  # trial_time: 10m',
    '  # gpu_hours: 4',
    ...(threshold === undefined ? [] : [`stop: { threshold: ${threshold} }`]),
  ];
}

function reportingLines(metric: string, wandb: boolean): readonly string[] {
  if (wandb) return ['# What the program reports with wandb.log, as in a Weights & Biases sweep; no account is needed.', 'metrics: { wandb: true }'];
  return [
    '# What the program reports, by printing lines such as',
    `#   noregret ${JSON.stringify({ step: 3, [metric]: 0.93 })}`,
    '# or by writing them, without the first word, to the file named in $NOREGRET_METRICS.',
  ];
}

const exampleParameters = [
  'learning_rate: { distribution: log_uniform_values, min: 0.00001, max: 0.1, default: 0.001 }',
  'batch_size: { values: [16, 32, 64], default: 32 }',
];

function programLines(command: ConfigAnswers['command']): readonly string[] {
  if ('tfjs' in command) {
    return [
      '# A module that exports train({ tf, params, seed, report, signal }); Math.random is seeded.',
      '# auto: the fastest of tfjs-node-gpu, tfjs-node, wasm and cpu that is installed.',
      'trainer:', `  tfjs: ${quoted(command.tfjs)}`, '  backend: auto',
    ];
  }
  return [
    `# One trial. ${argsHint(command)}${command.some((argument) => argument.includes('${seed}')) ? '${seed}' : '$NOREGRET_SEED'} must decide data split, shuffling and initial weights.`,
    'command:', ...command.map((argument) => `  - ${quoted(argument)}`),
  ];
}

function argsHint(command: readonly string[]): string {
  if (command.includes('${args}')) return '${args} becomes --learning_rate=0.01 …; ';
  return command.includes('${args_no_hyphens}') ? '${args_no_hyphens} becomes learning_rate=0.01 …; ' : '';
}

function setupExample(command: ConfigAnswers['command']): readonly string[] {
  const installer = 'tfjs' in command || command[0] === 'node' ? '[npm, ci]' : command[0] === 'uv' ? '[uv, sync]' : '[python, -m, venv, .venv], [.venv/bin/pip, install, -r, requirements.txt]';
  return [`# setup: [${installer}]`];
}

/** A YAML scalar: bare where that is safe, in double quotes (which JSON's are) elsewhere. */
function quoted(text: string): string {
  const isBare = /^[A-Za-z_./][\w./@-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text) && !/^\.(?:inf|nan)$/i.test(text);
  return isBare ? text : JSON.stringify(text);
}

function lines(...text: readonly string[]): string {
  return `${text.join('\n')}\n`;
}
