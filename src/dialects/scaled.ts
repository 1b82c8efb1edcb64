import { logUniform, uniform, unsaid, whole, wholeLog, type Form } from './form.js';

export type Scale = 'linear' | 'log' | 'reverse-log';

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
      return unsaid(`its scale is logarithmic from its upper end ${high} down, which no distribution here is; uniform from ${low} to ${high} is the nearest`);
    case undefined:
      return unsaid('its scale is unknown');
  }
}
