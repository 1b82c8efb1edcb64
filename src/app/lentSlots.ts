import type { Clock } from '../model/ports.js';
import type { Beside } from './search.js';
import type { SharedExecutor } from './sharedSlots.js';

/** What is known once gate and confirmation have ended. */
export interface GateEnd { readonly goesOn: boolean; readonly isDown: boolean }

/** Slots that the gate leaves idle, lent to the search until the gate ends; from then on the search has them all (decisions.md 16). */
export interface LentSlots {
  slots(): number;
  /** For the search; `deadlineMs` is asked once, when the gate has ended. */
  beside(deadlineMs: (retuningFollows: boolean) => number | undefined): Beside;
  readonly ended: Promise<GateEnd>;
  end(how: GateEnd): void;
}

interface LentSlotsOptions {
  readonly executor: SharedExecutor;
  readonly clock: Clock;
  /** Most runs of pairs at once, whatever look or confirmation comes. */
  readonly most: number;
  /** Runs that the gate may still start. */
  readonly runsAhead: () => number;
}

export function lendSlots({ executor, clock, most, runsAhead }: LentSlotsOptions): LentSlots {
  let how: GateEnd | undefined;
  let tellEnd: (end: GateEnd) => void = () => undefined;
  const ended = new Promise<GateEnd>((resolve) => { tellEnd = resolve; });
  return {
    slots: () => (how === undefined ? executor.room(most) : executor.capacity),
    beside: (deadlineMs) => {
      let over: ReturnType<Beside['over']>;
      return {
        changed: async () => { await Promise.race([executor.changed(), ended]); },
        runsAhead: () => (how === undefined ? runsAhead() : 0),
        over: () => {
          if (how !== undefined) over ??= { deadlineMs: how.goesOn ? deadlineMs(how.isDown) : clock.now() };
          return over;
        },
      };
    },
    ended,
    end: (end) => {
      how ??= end;
      tellEnd(how);
    },
  };
}
