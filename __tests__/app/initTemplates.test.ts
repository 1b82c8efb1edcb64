import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { commandsWorkflowText, configText, measuringWorkflow, workflowText, type ConfigAnswers } from '../../src/app/initTemplates.js';
import { parseConfig } from '../../src/config/parse.js';
import { pruners } from '../../src/pruners/index.js';
import { samplers } from '../../src/samplers/index.js';

const answers: ConfigAnswers = { name: 'spiral', command: ['uv', 'run', 'python', 'train.py', '--seed=${seed}', '${args}'], metric: 'val_accuracy', goal: 'maximize', parameters: [] };
const study = (text: string) => parseConfig({ text, path: 'noregret.yml', samplers, pruners });

describe('noregret.yml', () => {
  test('is valid as it is and says what was answered', () => {
    const { config, diagnostics } = study(configText(answers));
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(config).toMatchObject({ name: 'spiral', metric: { name: 'val_accuracy', goal: 'maximize' }, program: { kind: 'command', argv: answers.command } });
    expect(config?.space.parameters.map(({ name }) => name)).toEqual(['batch_size', 'learning_rate']);
  });

  test('a tfjs module becomes a trainer', () => {
    const { config } = study(configText({ ...answers, command: { tfjs: './train.mjs' } }));
    expect(config?.program).toEqual({ kind: 'tfjs', module: './train.mjs', backend: 'auto' });
  });

  test('the parameters that were given replace the examples', () => {
    const { config } = study(configText({ ...answers, parameters: ['depth: { min: 1, max: 4 }'] }));
    expect(config?.space.parameters.map(({ name }) => name)).toEqual(['depth']);
  });

  test.each([
    { name: 'yes', metric: 'no', argument: 'true' },
    { name: 'a: b # c', metric: 'val/acc "top-1"', argument: '*.py' },
    { name: '1e3', metric: '-x', argument: 'C:\\data\nnext' },
    { name: '.inf', metric: '${x}', argument: '' },
  ])('hostile words stay words: %j', ({ name, metric, argument }) => {
    const text = configText({ ...answers, name, metric, command: ['python', argument, '${args}'] });
    expect(parse(text)).toMatchObject({ name, metric: { name: metric }, command: ['python', argument, '${args}'] });
    expect(text).toContain(`noregret ${JSON.stringify({ step: 3, [metric]: 0.93 })}`);
  });

  test('every comment that shows a key shows a valid one', () => {
    const uncommented = configText(answers).replaceAll(/^( *)# ((?:setup|link|data|env|trial_time|gpu_hours): .*)$/gm, '$1$2');
    expect(uncommented).not.toBe(configText(answers));
    expect(study(uncommented).diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('a study that is taken over keeps its own limits, and gets no time limit of ours', () => {
    expect(parse(configText(answers))).toMatchObject({ budget: { trials: 20, time: '45m' } });
    expect(parse(configText({ ...answers, converted: true }))).toMatchObject({ budget: { trials: 20 } });
    expect(configText({ ...answers, converted: true })).toMatch(/^ {2}trials: 20 # the file names no number\n {2}# time: 45m$/m);
    expect(parse(configText({ ...answers, converted: true, trials: 7, time: '2h' }))).toMatchObject({ budget: { trials: 7, time: '2h' } });
    expect(Object.keys((parse(configText({ ...answers, converted: true })) as { budget: object }).budget)).toEqual(['trials']);
  });

  test('the editor finds the schema', () => {
    expect(configText(answers)).toMatch(/^# yaml-language-server: \$schema=\S+noregret\.schema\.json\n/);
  });
});

describe('the workflow', () => {
  const text = workflowText({ action: 'your-org/noregret@v1', defaultBranch: 'main', runsOn: ['self-hosted', 'gpu'] });
  const workflow = parse(text) as { on: Record<string, object>; permissions: object; concurrency: Record<string, string>; jobs: Record<string, { permissions: object; if: string; needs?: string; 'runs-on': unknown; steps: { uses: string; with?: Record<string, unknown> }[] }> };

  test('code of the repository never runs beside a write token', () => {
    expect(workflow.permissions).toEqual({});
    expect(workflow.jobs['tune']).toMatchObject({ permissions: { contents: 'read' }, 'runs-on': ['self-hosted', 'gpu'] });
    expect(workflow.jobs['tune']!.steps.map(({ uses }) => uses)).toEqual(['actions/checkout@v7', 'your-org/noregret@v1']);
    expect(workflow.jobs['tune']!.steps[0]!.with).toEqual({ 'fetch-depth': 0, 'persist-credentials': false });
    expect(workflow.jobs['report']).toMatchObject({ needs: 'tune', if: '${{ !cancelled() }}', permissions: { actions: 'read', contents: 'write', 'pull-requests': 'write', checks: 'write' } });
    expect(workflow.jobs['report']!.steps.map(({ uses }) => uses)).toEqual(['your-org/noregret/publish@v1']);
  });

  test('drafts and documentation are skipped; runs of main are never cancelled', () => {
    expect(workflow.on).toMatchObject({ pull_request: { 'paths-ignore': ['**/*.md'] }, push: { branches: ['main'] } });
    expect(workflow.jobs['tune']!.if).toBe('${{ !github.event.pull_request.draft }}');
    expect(workflow.concurrency['cancel-in-progress']).toBe("${{ github.event_name == 'pull_request' }}");
    expect(workflow.concurrency['group']).toContain('github.event.pull_request.number || github.sha');
  });

  test('a configuration elsewhere is named, and branch names and labels cannot break out', () => {
    const other = parse(workflowText({ action: 'o/r@v2', defaultBranch: 'release: #1', runsOn: ['self hosted', 'a, b'], config: 'tuning/*.yml' })) as typeof workflow;
    expect(other.on['push']).toEqual({ branches: ['release: #1'] });
    expect(other.jobs['tune']!['runs-on']).toEqual(['self hosted', 'a, b']);
    expect(other.jobs['tune']!.steps[1]).toEqual({ uses: 'o/r@v2', with: { config: 'tuning/*.yml' } });
  });
});

describe('the workflow that answers', () => {
  const text = commandsWorkflowText('your-org/noregret@v1');
  const workflow = parse(text) as { on: Record<string, { types: string[] }>; permissions: object; jobs: Record<string, { permissions: object; if: string; steps: { uses: string; with?: object }[] }> };

  test('checks nothing out, runs one step of ours, and starts for commands and the label alone', () => {
    expect(workflow.on).toEqual({ issue_comment: { types: ['created'] }, pull_request_target: { types: ['labeled', 'unlabeled'] } });
    expect(workflow.permissions).toEqual({});
    expect(workflow.jobs['answer']).toMatchObject({ permissions: { actions: 'write', checks: 'write', contents: 'write', 'pull-requests': 'write' }, if: expect.stringContaining("startsWith(github.event.comment.body, '/noregret')") });
    expect(workflow.jobs['answer']!.steps).toEqual([{ uses: 'your-org/noregret/publish@v1', with: { workflow: measuringWorkflow } }]);
  });

  test('is the one that the documentation shows', () => {
    expect(readFileSync('docs/accepting.md', 'utf8')).toContain(`# .github/workflows/noregret-commands.yml\n${text}\`\`\``);
  });
});
