import type { StudyConfig } from '../model/config.js';
import type { ExternalOptimiser } from '../model/external.js';
import { countGrid } from '../model/gridCount.js';
import type { Params } from '../model/params.js';
import type { Executor, StudyView } from '../model/ports.js';
import { seedFor } from '../model/seeds.js';
import type { Side } from '../model/trial.js';
import { stopWords } from '../report/words.js';
import { samplers } from '../samplers/index.js';
import type { StageContext } from './context.js';
import { prunerOf, samplerOf } from './engines.js';
import type { Knowledge } from './knowledge.js';
import type { LentSlots } from './lentSlots.js';
import { mostRescoreRuns, rescoreCandidates, type RescoreOutcome } from './rescore.js';
import { search, type SearchOutcome } from './search.js';
import { smokeBeforeSearch } from './smoke.js';
import type { SearchLimits } from './stopRules.js';
import { secondsPerRun, timeLeft } from './timeLeft.js';
import type { Tools } from './tools.js';

/** Part of the time that is left which a search may take: re-score, a retuning check after a decline, and all else where only the base was searched, come after it. */
const searchShare = { alone: 0.75, beforeRetuning: 0.6, beforeGate: 0.3 };

/** What a search needs of a run: less than the other stages, so that `tune` can offer it. */
export type SearchContext = Pick<StageContext, 'run' | 'found' | 'lab' | 'deadlineMs' | 'openExternal'> & { readonly executor: Executor; readonly tools: Pick<Tools, 'clock' | 'progress'> };

export interface SearchRequest {
  readonly side: Side;
  /** Main's best configuration as this side's space has it: tried early, re-scored along. */
  readonly incumbent: Params | undefined;
  readonly retuningFollows?: boolean;
  /** Main's trials, for samplers with the option `warm_start`. */
  readonly knowledge?: Knowledge;
  /** The gate goes on beside the search and goes first; whether retuning follows is known at its end. */
  readonly lent?: LentSlots;
}

/** False where the study asked for a short run before anything else, and that failed: the report says so. */
export async function mayBegin(context: SearchContext, side: Side): Promise<boolean> {
  const fault = await smokeBeforeSearch(context, side);
  if (fault !== undefined) context.found.incomplete = { reason: 'smoke', sentence: fault };
  return fault === undefined;
}

/** Searches one side and re-scores its best on fresh seeds; the winner is the retuned configuration. */
export async function searchSide(context: SearchContext, request: SearchRequest): Promise<Params | undefined> {
  const { run, tools, found, executor, lab } = context;
  const config = run.configs[request.side];
  const commit = request.side === 'head' ? run.head : run.base;
  if (!(await mayBegin(context, request.side))) return undefined;
  const outcome = await runSearch(context, request, config);
  // The gate ended the search before it began.
  if (outcome.trials.length === 0 && (await request.lent?.ended)?.goesOn === false) return undefined;
  if (request.side === 'head') found.search = outcome;
  found.notes.push(...outcome.notes);
  if (outcome.failure !== undefined) throw outcome.failure;
  tools.progress.line(`${config.name}: search: ${outcome.trials.length} ${outcome.trials.length === 1 ? 'trial' : 'trials'}, ${stopWords(outcome.stopReason, outcome.method)}${outcome.best === undefined ? '' : `, best ${Number(outcome.best.value.toPrecision(5))}`}`);
  if (outcome.stopReason === 'disk') {
    found.incomplete = { reason: 'disk', sentence: 'nothing more can be written (the disk is full, or the folder may not be written), so nothing more was started; what was measured is kept, and a re-run goes on from there' };
    return undefined;
  }
  if ((await request.lent?.ended)?.goesOn === false) return undefined;
  const rescore = await rescoreCandidates({
    lab, side: request.side, study: config.name, tree: commit?.tree ?? '', goal: run.objective.goal, trials: outcome.trials,
    top: config.verdict.rescore, slots: executor.capacity, signal: run.signal,
    ...(outcome.ranking === undefined ? {} : { ranking: outcome.ranking }),
    ...(request.incumbent === undefined ? {} : { incumbent: request.incumbent }),
    ...(config.budget.trialTimeMs === undefined ? {} : { timeoutMs: config.budget.trialTimeMs }),
    onProgress: ({ done, of }) => tools.progress.progress({
      study: config.name, stage: 're-score', done, of, running: Math.min(of - done, executor.capacity), slots: executor.capacity,
      ...timeLeft({ waiting: of - done, slots: executor.capacity, each: secondsPerRun(lab) }, tools.clock, context.deadlineMs),
    }),
  });
  if (request.side === 'head') found.rescore = rescore;
  if (rescore.finalistsFailed === true) found.notes.push(finalistsFailedNote(rescore));
  if (rescore.cut && !run.signal.aborted) found.notes.push('The time was over before the best trials were all measured again: the best by its one value is shown.');
  return rescore.winner?.params;
}

function finalistsFailedNote({ winner, seeds }: RescoreOutcome): string {
  return `Measured again on fresh seeds, every configuration that was left at the end failed on one of them: trial ${winner?.trial ?? 0} is taken as the best, which had dropped out of the race after ${winner?.values.length ?? 0} of ${seeds.length} seeds and never failed.`;
}

