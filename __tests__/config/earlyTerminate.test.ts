import { describe, expect, test } from '@jest/globals';
import { pruners } from '../../src/pruners/index.js';
import { messages, ours, parse, problems, wandb } from './parsing.js';

const read = (early: string): unknown => parse(ours(`early_terminate: ${early}`)).config?.earlyTerminate;

describe('a file of ours', () => {
  test('without it nothing is stopped', () => expect(parse(ours('')).config?.earlyTerminate).toBeUndefined());

  test('type and options, defaults filled in', () => {
    expect(read('{ type: median, warmup: 3 }')).toEqual({ name: 'median', options: { startup_trials: 5, warmup: 3, interval: 0, min_trials: 1, resource: 'step' } });
    expect(read('{ type: patient, wraps: { type: asha, eta: 4 } }')).toMatchObject({ name: 'patient', options: { patience: 3, min_delta: 0, wraps: { type: 'asha', eta: 4, min_resource: 1 } } });
    expect(read('{ type: hyperband, max_resource: 27 }')).toMatchObject({ options: { max_resource: 27, eta: 3 } });
  });

  test.each(Object.keys(pruners).filter((name) => name !== 'never'))('%s works with no option at all', (name) => {
    expect(problems(parse(ours(`early_terminate: { type: ${name} }`)))).toEqual([]);
    expect(pruners[name]?.create({}).name).toBe(name);
  });

  test.each([
    ['{ type: medium }', '6:26 unknown-pruner', 'did you mean median?'],
    ['{ type: zzz }', '6:26 unknown-pruner', 'there are never, auto, median'],
    ['{ startup_trials: 3 }', '6:18 missing-key', 'early_terminate.type is missing'],
    ['{ type: median, startup: 3 }', '6:34 unknown-key', 'median has startup_trials, warmup'],
    ['{ type: median, n_startup_trials: 3 }', '6:34 unknown-key', 'did you mean startup_trials?'],
    ['{ type: patient, wraps: { type: sha } }', '6:50 wrong-value', 'early_terminate.wraps.type is "sha"'],
    ['{ type: median, warmup: -1 }', '6:42 wrong-value', 'early_terminate.warmup is -1'],
    ['{ type: median, resource: epochs }', '6:44 wrong-value', 'early_terminate.resource is "epochs"'],
    ['{ type: asha, eta: 1 }', '6:37 wrong-value', 'early_terminate.eta is 1'],
    ['{ type: hyperband, eta: 2.5 }', '6:42 wrong-value', 'must be a whole number'],
    ['{ type: hyperband, min_iter: 3, eta: 1 }', '6:55 wrong-value', 'early_terminate.eta is 1'],
    ['{ type: hyperband, max_resource: 2 }', '6:51 wrong-value', 'max_resource (2) must be at least eta (3) times min_resource (1)'],
    ['{ type: hyperband, min_iter: 3, resource: seconds }', '6:60 wrong-value', 'its rule counts logged values'],
    ['{ type: sha, resource: fraction }', '6:18 missing-key', 'early_terminate.min_resource is missing: it must be below 1 with resource: fraction, e.g. 0.04'],
    ['{ type: asha, resource: fraction, min_resource: 1 }', '6:66 wrong-value', 'a full run is 1'],
    ['{ type: asha, resource: fraction, min_resource: 0.1, max_resource: 27 }', '6:85 wrong-value', 'must be at most 1'],
    ['{ type: hyperband, resource: fraction }', '6:18 missing-key', 'early_terminate.min_resource is missing'],
    ['{ type: hyperband, resource: fraction, min_resource: 0.5 }', '6:71 wrong-value', 'leaves a single rung'],
    ['{ type: screen, resource: fraction }', '6:18 missing-key', 'early_terminate.after is missing'],
    ['{ type: median, resource: fraction, warmup: 3 }', '6:62 wrong-value', 'early_terminate.warmup is 3, must be below 1'],
    ['{ type: threshold, resource: fraction, interval: 1 }', '6:67 wrong-value', 'early_terminate.interval is 1'],
    ['{ type: patient, resource: fraction, wraps: { type: asha } }', '6:18 missing-key', 'early_terminate.wraps.min_resource is missing'],
    ['{ type: patient, resource: fraction, wraps: { type: median, resource: seconds } }', '6:45 wrong-value', 'must be what the wrapped rule counts: seconds'],
    ['{ type: patient, wraps: { type: median, warm: 3 } }', '6:58 unknown-key', 'early_terminate.wraps.warm is unknown'],
  ])('%s', (early, place, message) => {
    const result = parse(ours(`early_terminate: ${early}`));
    expect(problems(result)).toEqual([place]);
    expect(messages(result)).toContain(message);
  });
});

test.each(['{ type: sha, min_resource: 0.04 }', '{ type: asha, min_resource: 0.04 }', '{ type: hyperband, min_resource: 0.04 }', '{ type: hyperband, mode: keras-tuner, min_resource: 0.04 }', '{ type: hyperband, mode: async, min_resource: 0.04 }', '{ type: screen, after: 0.1 }', '{ type: median, warmup: 0.1 }', '{ type: auto }', '{ type: patient, wraps: { type: asha, min_resource: 0.1 } }'])('fractions: %s', (early) => {
  const result = parse(ours(`early_terminate: ${early.replace('type', 'resource: fraction, type')}`));
  expect(messages(result)).toBe('');
  const { name = '', options = {} } = result.config?.earlyTerminate ?? {};
  expect(pruners[name]?.create(options).resource).toBe('fraction');
});

describe('a W&B file', () => {
  test('hyperband means what it means there', () => {
    expect(parse(wandb('early_terminate: { type: hyperband, min_iter: 3 }')).config?.earlyTerminate).toMatchObject({ name: 'hyperband', options: { min_iter: 3, eta: 3, strict: true } });
    expect(parse(wandb('early_terminate: { type: hyperband, max_iter: 27, s: 2, eta: 3, strict: false }')).config?.earlyTerminate).toMatchObject({ options: { max_iter: 27, s: 2, strict: false } });
  });

  test('its keys keep their meaning beside keys of ours', () => {
    expect(read('{ type: hyperband, min_iter: 3 }')).toMatchObject({ options: { min_iter: 3, strict: true } });
  });

  test('a key that W&B drops is warned about', () => {
    const result = parse(wandb('early_terminate: { type: hyperband, min_iter: 3, min_itr: 4 }'));
    expect(problems(result, 'warning')).toContain('6:50 unknown-key');
    expect(result.config?.earlyTerminate).toMatchObject({ options: { min_iter: 3 } });
  });

  test.each([
    ['{ type: hyperband, max_iter: 9 }', '6:18 missing-key', 'early_terminate.s is missing'],
    ['{ type: hyperband, max_iter: 2, s: 2 }', '6:47 wrong-value', 'leaves no band'],
    ['{ type: hyperband, min_iter: 0 }', '6:47 wrong-value', 'early_terminate.min_iter is 0'],
  ])('what W&B refuses is refused: %s', (early, place, message) => {
    const result = parse(wandb(`early_terminate: ${early}`));
    expect(problems(result)).toEqual([place]);
    expect(messages(result)).toContain(message);
  });
});
