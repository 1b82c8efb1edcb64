import { findMacroProblems } from '../model/macros.js';

interface Settled { readonly command?: readonly string[]; readonly notes: readonly string[] }

/** The command without arguments that stand for what is left out here; none at all where a shell line mentions such. */
export function settleCommand(command: readonly string[], parameters: readonly string[]): Settled {
  const faults = new Map(findMacroProblems(command, parameters).map(({ index, macro }) => [index, macro]));
  if (faults.size === 0) return { command, notes: [] };
  if (command[1] === '-c') return { notes: [`command: left out, since it uses ${[...faults.values()].join(', ')}: ${command[2] ?? ''}`] };
  const gone = new Set([...faults.keys()].flatMap((index) => [index, ...(isFlagOf(command, index) ? [index - 1] : [])]));
  const left = command.filter((_, i) => !gone.has(i));
  return { command: left, notes: [`command: without ${[...gone].sort((a, b) => a - b).map((i) => command[i] ?? '').join(' ')}, which stands for what is left out`] };
}

/** `--lr ${param:lr}` in two words. */
function isFlagOf(command: readonly string[], index: number): boolean {
  return command[index]?.startsWith('${') === true && command[index - 1]?.startsWith('-') === true && command[index - 1]?.includes('=') === false;
}
