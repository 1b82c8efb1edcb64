import { expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configText } from '../../src/app/initTemplates.js';
import { parseConfig } from '../../src/config/parse.js';
import { detectDialect } from '../../src/dialects/detect.js';
import { dialects } from '../../src/dialects/index.js';
import { parameterLines, parameterNotes } from '../../src/dialects/lines.js';
import { settle } from '../../src/dialects/settle.js';
import { UserError } from '../../src/model/errors.js';
import { pruners } from '../../src/pruners/index.js';
import { samplers } from '../../src/samplers/index.js';

function written(text: string): { tool: string; lines: readonly string[]; notes: readonly string[]; errors: readonly string[] } {
  const { reader, document } = detectDialect(text, 'file', dialects);
  const draft = settle(reader.read(document, { file: 'file' }));
  // `init` refuses such a file as a whole, with these reasons.
  if (!draft.parameters.some(({ form }) => form.said)) throw new UserError('dialect-empty', parameterNotes(draft.parameters).join('; '));
  const lines = parameterLines(draft.parameters);
  const config = configText({ name: 'x', command: draft.command ?? ['python', '${args}'], metric: draft.metric ?? 'm', goal: draft.goal ?? 'minimize', parameters: lines, ...(draft.method === undefined ? {} : { method: draft.method }), ...(draft.trials === undefined ? {} : { trials: draft.trials }), ...(draft.earlyTerminate === undefined ? {} : { earlyTerminate: draft.earlyTerminate }) });
  const { diagnostics } = parseConfig({ text: config, path: 'noregret.yml', samplers, pruners });
  return { tool: reader.tool, lines, notes: parameterNotes(draft.parameters), errors: diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message) };
}

test.each([
  ['NNI', '{"units":{"_type":"randint","_value":[20,31]}}', 'units: { distribution: int_uniform, min: 20, max: 30 }'],
  ['Determined', 'hyperparameters: { lr: { type: log, base: 10, minval: -5, maxval: -1 } }\nsearcher: { name: random, metric: loss }', 'lr: { distribution: log_uniform_values, min: 0.00001, max: 0.1 }'],
  ['Azure ML', 'type: sweep\nsearch_space: { units: { type: randint, upper: 10 } }\nobjective: { goal: minimize, primary_metric: loss }', 'units: { distribution: int_uniform, min: 0, max: 9 }'],
  ['Katib', 'apiVersion: kubeflow.org/v1beta1\nkind: Experiment\nspec: { parameters: [{ name: lr, parameterType: double, feasibleSpace: { min: "0.01", max: "0.05" } }] }', 'lr: { distribution: uniform, min: 0.01, max: 0.05 }'],
  ['Polyaxon', 'matrix: { kind: random, params: { log_lr: { kind: range, value: [-5, 0, 1] } } }', 'log_lr: { values: [-5, -4, -3, -2, -1] }'],
  ['Hydra', 'hydra: { sweeper: { direction: minimize, params: { lr: "tag(log, interval(1e-4, 0.1))" } } }', 'lr: { distribution: log_uniform_values, min: 0.0001, max: 0.1 }'],
])('%s', (tool, text, line) => {
  const result = written(text);
  expect(result.tool).toBe(tool);
  expect(result.errors).toEqual([]);
  expect(result.lines).toContain(line);
});

test('a reverse logarithmic scale is left out by name', () => {
  const { lines, notes } = written('studySpec: { parameters: [{ parameterId: a, doubleValueSpec: { minValue: 1, maxValue: 2 }, scaleType: UNIT_REVERSE_LOG_SCALE }, { parameterId: b, integerValueSpec: { minValue: 4, maxValue: 4 } }] }');
  expect(notes.join('\n')).toMatch(/a: left out: its scale is logarithmic from its upper end/);
  expect(lines).toContain('b: { value: 4 }');
});

test('an unknown file names what is known', () => {
  expect(() => written('hello: world')).toThrow(UserError);
});

const real = '../shared/sweeps/dialects';
const files = existsSync(real) ? readdirSync(real, { withFileTypes: true }).filter((d) => d.isDirectory() && d.name in dialects).flatMap((d) => readdirSync(join(real, d.name)).map((file) => join(real, d.name, file))) : [];
(files.length === 0 ? test.skip : test)('real files are read or refused with a reason, and what is written is valid', () => {
  const faults = files.flatMap((file) => {
    try {
      return written(readFileSync(file, 'utf8')).errors.map((error) => `${file}: ${error}`);
    } catch (error) {
      return error instanceof UserError ? [] : [`${file}: ${String(error)}`];
    }
  });
  expect(faults).toEqual([]);
});
