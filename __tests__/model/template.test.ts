import { describe, expect, test } from '@jest/globals';
import { fillTemplate, parseTemplate, type TemplateValues } from '../../src/model/template.js';
import type { PythonValue } from '../../src/model/pythonText.js';

const names = ['learning_rate', 'units', 'optimizer', 'nesterov', 'momentum', 'layers', 'model.width', 'init'];
const params = new Map<string, PythonValue>([['learning_rate', { float: 1e-5 }], ['units', 64], ['optimizer', 'say "hi"'], ['nesterov', true], ['layers', [1, 2]], ['model.width', { float: 2 }], ['init', null]]);
const values: TemplateValues = { params, seed: 7, trialDir: '/t/0-1/files' };
const fill = (text: string, isPython = false, more: Partial<TemplateValues> = {}): string => {
  const { template, problems } = parseTemplate(text, names);
  expect(problems).toEqual([]);
  return fillTemplate(template, { ...values, ...more }, isPython);
};

describe('values', () => {
  test.each([
    // PyYAML (YAML 1.1) takes 1e-05 for text.
    ['lr: {{learning_rate}}', 'lr: 1.0e-05'], ['units: {{ units }}', 'units: 64'], ['width: {{model.width}}', 'width: 2.0'], ['{{optimizer}}', 'say "hi"'],
    ['nesterov: {{nesterov}}', 'nesterov: true'], ['{{layers}}', '[1, 2]'], ['{{init}}', 'null'],
    ['{"o": {{optimizer|json}}, "l": {{ layers | json }}}', '{"o": "say \\"hi\\"", "l": [1, 2]}'], ['{{learning_rate|json}}', '1e-05'], ['{{learning_rate|yaml}} {{optimizer|yaml}}', '1.0e-05 "say \\"hi\\""'],
    ['o = {{optimizer|python}}, {{nesterov|python}}, {{init|python}}', `o = 'say "hi"', True, None`],
    ['seed: {{seed}} in {{trial_dir}}', 'seed: 7 in /t/0-1/files'],
    ['{{units}}{{units}} {{units}}', '6464 64'],
  ])('%s', (text, filled) => expect(fill(text)).toBe(filled));

  test('of a Python file, bare, are Python\'s', () => {
    expect(fill('use({{nesterov}}, {{init}}, {{layers}}, {{optimizer}}, {{nesterov|json}})', true)).toBe('use(True, None, [1, 2], say "hi", true)');
    expect(fill('{{learning_rate}}', true)).toBe('1e-05');
  });

  test('the fold is there where the study has folds', () => {
    expect(fill('{{fold}} of {{folds}}', false, { fold: { index: 0, of: 5 } })).toBe('0 of 5');
    expect(fill('a\nfold: {{fold}}\nb')).toBe('a\nb');
  });
});

describe('what is kept as it is', () => {
  test.each(['', 'a\r\nb\r\n', 'no end', '}} and { x } and { {units} }', '\uFEFFlr: 1\n', 'é {x}\n\n'])('%j', (text) => expect(fill(text)).toBe(text));
  test('two braces after a backslash', () => expect(fill('a: \\{{units}} {{units}}\nb: ${\\{ x }\nc: $\\{{ y }}')).toBe('a: {{units}} 64\nb: ${\\{ x }\nc: ${{ y }}'));
  test('a parameter may have the name of one of ours', () => {
    const { template } = parseTemplate('{{seed}}', ['seed']);
    expect(fillTemplate(template, { ...values, params: new Map([['seed', 3]]) }, false)).toBe('3');
  });
});

describe('an inactive parameter', () => {
  test('takes its line with it, and no other', () => expect(fill('opt:\n  name: sgd\n  momentum: {{momentum}}  # only sgd\n  lr: {{learning_rate}}\n')).toBe('opt:\n  name: sgd\n  lr: 1.0e-05\n'));
  test('unless each has a fallback', () => {
    expect(fill('m: {{momentum:-0.9}}, u: {{units:-1}}\n')).toBe('m: 0.9, u: 64\n');
    expect(fill('m: {{momentum | json :-}}|\n')).toBe('m: |\n');
    expect(fill('m: {{momentum:-0.9}} {{momentum}}\nx')).toBe('x');
  });
});

describe('refused, all at once, with place and fix', () => {
  test.each([
    ['{{leraning_rate}}', '1:1', '{{leraning_rate}} names no parameter', 'did you mean {{learning_rate}}?'],
    ['a\n  b: {{zzz}}', '2:6', '{{zzz}} names no parameter', 'parameters: learning_rate, units'],
    ['{{seeds}}', '1:1', '{{seeds}} names no parameter', 'did you mean {{seed}}?'],
    ['x {{}}', '1:3', '{{}} names no parameter', 'parameters: '],
    ['Dense({{choice([64, 128])}})', '1:7', 'as Hyperas writes it', 'declare it in the study file'],
    ['{{uniform(0, 1)}}', '1:1', 'as Hyperas writes it', 'write {{learning_rate}}'],
    ['{{units|upper}}', '1:1', 'there is no form upper', 'write |json, |yaml or |python'],
    ['{{units}', '1:1', '{{ is not closed on its line', '\\{{ for two braces'],
    ['{{\nunits}}', '1:1', '{{ is not closed on its line', 'write }}'],
  ])('%j', (text, place, message, fix) => {
    const { problems } = parseTemplate(text, names);
    expect(problems.map(({ line, column }) => `${line}:${column}`)).toEqual([place]);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.fix).toContain(fix);
  });
  test('several', () => expect(parseTemplate('{{a1}}\n{{units}} {{b1}} {{c1', names).problems).toHaveLength(3));
  test('a line of a million braces takes no time to speak of', () => {
    expect(parseTemplate('{'.repeat(1_000_000), names).problems).toHaveLength(1);
    expect(parseTemplate('{{x}}'.repeat(100_000), names).problems).toHaveLength(100);
    expect(parseTemplate(`{{${' '.repeat(200_000)}`, names).problems).toHaveLength(1);
    expect(parseTemplate(`${'{{units |'.repeat(20_000)}}}`, names).problems).toHaveLength(1);
  });
});
