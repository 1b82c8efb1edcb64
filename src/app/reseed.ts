import { reseedVerdict } from '../compare/reseedWords.js';
import type { Comparison } from '../model/comparison.js';
import { timeLeftWords } from '../model/durationWords.js';
import { UserError } from '../model/errors.js';
import { formatNumber } from '../model/numberFormat.js';
import { canonicalJson, paramsKey, type Params } from '../model/params.js';
import type { SearchSpace } from '../model/searchSpace.js';
import type { Verdict } from '../model/verdict.js';
import { projectOnto } from '../model/validity.js';
import { comparisonOf } from './comparisonOf.js';
import { keepFindings } from './compareStudy.js';
import { slotsOf, withContext, type StageContext } from './context.js';
import { mostPairs } from './extension.js';
import { noFindings, type Findings, type StudyRun } from './findings.js';
import { canonicalLabel, isWorse, runConfirmation, runGate, type GatePlan } from './gateStep.js';
import { freezeMargins } from './marginStep.js';
import { missingRuns } from './pairs.js';
import { gpuHoursOf } from './selfTestRuns.js';
import { secondsPerRun } from './timeLeft.js';
import type { Tools } from './tools.js';
import { verdictStagesOf } from './verdictStages.js';

/** A tuning's best configuration; `path` is what people call the tuning. */
export interface TunedWinner { readonly path: string; readonly params: Params }
export interface Winners { readonly base: TunedWinner; readonly head: TunedWinner }
interface PlacedWinners { readonly base: Params; readonly head: Params }

/**
 * The winners of two tunings on the same fresh seeds, both run by the run's head commit: what differs is the configuration, never the
 * code. A decline is repeated on further fresh seeds before it is called one (decisions.md 14). `run` has no base commit. UserErrors
 * `reseed-parameters`, `reseed-value` before anything is run; what cuts the runs short is in the comparison.
 */
export async function reseedStudy(run: StudyRun, tools: Tools, winners: Winners): Promise<Comparison> {
  const startedMs = tools.clock.now();
  const found = noFindings();
  const placed = placeWinners(run, found, winners);
  found.notes.push(`A is ${winners.base.path}, B is ${winners.head.path}; both winners were run by commit ${run.head.sha.slice(0, 10)} on seeds that neither search has seen. This is a verdict on two configurations under one code, not on a change of the code.`);
  const isSame = paramsKey(placed.base) === paramsKey(placed.head);
  if (!isSame) await keepFindings(run, found, async () => { await measure(run, tools, { found, placed, startedMs }); });
  const verdict = isSame ? sameWinner : reseedVerdict({ ...verdictStagesOf(run, found), isRemembered: false });
  return comparisonOf({ run, found, verdict, secrets: tools.secrets, wallSeconds: (tools.clock.now() - startedMs) / 1000 });
}

const sameWinner: Verdict = { kind: 'NO_CHANGE', reason: 'same-winner', sentence: "No change: B's winner against A's winner, under this code: they are the same configuration, so nothing was run" };

interface Measuring { readonly found: Findings; readonly placed: PlacedWinners; readonly startedMs: number }

async function measure(run: StudyRun, tools: Tools, { found, placed, startedMs }: Measuring): Promise<void> {
  if (run.signal.aborted) return;
  await withContext({
    run, tools, found, startedMs,
    identity: { reseed: run.head.sha, tree: run.head.tree, a: paramsKey(placed.base), b: paramsKey(placed.head), config: JSON.stringify(run.configs) },
    openTrees: async (workspace) => {
      const tree = await workspace.prepare('head', run.head.sha, run.configs.head);
      return { head: tree, base: { ...tree, side: 'base' } };
    },
  }, async (context) => { await runBoth(context, placed); });
}

async function runBoth(context: StageContext, { base, head }: PlacedWinners): Promise<void> {
  const { run, tools, found, trees } = context;
  if (trees.head !== undefined) found.environment = await tools.keyProbe.key(trees.head, run.configs.head, head);
  announce(context, { base, head });
  const metrics = await freezeMargins(context, { baseParams: base, stored: new Map(), history: undefined, storedMargin: undefined });
  const plan: GatePlan = { metrics, baseParams: base, headParams: head, stored: new Map(), baseSha: `reseed:${paramsKey(base)}` };
  const gate = await runGate(context, plan);
  if (!run.signal.aborted && isWorse(gate.outcome)) await runConfirmation(context, plan);
}

