export type Goal = 'minimize' | 'maximize';

/** Lower is better: what samplers and pruners see. Its own inverse, so it also turns a loss back into the metric's sign. */
export function toLoss(value: number, goal: Goal): number {
  return goal === 'minimize' ? value : -value;
}

/** Larger is better: what statistics see. Its own inverse, so it also turns a gain back into the metric's sign. */
export function toGain(value: number, goal: Goal): number {
  return goal === 'maximize' ? value : -value;
}
