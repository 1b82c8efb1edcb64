import { pooledNoise, type PairedNoise } from '../compare/margin.js';
import { keyDifferences, type BaselineChoice } from '../compare/baseline.js';
import type { Params } from '../model/params.js';
import type { CanonicalRun, StudyRecord } from '../model/record.js';
import { declaredDefaults, projectOnto } from '../model/validity.js';
import { resolveBaseline, type MainLine } from './baseline.js';
import type { StageContext } from './context.js';
import { acceptedOn, readDecisions } from './decided.js';
import { knowledgeFor, type Knowledge } from './knowledge.js';
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
  /** Complete runs of the nearest record, whatever their conditions: how long a run takes, for the announcement. */
  readonly timed: readonly CanonicalRun[];
  /** What main's last search can teach a search here. */
  readonly knowledge: Knowledge;
  /** Newest record on main's line with a search. */
  readonly searched: StudyRecord | undefined;
  readonly main: MainLine;
}

/** Baseline, incumbent and key; undefined when there is nothing to compare with (`found.noBaseline` says why). */
export async function takeStanding(context: StageContext): Promise<Standing | undefined> {
  const { run, tools, found, trees } = context;
  const { base, configs } = run;
  const tree = trees.base;
  if (base === undefined || tree === undefined || found.noBaseline !== undefined) {
    if (trees.head !== undefined) found.environment = await tools.keyProbe.key(trees.head, configs.head, {});
    noteNoBaseline(context);
    return undefined;
  }
  const choice = await resolveBaseline({
    repository: tools.repository, store: tools.store, study: configs.base.name, inputs: configs.base.inputs, baseSha: base.sha,
    keyAt: async (params) => await tools.keyProbe.key(tree, configs.base, params), now: tools.clock.utc(),
  });
  const incumbent = await findIncumbent(context, choice);
  if (incumbent === undefined) {
    noteNoBaseline(context);
    return undefined;
  }
  found.environment = await tools.keyProbe.key(tree, configs.base, incumbent);
  noteBaseline(context, choice);
  await noteAccepted(context, choice.main.firstParents);
  const here = projectOnto(configs.head.space, incumbent);
  if (here.params === undefined) found.warnings.push(`Main's best configuration is not valid here: ${here.reason}. The verdict rests on the retuned configuration alone.`);
  else {
    found.incumbentHere = here.params;
    if (here.filled.length > 0) found.notes.push(`New here, taken at their defaults for main's best configuration: ${here.filled.join(', ')}.`);
  }
  const knowledge = knowledgeFor(configs.head.space, run.objective, choice);
  return { incumbent, incumbentHere: here.params, knowledge, searched: choice.searched, main: choice.main, ...storedOf(choice, found.environment, timingOf(context)) };
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

/** A metric that depends on load is never taken from storage (decisions.md 20). */
function timingOf({ run }: StageContext): string | undefined {
  return run.configs.head.also.find((metric) => metric.timing)?.name;
}

function noteBaseline(context: StageContext, choice: BaselineChoice): void {
  const { run, found, workspace } = context;
  const { record, measuredSha, baseSha, ageDays, ageCommits } = choice;
  const timing = timingOf(context);
  const isStored = record !== undefined && timing === undefined;
  const why = record !== undefined && timing !== undefined ? `${timing} depends on the machine's load, so that stored values do not serve` : choice.why.replace(/^run here: /, '');
  found.baseline = {
    sha: baseSha, measuredSha: isStored ? measuredSha : baseSha, source: isStored ? 'stored' : 'rerun', why: sentence(`${run.baseWhy}: ${why}`),
    ...(isStored && ageDays !== undefined ? { ageDays } : {}), ...(isStored && ageCommits !== undefined ? { ageCommits } : {}),
    keyDifferences: [...choice.keyDifferences], dependencies: workspace.dependencies,
  };
}

async function noteAccepted({ run, tools, found }: StageContext, line: readonly string[]): Promise<void> {
  const { store, clock } = tools;
  const study = run.configs.base.name;
  const decisions = await readDecisions(store, study, (text) => void found.warnings.push(text));
  const accepted = await acceptedOn(line, decisions, { store, study, now: clock.utc() });
  if (accepted !== undefined) found.accepted = accepted;
}

function noteNoBaseline({ run, found, workspace }: StageContext): void {
  if (run.base === undefined) return;
  const { sha } = run.base;
  found.baseline = { sha, measuredSha: sha, source: 'none', why: sentence(`nothing to compare with at ${sha.slice(0, 10)}, ${run.baseWhy}`), keyDifferences: [], dependencies: workspace.dependencies };
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

/** Stored values, margin and noise count only on an equal key; margin and noise also where an input changed since (decisions.md 7, 8, 18). */
function storedOf({ record, nearest }: BaselineChoice, key: StudyRecord['key'], timing: string | undefined): Pick<Standing, 'stored' | 'history' | 'storedMargin' | 'timed'> {
  const canonical = timing === undefined ? record?.canonical ?? [] : [];
  const lent = record ?? (nearest !== undefined && keyDifferences(nearest.key, key).length === 0 ? nearest : undefined);
  return {
    stored: new Map(canonical.filter((run) => run.state === 'complete').map((run) => [run.seed, run])),
    history: pooledNoise([lent?.noise]),
    storedMargin: lent?.margin,
    timed: (nearest?.canonical ?? []).filter((run) => run.state === 'complete'),
  };
}
