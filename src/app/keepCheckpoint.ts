import { paramsKey, type Params } from '../model/params.js';
import type { StudyRecord } from '../model/record.js';
import { seedFor } from '../model/seeds.js';
import type { StageContext } from './context.js';
import { canonicalLabel } from './gateStep.js';

/**
 * Digest of the model at main's best configuration, for the record. The previous record's goes on while that configuration
 * does, the model is still here and main is not due to be searched again: the studies that train on from it stay comparable.
 */
export async function keepCheckpoint({ run, lab, found, tools, keepCheckpoint: keep }: StageContext, params: Params, { previous, isDue }: { readonly previous: StudyRecord | undefined; readonly isDue: boolean }): Promise<string | undefined> {
  const { checkpoint } = run.configs.head;
  if (checkpoint === undefined || keep === undefined) return undefined;
  const old = previous?.checkpoint;
  const isSame = previous !== undefined && paramsKey(previous.incumbent.params) === paramsKey(params);
  if (old !== undefined && isSame && !isDue && await tools.findCheckpoint?.(old) !== undefined) return old;
  const trial = lab.find('head', params, seedFor(canonicalLabel, 1));
  const kept = trial?.result?.outcome.state === 'complete' ? await keep(trial, checkpoint) : { why: 'is not there: the run did not complete' };
  if ('digest' in kept) return kept.digest;
  found.warnings.push(`No model was kept: \`checkpoint: ${checkpoint}\` ${kept.why} in $NOREGRET_TRIAL_DIR of the run at main's best configuration.`);
  return undefined;
}