async function runSearch(context: SearchContext, request: SearchRequest, config: StudyConfig): Promise<SearchOutcome> {
  const { found } = context;
  if (config.method.name === 'grid') found.notes.push(...gridNotes(config));
  const knowledge = await knowledgeOf(context, request, config);
  const engines = enginesFor(context, request, config);
  try {
    return await searchWith(context, { ...request, ...engines, knowledgeHere: knowledge }, config);
  } finally {
    await engines.sampler.close?.();
    noteLastWords(found, engines);
  }
}

type SearchParts = SearchRequest & Engines & { readonly knowledgeHere: Pick<StudyView, 'prior' | 'noise'> };

async function searchWith(context: SearchContext, request: SearchParts, config: StudyConfig): Promise<SearchOutcome> {
  const { run, tools, executor, lab } = context;
  return await search({
    knowledge: request.knowledgeHere, lab, clock: tools.clock, study: config.name, side: request.side, space: config.space, objective: run.objective,
    sampler: request.sampler, pruner: request.pruner, limits: limitsOf(context, request, config), signal: run.signal,
    slots: () => request.lent?.slots() ?? executor.capacity,
    ...(request.lent === undefined ? {} : { beside: request.lent.beside((retuningFollows) => deadlineOf(context, { ...request, retuningFollows })) }),
    ...(run.samplerSeed === undefined ? {} : { samplerSeed: run.samplerSeed }),
    ...(request.incumbent === undefined ? {} : { incumbent: request.incumbent }),
    onProgress: (state) => tools.progress.progress({ study: config.name, stage: 'search', of: config.budget.trials, slots: executor.capacity, ...state }),
  });
}

/** A grid larger than its budget is spread, and people are told (decisions.md 30). */
function gridNotes({ space, budget }: StudyConfig): readonly string[] {
  const { points, exact } = countGrid(space);
  return points <= budget.trials ? [] : [`The grid has ${exact ? '' : 'up to '}${points} points, the budget is ${budget.trials}: an evenly spread part was run.`];
}

/** Decided once: a run that is continued learns from the same trials, whatever main's history holds by then. */
async function knowledgeOf({ lab, found }: SearchContext, { side, knowledge }: SearchRequest, { method }: StudyConfig): Promise<Pick<StudyView, 'prior' | 'noise'>> {
  if (knowledge === undefined) return {};
  const { note, noise } = knowledge;
  const known = noise === undefined ? {} : { noise };
  if (samplers[method.name]?.options.safeParse(method.options).data?.['warm_start'] !== true) return known;
  if (note !== undefined) found.notes.push(note);
  if (knowledge.prior.length === 0) return known;
  return { ...known, prior: await lab.freeze(`prior knowledge of the ${side} search`, () => knowledge.prior) };
}

/**
 * A missing library or a misspelt sampler ends the job before anything is run, not when the search begins, which may be hours
 * later. UserErrors `external-…`; nothing where no search can come, or none of another program.
 */
export async function checkOptimiser(context: SearchContext, side: Side): Promise<void> {
  const { run, found } = context;
  const config = run.configs[side];
  if (config.method.name !== 'external' || config.verdict.search === 'never' || run.signal.aborted) return;
  const external = openedFor(context, side, config);
  try {
    await external?.rehearse(run.signal);
  } finally {
    noteLastWords(found, external);
  }
}

function noteLastWords(found: SearchContext['found'], optimiser: Pick<Engines, 'lastWords'> | undefined): void {
  const tail = optimiser?.lastWords?.();
  if (tail !== undefined) found.optimiserTail = tail;
}

interface Engines extends Pick<ExternalOptimiser, 'sampler' | 'pruner'>, Partial<Pick<ExternalOptimiser, 'lastWords'>> {}

/** Another program brings its own pruner, unless the study has one. */
function enginesFor(context: SearchContext, { side }: SearchRequest, config: StudyConfig): Engines {
  const external = config.method.name === 'external' ? openedFor(context, side, config) : undefined;
  if (external === undefined) return { sampler: samplerOf(config), pruner: prunerOf(config) };
  return config.earlyTerminate === undefined ? external : { ...external, pruner: prunerOf(config) };
}

function openedFor({ run, lab, executor, openExternal }: SearchContext, side: Side, config: StudyConfig): ExternalOptimiser | undefined {
  const { name, method, space, budget, earlyTerminate } = config;
  return openExternal?.({
    side, options: method.options, study: name, cwd: lab.tree(side), space, goal: run.objective.goal, budget: budget.trials, parallel: executor.capacity,
    prunes: earlyTerminate === undefined, seed: seedFor(`${run.samplerSeed ?? 0}:sampler:${name}`, 1),
  });
}

function deadlineOf({ deadlineMs, tools }: SearchContext, { side, retuningFollows }: SearchRequest): number | undefined {
  if (deadlineMs === undefined) return undefined;
  const now = tools.clock.now();
  const share = side === 'base' ? searchShare.beforeGate : retuningFollows === true ? searchShare.beforeRetuning : searchShare.alone;
  return now + share * Math.max(0, deadlineMs - now);
}

function limitsOf(context: SearchContext, request: SearchRequest, { budget, stop, verdict }: StudyConfig): SearchLimits {
  const deadlineMs = deadlineOf(context, request);
  return {
    trials: budget.trials, failures: budget.failures,
    ...(budget.trialTimeMs === undefined ? {} : { trialTimeMs: budget.trialTimeMs }),
    ...(budget.gpuHours === undefined ? {} : { gpuHours: budget.gpuHours, runsAfter: mostRescoreRuns(verdict.rescore, budget.trials) }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...stop,
  };
}
