import type { LossTrial } from '../model/ports.js';
import type { Individual } from './gaOperators.js';

export interface Generation {
  /** A new population, not the children of the one before. */
  readonly fresh: boolean;
  /** Genomes not met before. */
  readonly added: number;
  readonly individuals: readonly Individual[];
}

const MOST_LINES = 20;
const HALL_OF_FAME = 3;

/** Sentences for the report; values are named by the trials that gave them. */
export function generationLines(log: readonly Generation[], ranked: readonly LossTrial[]): readonly string[] {
  const lines = log.map((generation, i) => line(generation, i));
  const hidden = lines.length - MOST_LINES;
  const fame = ranked.slice(0, HALL_OF_FAME).map(({ number }) => String(number));
  return [
    ...(hidden > 0 ? [`${hidden} earlier generations are not listed.`] : []),
    ...lines.slice(-MOST_LINES),
    ...(fame.length === 0 ? [] : [`Hall of fame: ${fame.length === 1 ? 'trial' : 'trials'} ${fame.join(', ')}.`]),
  ];
}

function line({ fresh, added, individuals }: Generation, number: number): string {
  const usable = individuals.filter(({ loss }) => loss < Infinity);
  const best = usable.reduce<Individual | undefined>((a, b) => (a === undefined || b.loss < a.loss ? b : a), undefined);
  const known = individuals.length - added;
  const facts = [`${added} new`, ...(known > 0 ? [`${known} known and not run again`] : []), ...(best === undefined ? ['none gave a value'] : [`best is trial ${best.trial}`])];
  return `Generation ${number}${fresh && number > 0 ? ' (a new population around the best)' : ''}: ${facts.join(', ')}.`;
}
