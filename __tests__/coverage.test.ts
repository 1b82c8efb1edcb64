import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';

const page = readFileSync('docs/coverage.md', 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| what')).map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, '')));
const systems = [
  'Grid search', 'Random search', 'Hyperopt', 'Hyperas', 'kopt', 'Talos', 'Keras Tuner', 'Scikit-Optimize', 'Spearmint', 'Hyperband', 'sklearn-deap', 'scikit-learn', 'Optuna', 'OptunaHub',
  'Ray Tune', 'Weights & Biases', 'MLflow', 'TensorBoard', 'Katib', 'NNI', 'Polyaxon', 'Determined', 'Guild', 'SageMaker', 'Azure ML', 'Vertex AI', 'Hydra',
];
const shown = [...page.matchAll(/`([\w/]+)` "([^|]+?)"(?=;| \|)/g)].map(([, file = '', title = '']) => ({ file, title }));

describe('docs/coverage.md', () => {
  test.each(systems)('%s has a heading and rows', (system) => {
    const section = page.split('\n## ').find((each) => (each.split('\n')[0] ?? '').includes(system));
    expect(section?.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| what')).length).toBeGreaterThan(0);
  });

  test('every row has what it does, how, and a test', () => {
    expect(rows.filter((cells) => cells.length !== 3 || !/^`[\w/]+` "/.test(cells[2] ?? ''))).toEqual([]);
    expect(shown.length).toBeGreaterThanOrEqual(rows.length);
  });

  test.each(shown)('$file: $title', ({ file, title }) => {
    const path = `__tests__/${file}.test.ts`;
    expect(existsSync(path)).toBe(true);
    const source = readFileSync(path, 'utf8').replaceAll("\\'", "'");
    expect(source.includes(`'${title}'`) || source.includes(`"${title}"`) || source.includes(`\`${title}\``)).toBe(true);
  });
});
