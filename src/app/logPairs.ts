import { resolveMargin } from '../compare/margin.js';
import type { Comparison } from '../model/comparison.js';
import type { Margin } from '../model/config.js';
import type { Goal } from '../model/direction.js';
import { canonicalJson, paramsKey, type Params } from '../model/params.js';
import type { Study, Trial } from '../model/study.js';
import { isVoid } from '../model/studyLog.js';
import type { Pair } from '../model/verdict.js';
import { judgePairs, usualPolicy } from './judgePairs.js';

/** The configuration that both logs ran on the most seeds in common. */
export interface LogPairs { readonly params: Params; readonly pairs: readonly Pair[]; readonly isImported: boolean }

/**
 * Pairs of two logs, if there are enough for a first look. Never from a search of ours, whose values chose what to run again; what another
 * tool ran says nothing about why. Between configurations with equally many seeds the one that the base ran first counts: a choice by
 * values would favour a side.
 */
export function logPairs(base: Study, head: Study): LogPairs | undefined {
  const [there, here] = [runsOf(base), runsOf(head)];
  let most: LogPairs | undefined;
  for (const [key, { params, seeds }] of there) {
    const others = here.get(key)?.seeds;
    const pairs = others === undefined ? [] : [...seeds].flatMap(([seed, value]): Pair[] => (others.has(seed) ? [pairOf(seed, value, others.get(seed))] : []));
    if (pairs.length > (most?.pairs.length ?? 0)) most = { params, pairs, isImported: isImported(base) || isImported(head) };
  }
  return most !== undefined && most.pairs.length >= (usualPolicy.looks[0] ?? 1) ? most : undefined;
}

interface Runs { readonly params: Params; /** Value by seed, undefined where the run failed. */ readonly seeds: Map<number, number | undefined> }

/** Of the side that is the study's own, on seeds that are known (`noSeed`); in a tool's log every trial is one of its search. */
function runsOf(study: Study): ReadonlyMap<string, Runs> {
  const runs = new Map<string, Runs>();
  const own = isImported(study);
  for (const trial of study.trials) {
    const value = trial.side === 'head' && (own || trial.stage !== 'search') ? valueOf(trial) : 'none';
    if (value === 'none' || (own && trial.seed < 0)) continue;
    const key = paramsKey(trial.params);
    const known = runs.get(key) ?? { params: trial.params, seeds: new Map() };
    runs.set(key, known);
    known.seeds.set(trial.seed, value);
  }
  return runs;
}

/** `none`: it says nothing about the program, or was stopped before its end. */
function valueOf({ result }: Trial): number | undefined | 'none' {
  if (result === undefined || isVoid(result) || result.outcome.state === 'pruned') return 'none';
  return result.outcome.state === 'complete' ? result.outcome.value : undefined;
}

function pairOf(seed: number, base: number | undefined, head: number | undefined): Pair {
  return { seed, ...(base === undefined ? {} : { base }), ...(head === undefined ? {} : { head }) };
}

function isImported({ identity }: Study): boolean {
  return identity['command'] === 'import';
}

/** What the gate says of these pairs, and what that is worth. */
export function judgedPairs({ params, pairs, isImported: isForeign }: LogPairs, { margin: wanted, ...metric }: { readonly name: string; readonly goal: Goal; readonly margin: Margin | undefined }): ReturnType<typeof judgePairs> & Pick<Comparison, 'notes'> {
  const { margin, note } = resolveMargin({ margin: wanted ?? { kind: 'auto' }, metric: metric.name, baseValues: pairs.flatMap(({ base }) => base ?? []), history: undefined });
  return {
    ...judgePairs({ pairs, metric, margin, params: { base: params, head: params } }),
    notes: [
      `The verdict is about ${canonicalJson(params)}, the configuration that both ran on the most seeds (${pairs.length}), not about their winners. Nothing was run: no confirmation on fresh seeds and no retuning stand behind it.`,
      ...(isForeign ? ['That equal seeds mean equal conditions, and that neither side chose this configuration or these seeds by their values, is not in the files: the verdict holds if so.'] : []),
      ...(note === undefined ? [] : [note]),
    ],
  };
}
