import { z } from 'zod';
import { createRng } from '../math/rng.js';
import type { Params } from '../model/params.js';
import type { LossTrial, Sampler, StudyView } from '../model/ports.js';
import type { SearchSpace } from '../model/searchSpace.js';
import { freshPoint } from './fresh.js';
import { childOf, newcomers, offspringOf, type Breeding, type Individual } from './gaOperators.js';
import { generationLines, type Generation } from './gaLog.js';
import { keyOf } from './seen.js';
import { bestFirst, insideSpace, usableLoss } from './standing.js';
import { warmStart } from './warmStart.js';

const probability = z.number().min(0).max(1);

export const gaOptions = z.strictObject({
  preset: z.enum(['noregret', 'sklearn-deap']).default('noregret').describe('noregret keeps the best individual and crosses whole numbers as intervals too; sklearn-deap does neither'),
  population: z.int().min(4).default(50).describe('Individuals of a generation; at most a fifth of the budget is used'),
  generations: z.int().min(1).default(10).describe('Generations after the first one; then, if two more of that size fit the budget, a new population starts around the best one'),
  gene_mutation: probability.default(0.1).describe('Probability that a gene of a mutated individual is drawn anew'),
  gene_crossover: probability.default(0.5).describe('Probability that a gene of a mated pair is exchanged'),
  tournament: z.int().min(1).default(3).describe('Individuals drawn per tournament; the best one becomes a parent'),
  crossover: probability.default(0.5).describe('Probability that a pair is mated'),
  mutation: probability.default(0.2).describe('Probability that an individual is mutated'),
  warm_start: warmStart,
});
type GaOptions = z.output<typeof gaOptions>;

const SMALLEST_POPULATION = 4;
/** Generations in a row that bring nothing to measure before the rest is left to chance. */
const MOST_EMPTY = 20;

interface Evolution {
  /** Finished individuals to breed from while the rest of a generation is running. */
  readonly pool: readonly Individual[];
  /** What the current generation wants measured, in order; running ones are among them. */
  readonly wanted: readonly Params[];
  readonly log: readonly Generation[];
}

/**
 * Genetic algorithm with the operators and defaults of sklearn-deap (DEAP's eaSimple). Replays the generations from
 * the history, each with a random stream keyed by the population that it starts from; a genome that was measured
 * before takes the measured loss. Slots that are free while a generation ends get extra children of the same parents.
 */
export function ga(options: GaOptions): Sampler {
  const breeding: Breeding = {
    crossover: options.crossover, mutation: options.mutation, geneCrossover: options.gene_crossover, geneMutation: options.gene_mutation,
    tournament: options.tournament, intervals: options.preset === 'sklearn-deap' ? 'floats' : 'ordered',
  };
  const bred = new WeakMap<SearchSpace, Map<string, readonly Params[]>>();
  const evolved = (view: StudyView): Evolution => evolve(view, { options, breeding, bred });
  return {
    name: 'ga',
    suggest: (view, rng) => {
      const { pool, wanted } = evolved(view);
      return freshPoint(view, rng, (i) => wanted[i] ?? (pool.length === 0 ? undefined : childOf(view.space, pool, breeding, rng.fork(`child ${i}`))));
    },
    explain: (view) => [...guardLines(options, view.budget), ...generationLines(evolved(view).log, bestFirst(view.finished))],
  };
}

interface Method { readonly options: GaOptions; readonly breeding: Breeding; readonly bred: WeakMap<SearchSpace, Map<string, readonly Params[]>> }

function sizeFor({ population }: GaOptions, budget: number): number {
  return Math.min(population, Math.max(SMALLEST_POPULATION, Math.floor(budget / 5)));
}

function guardLines(options: GaOptions, budget: number): readonly string[] {
  const size = sizeFor(options, budget);
  if (size === options.population) return [];
  const changed = 1 - (1 - options.crossover) * (1 - options.mutation);
  const needed = Math.round(options.population * (1 + changed * options.generations));
  return [`A population of ${options.population} needs about ${needed} trials for ${options.generations} generations and the budget is ${budget}: a population of ${size} was used.`];
}

function evolve(view: StudyView, method: Method): Evolution {
  const size = sizeFor(method.options, view.budget);
  const founders = [...view.finished, ...view.running].sort((a, b) => a.number - b.number).slice(0, size);
  const population = founders.filter(({ state }) => state !== 'running').map((trial) => individual(view.space, trial));
  if (founders.length < size) return { pool: [], wanted: bestFirst(method.options.warm_start ? view.prior ?? [] : []).slice(0, Math.ceil(size / 4)).map(({ params }) => params), log: [] };
  return population.length < size ? { pool: population, wanted: [], log: [] } : replay(view, population, method);
}

/** From a first generation that is measured to the generation that is not. */
function replay({ space, finished, budget }: StudyView, founders: readonly Individual[], method: Method): Evolution {
  const measured = new Map(finished.map((trial) => individual(space, trial)).map((each) => [keyOf(each.params), each]));
  const met = new Set(founders.map(({ params }) => keyOf(params)));
  const log: Generation[] = [{ fresh: true, added: met.size, individuals: founders }];
  let population = founders;
  for (let number = 1, age = 1, empty = 0; empty < MOST_EMPTY; number++, age++) {
    const fresh = empty > 0 || (age > method.options.generations && budget - met.size >= 2 * founders.length);
    if (fresh) age = 0;
    const children = nextGeneration(space, { population, number, fresh }, method);
    const wanted = children.filter((params) => !measured.has(keyOf(params)));
    const known = children.flatMap((params) => measured.get(keyOf(params)) ?? []);
    if (wanted.length > 0) return { pool: [...population, ...known], wanted, log };
    const added = new Set(children.map(keyOf).filter((key) => !met.has(key)));
    for (const key of added) met.add(key);
    empty = added.size === 0 ? empty + 1 : 0;
    if (empty === 0) log.push({ fresh, added: added.size, individuals: known });
    population = method.options.preset === 'noregret' ? withElite(known, population) : known;
  }
  return { pool: population, wanted: [], log };
}

interface Step { readonly population: readonly Individual[]; readonly number: number; readonly fresh: boolean }

/** Made once per population: later questions replay it from memory. */
function nextGeneration(space: SearchSpace, { population, number, fresh }: Step, { breeding, bred }: Method): readonly Params[] {
  const key = `${number} ${fresh} ${population.map(({ params, loss }) => `${loss} ${keyOf(params)}`).join(' ')}`;
  const memory = bred.get(space) ?? new Map<string, readonly Params[]>();
  bred.set(space, memory);
  const known = memory.get(key);
  if (known !== undefined) return known;
  const rng = createRng(`ga ${key}`);
  const children = fresh ? [best(population).params, ...newcomers(space, population.length - 1, rng)] : offspringOf(space, population, breeding, rng);
  memory.set(key, children);
  return children;
}

/** The best of before takes the place of the worst, unless it is there or was surpassed. */
function withElite(population: readonly Individual[], before: readonly Individual[]): readonly Individual[] {
  const elite = best(before);
  if (best(population).loss <= elite.loss) return population;
  const worst = population.reduce((a, b) => (b.loss > a.loss ? b : a));
  return population.map((each) => (each === worst ? elite : each));
}

function best(population: readonly Individual[]): Individual {
  return population.reduce((a, b) => (b.loss < a.loss ? b : a));
}

function individual(space: SearchSpace, trial: LossTrial): Individual {
  return { params: insideSpace(space, trial.params), loss: usableLoss(trial), trial: trial.number };
}
