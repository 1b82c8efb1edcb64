import type { StudyConfig } from '../model/config.js';
import { defaultOf } from './defaults.js';
import type { Finding } from './findings.js';
import { countGrid } from '../model/gridCount.js';

/** What `tune` and `compare` cannot do without, though `check` passes: a sweep started from Python leaves it out. */
export function requirementsOf(config: Pick<StudyConfig, 'metric' | 'program' | 'method' | 'space' | 'budget' | 'results'>): readonly Finding[] {
  const found: Finding[] = [];
  if (config.results !== undefined) return found;
  if (config.metric === undefined) found.push({ code: 'no-metric', message: 'metric is missing: `tune` and `compare` need to know what to optimise', fix: 'add it, or pass --metric NAME --goal minimize|maximize', example: 'metric: { name: val_loss, goal: minimize }' });
  if (config.program === undefined) found.push({ code: 'no-command', message: 'neither command nor program nor trainer is given: `tune` and `compare` need to know what to run', fix: 'add it, or pass --command "python train.py ${args}"', example: 'command: [python, train.py, "${args}"]' });
  if (config.method.name === 'grid' && !config.budget.trialsExplicit) {
    const { points, exact } = countGrid(config.space);
    if (points > defaultOf('budget.trials')) found.push({ code: 'grid-too-large', message: `grid has ${exact ? '' : 'up to '}${points} points, the default budget is ${defaultOf('budget.trials')} trials`, fix: `write budget: { trials: ${points} } to run it whole, or fewer for an evenly spread part`, example: `budget: { trials: ${points} }` });
  }
  return found;
}
