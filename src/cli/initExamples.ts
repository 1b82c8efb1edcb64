import type { ConfigAnswers } from '../app/initTemplates.js';
import type { Goal } from '../model/direction.js';

const ownSeed = '--seed=${seed}';

/** Our example command beside a file's parameters (outermost names): one that is called seed is passed already, as an argument of the same name. */
export function exampleCommand(example: ConfigAnswers['command'], names: readonly string[]): { readonly command: ConfigAnswers['command']; readonly notes: readonly string[] } {
  if ('tfjs' in example || !example.includes(ownSeed) || !names.includes('seed')) return { command: example, notes: [] };
  return {
    command: example.filter((argument) => argument !== ownSeed),
    notes: [`seed: a parameter of the file, so the example command has no ${ownSeed}; runs are paired by $NOREGRET_SEED: if seed decides all chance, take it out and put ${ownSeed} into the command`],
  };
}

/** What stands in for a metric that no file names. */
export function exampleMetric(goal: Goal): string {
  return goal === 'minimize' ? 'val_loss' : 'val_accuracy';
}

/** What the file leaves open, so that an example of ours stands in its place. */
export function missing({ metric, goal, command }: { readonly metric?: unknown; readonly goal?: unknown; readonly command?: unknown }): readonly string[] {
  const open = [...(metric === undefined ? ['metric'] : []), ...(goal === undefined ? ['goal'] : []), ...(command === undefined ? ['command'] : [])];
  const [last] = open.slice(-1);
  if (last === undefined) return [];
  const named = open.length === 1 ? `no ${last}` : `neither ${open.slice(0, -1).join(', ')} nor ${last}`;
  return [`the file names ${named}: put yours in place of the example`];
}
