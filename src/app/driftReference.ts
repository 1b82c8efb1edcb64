import { fewestPairs, referenceOf, successiveSearches, type MovementReference } from '../compare/drift/reference.js';
import { inputsAmong } from '../compare/inputs.js';
import type { StageContext } from './context.js';
import type { Standing } from './standing.js';

/** What successive searches of main differ by where no file that can change a result did; asks git only where there are enough of them. */
export async function driftReference({ run, tools }: Pick<StageContext, 'run' | 'tools'>, { main }: Pick<Standing, 'main'>): Promise<MovementReference | undefined> {
  const pairs = successiveSearches(main.records);
  if (pairs.length < fewestPairs) return undefined;
  const same: (typeof pairs)[number][] = [];
  for (const pair of pairs) {
    const [old, young] = pair;
    const changed = old.sha === young.sha ? [] : await tools.repository.changedFiles(old.sha, young.sha);
    if (inputsAmong(changed, run.configs.base.inputs).length === 0) same.push(pair);
  }
  return referenceOf(run.configs.head.space, same, run.configs.head.verdict.alpha);
}
