import { pooledNoise, type PairedNoise } from '../compare/margin.js';
import type { BaselineChoice } from '../compare/baseline.js';
import type { Params } from '../model/params.js';
import type { CanonicalRun } from '../model/record.js';
import { declaredDefaults, projectOnto } from '../model/validity.js';
import { resolveBaseline } from './baseline.js';
import type { StageContext } from './context.js';
import { searchSide } from './searchStep.js';

/** What the head stands against. */
export interface Standing {
  /** b*, main's best configuration, as the base's space has it. */
  readonly incumbent: Params;
  /** b* as the head's space has it; undefined when it is no point of it. */
  readonly incumbentHere: Params | undefined;
  /** Base values that need not be measured again, by seed. */
  readonly stored: ReadonlyMap<number, CanonicalRun>;
  readonly history: PairedNoise | undefined;
  readonly storedMargin: number | undefined;
  /** Mean of the stored runs, for the announcement. */
  readonly secondsPerRun: number | undefined;
}

/** Baseline, incumbent and key; undefined when there is nothing to compare with (`found.noBaseline` says why). */
export async function takeStanding(context: StageContext): Promise<Standing | undefined> {
  const { run, tools, found, trees } = context;
  const { base, configs } = run;
  const tree = trees.base;
  if (base === undefined || tree === undefined || found.noBaseline !== undefined) {
    if (trees.head !== undefined) found.environment = await tools.keyProbe.key(trees.head, configs.head, {});
    return undefined;
  }
  const choice = await resolveBaseline({
    repository: tools.repository, store: tools.store, study: configs.base.name, inputs: configs.base.inputs, baseSha: base.sha,
    keyAt: async (params) => await tools.keyProbe.key(tree, configs.base, params), now: tools.clock.utc(),
  });
  const incumbent = await findIncumbent(context, choice);
  if (incumbent === undefined) return undefined;
  found.environment = await tools.keyProbe.key(tree, configs.base, incumbent);
  noteBaseline(context, choice);
  const here = projectOnto(configs.head.space, incumbent);
  if (here.params === undefined) found.warnings.push(`Main's best configuration is not valid here: ${here.reason}. The verdict rests on the retuned configuration alone.`);
  else {
    found.incumbentHere = here.params;
    if (here.filled.length > 0) found.notes.push(`New here, taken at their defaults for main's best configuration: ${here.filled.join(', ')}.`);
  }
  return { incumbent, incumbentHere: here.params, ...storedOf(choice, configs.head.also.some((metric) => metric.timing)) };
}

/** From the nearest record, else the declared defaults, else a search of the base (decisions.md 10). */
async function findIncumbent(context: StageContext, choice: BaselineChoice): Promise<Params | undefined> {
  const { run, found } = context;
  const keep = (source: 'record' | 'defaults' | 'base-search', params: Params, sinceSha?: string): Params => {
    found.incumbent = { params, source, ...(sinceSha === undefined ? {} : { sinceSha }) };
    return params;
  };
  if (choice.nearest !== undefined) {
    const projected = projectOnto(run.configs.base.space, choice.nearest.incumbent.params);
    if (projected.params !== undefined) return keep('record', projected.params, choice.nearest.incumbent.sinceSha);
    found.notes.push(`The stored best configuration is no longer valid on main: ${projected.reason}.`);
  }
  const defaults = declaredDefaults(run.configs.base.space);
  if (defaults?.params !== undefined) return keep('defaults', defaults.params);
  if (defaults !== undefined) found.warnings.push(`The declared defaults are no valid point: ${defaults.reason}.`);
  const winner = await searchSide(context, { side: 'base', incumbent: undefined });
  if (winner !== undefined) return keep('base-search', winner);
  if (!run.signal.aborted) found.noBaseline = { reason: 'base-failed', sentence: 'no trial of main ended with a value, so there is no configuration to compare at' };
  return undefined;
}

function noteBaseline({ run, found, workspace }: StageContext, choice: BaselineChoice): void {
  const { accepted, record, measuredSha, baseSha, ageDays, ageCommits } = choice;
  found.baseline = {
    sha: baseSha, measuredSha, source: record === undefined ? 'rerun' : 'stored', why: `${run.baseWhy.slice(0, 1).toUpperCase()}${run.baseWhy.slice(1)}: ${choice.why}.`,
    ...(ageDays === undefined ? {} : { ageDays }), ...(ageCommits === undefined ? {} : { ageCommits }),
    keyDifferences: [...choice.keyDifferences], dependencies: workspace.dependencies,
  };
  if (accepted?.note !== undefined) found.notes.push(`Accepted on ${accepted.sha.slice(0, 10)}: ${accepted.note}`);
}

/** Stored values count only on an equal key; a metric that depends on load is never taken from storage (decisions.md 20). */
function storedOf({ record, nearest }: BaselineChoice, timing: boolean): Pick<Standing, 'stored' | 'history' | 'storedMargin' | 'secondsPerRun'> {
  const canonical = record?.canonical ?? [];
  const timed = (nearest?.canonical ?? []).filter((run) => run.state === 'complete').map((run) => run.seconds);
  return {
    stored: new Map(timing ? [] : canonical.filter((run) => run.state === 'complete').map((run) => [run.seed, run])),
    history: pooledNoise([record?.noise]),
    storedMargin: record?.margin,
    secondsPerRun: timed.length === 0 ? undefined : timed.reduce((sum, s) => sum + s, 0) / timed.length,
  };
}
