import { logUniform, reverseLog, uniform, unsaid, whole, wholeLog, type Form } from './form.js';

/** `reverse-log`: Vizier's, of low + high - x; `log-to-one`: SageMaker's, of 1 - x. */
export type Scale = 'linear' | 'log' | 'reverse-log' | 'log-to-one';

export interface Scaled { readonly low: number; readonly high: number; readonly whole: boolean; readonly scale: Scale | undefined }

/** A range on a scale, as cloud tuners give it. */
export function scaled({ low, high, whole: isWhole, scale }: Scaled): Form {
  if (low === high) return isWhole ? whole(low, high) : uniform(low, high);
  switch (scale) {
    case 'linear':
      return isWhole ? whole(low, high) : uniform(low, high);
    case 'log':
      return isWhole ? wholeLog(low, high) : logUniform(low, high);
    case 'reverse-log':
      return reverseLog(low, high, isWhole);
    case 'log-to-one':
      return unsaid(`its scale is the logarithm of 1 - x, which no distribution here is; reverse_log_uniform_values from ${low} to ${high} is the nearest`);
    case undefined:
      return unsaid('its scale is unknown');
  }
}
