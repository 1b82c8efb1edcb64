import type { StudyConfig } from '../model/config.js';
import type { FileConfig } from './schema.js';
import type { patiencePresets } from './schemaParts.js';
import { positionOf, type SettingsContext } from './settings.js';

type Preset = (typeof patiencePresets)[number];

/** Numbers of Talos 1.4 (`early_stopper`; a share of the epochs, rounded down) and kopt (`patience`, beside 500 epochs). */
const presets: Readonly<Record<Preset, { readonly patience: number } | { readonly share: number }>> = { lazy: { share: 3 }, moderate: { share: 10 }, strict: { patience: 2 }, kopt: { patience: 10 } };

/** Reports without a better value after which a run is over. */
export function readEarlyStopping({ early_stopping: given }: FileConfig, context: SettingsContext): Pick<StudyConfig, 'earlyStopping'> {
  if (given === undefined) return {};
  // Any better value is progress, as in Talos and Keras.
  const { patience, epochs, min_delta: minDelta = 0 } = typeof given === 'object' ? given : { patience: given };
  if (typeof patience === 'number') return { earlyStopping: { patience, minDelta } };
  const preset = presets[patience];
  if ('patience' in preset) return { earlyStopping: { patience: preset.patience, minDelta } };
  if (epochs === undefined) {
    context.findings.error(positionOf(context, 'early_stopping'), { code: 'no-epochs', message: `early_stopping ${patience} is epochs / ${preset.share}, and epochs is not given`, fix: 'say how many epochs a full run has, or write a number of reports', example: `early_stopping: { patience: ${patience}, epochs: 100 }` });
    return {};
  }
  return { earlyStopping: { patience: Math.max(1, Math.floor(epochs / preset.share)), minDelta } };
}
