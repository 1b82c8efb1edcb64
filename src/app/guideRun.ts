import { createRng } from '../math/rng.js';
import type { StudyConfig } from '../model/config.js';
import { UserError } from '../model/errors.js';
import type { GuideFailure } from '../model/guide.js';
import type { Params } from '../model/params.js';
import { partsOf } from '../model/parts.js';
import type { Executor, OnReport } from '../model/ports.js';
import type { Probe } from '../model/probe.js';
import type { SearchSpace } from '../model/searchSpace.js';
import { seedFor } from '../model/seeds.js';
import type { Side, TrialResult } from '../model/trial.js';
import { declaredDefaults, whyInvalid } from '../model/validity.js';
import { drawPoint, pointFrom, valueAt } from '../samplers/draw.js';

/** What every command of the guide works with: one study's program and where it runs. */
export interface GuideContext {
  readonly config: StudyConfig;
  readonly executor: Pick<Executor, 'run' | 'capacity'>;
  readonly dir: string;
  /** Whose program runs; head unless given. */
  readonly side?: Side;
  readonly signal: AbortSignal;
}

export interface GuideRun extends Probe {
  readonly params: Params;
  readonly onReport: OnReport;
  readonly timeoutMs?: number;
  /** How far the program is let go (NOREGRET_RESOURCE). */
  readonly until?: number;
}

/** Names that a training loss is reported under. */
export const lossNames: readonly string[] = ['loss', 'train_loss', 'training_loss', 'train/loss'];

/** Runs the study's program once, outside of any log. Rejects on bugs of ours only. */
export async function runProbe({ config, executor, dir, signal, side = 'head' }: GuideContext, { folder, env, goesOnIn, params, onReport, timeoutMs, until }: GuideRun): Promise<TrialResult> {
  const seed = seedFor(`search:${config.name}`, 1);
  // A program that splits its data by fold cannot run without one.
  const [part] = config.parts === undefined ? [] : partsOf(config.parts, { stage: 'search', seed });
  return await executor.run({
    study: config.name, trial: 0, attempt: 1, side, stage: 'search', params, seed, cwd: dir, ...(part === undefined ? {} : { part }),
    probe: { folder, env, ...(goesOnIn === undefined ? {} : { goesOnIn }) },
    ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(until === undefined ? {} : { until }),
  }, onReport, signal);
}

/** How often a point that meets the constraints is drawn for. */
const mostDraws = 1000;

/** The declared defaults; what has none takes the middle of its range. Another point where a constraint forbids that one. UserError `no-point`. */
export function startingPoint(space: SearchSpace): Params {
  const declared = declaredDefaults(space);
  if (declared?.params !== undefined) return declared.params;
  const middle = pointFrom(space, ({ distribution }) => (distribution.name === 'categorical' ? distribution.choices[0] ?? null : valueAt(distribution, 0.5)));
  if (whyInvalid(space, middle) === undefined) return middle;
  for (let i = 0; i < mostDraws; i++) {
    const point = drawPoint(space, createRng(`guide:${i}`));
    if (whyInvalid(space, point) === undefined) return point;
  }
  throw new UserError('no-point', `No point of the search space was found in ${mostDraws} draws that meets its constraints.`, { fix: 'Give every parameter a default, so that the defaults meet them.' });
}

/** What went wrong in the program's own run, for people; undefined where it was ended by us or ended well. */
export function failureOf({ outcome, logTail }: TrialResult): GuideFailure | undefined {
  if (outcome.state !== 'failed' && outcome.state !== 'infeasible') return undefined;
  return { message: outcome.message, ...(logTail === undefined || logTail === '' ? {} : { logTail }) };
}

/** Parameters whose own name is one of these, `-` and `_` and case aside. */
function parametersNamed({ parameters }: SearchSpace, names: readonly string[]): readonly string[] {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '');
  const wanted = new Set(names.map(plain));
  return parameters.filter(({ path }) => wanted.has(plain(path.at(-1) ?? ''))).map(({ name }) => name);
}

/** The one parameter that is meant; undefined where none looks like it. UserError `which-parameter`, `flag-invalid`. */
export function chosenParameter(space: SearchSpace, wanted: string | undefined, names: readonly string[]): string | undefined {
  const all = space.parameters.map(({ name }) => name);
  if (wanted !== undefined) {
    if (all.includes(wanted)) return wanted;
    throw new UserError('flag-invalid', `--parameter ${wanted} is no parameter of this study.`, { fix: `It has ${all.join(', ') || 'none'}.` });
  }
  const [only, second] = parametersNamed(space, names);
  if (second === undefined) return only;
  throw new UserError('which-parameter', `Which parameter is meant: ${parametersNamed(space, names).join(' or ')}?`, { fix: `Name it: --parameter ${only ?? ''}` });
}
