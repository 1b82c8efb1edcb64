import { describe, expect, test } from '@jest/globals';
import { createWorld, hill, plainConfig, type Ran, type WorldOptions } from './simulatedRun.js';

type Side = ReturnType<typeof hill>;
const run = async (base: Side, head: Side, more: Omit<WorldOptions, 'formula'> = {}): Promise<Ran> =>
  await createWorld({ formula: (side, params, seed) => (side === 'base' ? base : head)(params, seed), ...more }).compare();
const worse = hill({ level: 0.8, salt: 'b' });

describe('when the search is run', () => {
  const policy = (search: string): string => plainConfig(`verdict: { search: ${search} }\n`);
  const searched = async (search: string, head: Side, changed?: readonly string[]): Promise<boolean> =>
    (await run(hill(), head, { config: policy(search), ...(changed === undefined ? {} : { changed }) })).study.search !== undefined;

  test.each([
    ['never', worse, false], ['on-regression', worse, true], ['on-regression', hill({ salt: 'b' }), false], ['always', hill({ salt: 'b' }), true],
  ] as const)('%s', async (search, head, expected) => expect(await searched(search, head)).toBe(expected));

  test('never after a confirmed decline: the sentence says that none was run', async () => {
    expect((await run(hill(), worse, { config: policy('never') })).study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'not-retuned', sentence: expect.stringContaining('no search was run') });
  });

  test('not when nothing that can change a result differs, unless the head is worse all the same', async () => {
    expect(await searched('always', hill(), ['README.md', 'docs/a.md'])).toBe(false);
    expect(await searched('always', worse, ['README.md'])).toBe(true);
    const { study } = await run(hill(), hill(), { changed: ['README.md'] });
    expect(study.notes).toEqual([expect.stringContaining('No search')]);
    expect(study.budget.plan).not.toContain('search');
  });

  test('no time for it after a decline: a regression that was not retuned, not a search that failed', async () => {
    const { study } = await run(hill(), worse, { config: plainConfig('budget: { trials: 10, time: 11m }\n'), seconds: () => 100 });
    expect(study.verdict).toMatchObject({ kind: 'REGRESSION', reason: 'retuning-not-run' });
  });
});