/** Says what will run and how long it takes, before it does; refuses what cannot fit `gpu_hours` (decisions.md 17). */
function announce(context: StageContext, params: PlacedWinners): void {
  const { run, found, tools, lab } = context;
  const { budget, verdict } = run.configs.head;
  const pairs = mostPairs(run);
  const gateRuns = missingRuns({ lab, label: canonicalLabel, stored: new Map(), params }, 1, pairs);
  const most = gateRuns + 2 * (verdict.looks.at(-1) ?? 0);
  const seconds = secondsPerRun(lab);
  const slots = slotsOf(context);
  const on = `on ${slots} ${slots === 1 ? 'slot' : 'slots'}`;
  const time = seconds === undefined ? on : `≈ ${timeLeftWords((most * seconds) / slots)} ${on} at most`;
  found.plan = `re-seed: both winners on up to ${pairs} paired seeds, ${gateRuns} runs at most, and up to ${most - gateRuns} more to confirm a decline, ${time}`;
  tools.progress.line(`${run.configs.head.name}: ${found.plan}`);
  const hours = gpuHoursOf(context, most);
  if (budget.gpuHours === undefined || hours === undefined || hours <= budget.gpuHours) return;
  throw new UserError('over-gpu-budget', `This would take up to ${formatNumber(hours, 2)} GPU-hours, and budget.gpu_hours is ${formatNumber(budget.gpuHours)}.`, { fix: 'Raise budget.gpu_hours, or lower verdict.looks.' });
}

function placeWinners({ configs }: StudyRun, found: Findings, { base, head }: Winners): PlacedWinners {
  const place = (name: string, winner: TunedWinner): Params => {
    const { params, notes } = placeWinner(configs.head.space, winner, configs.head.path);
    found.notes.push(...notes.map((note) => `${name}'s winner: ${note}`));
    return params;
  };
  return { base: place('A', base), head: place('B', head) };
}

/**
 * A winner as a point of the study's space. What the space does not know cannot be handed to the program, so it is refused, as is a
 * value that the space rules out: another configuration would be run in the tuning's name.
 */
function placeWinner(space: SearchSpace, { path, params }: TunedWinner, file: string): { readonly params: Params; readonly notes: readonly string[] } {
  const known = new Map(space.parameters.map((parameter) => [parameter.name, parameter.distribution]));
  const unknown = Object.keys(params).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new UserError('reseed-parameters', `The winner of ${path} has ${unknown.join(', ')}, which ${file} does not know.`, { fix: `Add ${unknown.length === 1 ? 'it' : 'them'} to \`parameters\` there, under the name that the tuning used; a fixed value is written as \`value:\`.` });
  }
  for (const [name, distribution] of known) {
    const given = params[name];
    if (distribution.name === 'constant' && given !== undefined && canonicalJson(given) !== canonicalJson(distribution.value)) {
      throw new UserError('reseed-value', `The winner of ${path} has ${name} = ${canonicalJson(given)}, and ${file} fixes it at ${canonicalJson(distribution.value)}.`, { fix: `Give ${name} in ${file} both values to choose from.` });
    }
  }
  const here = projectOnto(space, params);
  if (here.params === undefined) throw new UserError('reseed-value', `The winner of ${path} is no point of the space of ${file}: ${here.reason}.`, { fix: 'Widen the parameter there, or give one that the tuning did not vary a `default:`.' });
  return {
    params: here.params,
    notes: [
      ...(here.filled.length === 0 ? [] : [`the tuning does not say ${here.filled.join(', ')}, so the default of ${file} was used.`]),
      ...(here.dropped.length === 0 ? [] : [`${here.dropped.join(', ')} ${here.dropped.length === 1 ? 'is' : 'are'} inactive in ${file} and had no say.`]),
    ],
  };
}
