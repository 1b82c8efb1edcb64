import { randomUUID } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { UserError } from '../model/errors.js';
import type { Progress } from '../model/ports.js';
import type { Side } from '../model/trial.js';
import { launch, type Ending } from './process.js';

export interface SetupJob {
  readonly side: Side;
  readonly sha: string;
  readonly commands: readonly (readonly string[])[];
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const TAIL_BYTES = 16_384;
const TAIL_LINES = 20;
const GRACE_MS = 2_000;

/** One command after the other in the side's own tree; the first that fails ends it with its last lines. */
export async function runSetup(job: SetupJob): Promise<void> {
  for (const argv of job.commands) {
    job.progress.line(`${job.side}: ${argv.map(shown).join(' ')}`);
    const { ending, tail, timedOut } = await runOne(argv, job);
    if (ending.kind === 'exited' && ending.code === 0) continue;
    const how = job.signal.aborted ? 'was cancelled' : timedOut ? `took longer than ${Math.round(job.timeoutMs / 60_000)} minutes` : describe(ending);
    throw new UserError('side-unbuildable', `setup of ${job.side} (${job.sha.slice(0, 10)}): \`${argv.map(shown).join(' ')}\` ${how}${tail === '' ? '' : `\n${tail}`}`, {
      fix: `Try it by hand on that commit: git worktree add ../try ${job.sha.slice(0, 10)}, then run the command there.`,
    });
  }
}

async function runOne(argv: readonly string[], job: SetupJob): Promise<{ ending: Ending; tail: string; timedOut: boolean }> {
  let output = Buffer.alloc(0);
  let timedOut = false;
  const running = launch({
    argv, cwd: job.dir, env: job.env, marker: randomUUID(),
    onOutput: (_, chunk) => { output = Buffer.concat([output, chunk]).subarray(-TAIL_BYTES); },
  });
  const stop = () => { running.stop(GRACE_MS); };
  const timer = setTimeout(() => { timedOut = true; stop(); }, job.timeoutMs);
  job.signal.addEventListener('abort', stop, { once: true });
  if (job.signal.aborted) stop();
  const ending = await running.ended;
  clearTimeout(timer);
  job.signal.removeEventListener('abort', stop);
  return { ending, tail: tailOf(output.toString('utf8')), timedOut };
}

function describe(ending: Ending): string {
  switch (ending.kind) {
    case 'exited': return `exited with ${ending.code}`;
    case 'signalled': return `was ended by ${ending.signal}`;
    case 'not-started': return `did not start: ${ending.message}`;
  }
}

/** Each line behind a bar, so that none can begin with a workflow command. */
function tailOf(output: string): string {
  const lines = stripVTControlCharacters(output).split(/[\r\n]+/).filter((line) => line.trim() !== '').slice(-TAIL_LINES);
  return lines.map((line) => `  | ${shown(line)}`).join('\n');
}

function shown(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?').replaceAll('##[', '# #[').slice(0, 500);
}
