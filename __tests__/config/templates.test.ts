import { describe, expect, test } from '@jest/globals';
import { inputsAmong } from '../../src/compare/inputs.js';
import { messages, ours, parse, problems } from './parsing.js';

const templates = (text: string): unknown => parse(ours(text)).config?.templates;

describe('template', () => {
  test('one, several, with and without a name of its own', () => {
    expect(parse(ours('')).config).not.toHaveProperty('templates');
    expect(templates('template: conf/config.yaml.tpl')).toEqual([{ from: 'conf/config.yaml.tpl', to: 'config.yaml' }]);
    expect(templates('template: { from: train.py, to: src/train.py }')).toEqual([{ from: 'train.py', to: 'src/train.py' }]);
    expect(templates('template: [a.json.tmpl, { from: 12 }]')).toEqual([{ from: 'a.json.tmpl', to: 'a.json' }, { from: '12', to: '12' }]);
  });

  test.each([
    ['template: /etc/passwd', '6:11 path-outside'], ['template: ../a.tpl', '6:11 path-outside'], ['template: { from: a.tpl, to: ../../x }', '6:11 path-outside'],
    ['template: { from: a.tpl, to: /x }', '6:11 path-outside'], ['template: { from: a.tpl, to: "x/" }', '6:11 path-outside'], ['template: [ok.tpl, "a\\\\b.tpl"]', '6:20 path-outside'],
    ['template: "C:x.tpl"', '6:11 path-outside'], ['template: [a/x.tpl, b/x.tpl]', '6:21 duplicate-template'], ['template: []', '6:11 wrong-value'], ['template: { to: x }', '6:11 wrong-value'],
  ])('%s', (text, place) => expect(problems(parse(ours(text)))).toEqual([place]));

  test('a flag stands in its place', () => {
    const { config } = parse(ours('template: a.tpl'), { overrides: { template: { from: ['b.yaml.tpl'], to: 'c/d.yaml' } } });
    expect(config?.templates).toEqual([{ from: 'b.yaml.tpl', to: 'c/d.yaml' }]);
    expect(messages(parse(ours(''), { overrides: { template: { from: ['../x'] } } }))).toContain('leads out of its folder');
  });

  test('macros of templates that are not there', () => {
    const text = (macro: string, more: string): string => ours(more).replace(/command: .*/, `command: [python, train.py, "--config=\${${macro}}"]`);
    expect(problems(parse(text('template', 'template: a.yaml.tpl')))).toEqual([]);
    expect(problems(parse(text('template:a.yaml', 'template: a.yaml.tpl')))).toEqual([]);
    expect(problems(parse(text('template', '')))).toEqual(['3:29 unknown-macro']);
    expect(messages(parse(text('template:b.yaml', 'template: a.yaml.tpl')))).toContain('templates: a.yaml');
  });

  test('a template is an input, whatever `inputs` leaves out', () => {
    const inputs = (text: string): readonly string[] => inputsAmong(['README.md', 'prompt.md', 'docs/guide.md', 'sub/prompt.md', 'train.py'], parse(ours(text)).config?.inputs ?? []);
    expect(inputs('template: prompt.md')).toEqual(['prompt.md', 'sub/prompt.md', 'train.py']);
    expect(inputs('template: prompt.md\ninputs: ["!**/*.md"]')).toEqual(['prompt.md', 'sub/prompt.md', 'train.py']);
    expect(inputs('inputs: ["!**/*.md"]')).toEqual(['train.py']);
  });
});
