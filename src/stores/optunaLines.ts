import { UserError } from '../model/errors.js';
import { parsePythonJson } from '../model/pythonNumbers.js';
import { createOptunaReplay, type OptunaReplay, type OptunaStudy } from './optunaReplay.js';

/** A line of an Optuna journal is an object with this number. */
const beginning = /^\s*\{.{0,4000}"op_code"\s*:\s*\d/s;
const newline = 10;

export function looksLikeOptunaJournal(head: string): boolean {
  return beginning.test(head);
}

/** A journal piece by piece. UserErrors name the line. */
export interface OptunaLines {
  push(chunk: Buffer): void;
  /** `tornBytes` = a last line that was not finished, which Optuna passes over too. */
  end(): { readonly studies: readonly OptunaStudy[]; readonly soundBytes: number; readonly tornBytes: number; readonly blankLines: number };
  /** Forgets a line that is not finished; how many bytes it has. */
  cut(): number;
  readonly replay: OptunaReplay;
}

export function createOptunaLines(name: string): OptunaLines {
  const replay = createOptunaReplay();
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  let soundBytes = 0;
  let blankLines = 0;
  let broken: { readonly error: UserError; readonly bytes: number } | undefined;

  const take = (bytes: Buffer): void => {
    line += 1;
    const text = bytes.toString('utf8').trim();
    if (broken !== undefined) throw broken.error;
    if (text === '') blankLines += 1;
    else {
      const fields = fieldsOf(text);
      if (fields === undefined) { broken = { error: damaged(name, line), bytes: bytes.length + 1 }; return; }
      apply(name, line, () => { replay.apply(fields); });
    }
    soundBytes += bytes.length + 1;
  };
  return {
    replay,
    push: (chunk) => {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      for (let at = data.indexOf(newline); at !== -1; at = data.indexOf(newline, from)) {
        take(data.subarray(from, at));
        from = at + 1;
      }
      rest = Buffer.from(data.subarray(from));
    },
    cut: () => {
      const bytes = rest.length + (broken?.bytes ?? 0);
      [rest, broken] = [Buffer.alloc(0), undefined];
      return bytes;
    },
    end: () => ({ studies: replay.studies, soundBytes, tornBytes: rest.length + (broken?.bytes ?? 0), blankLines }),
  };
}

function apply(name: string, line: number, change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('optuna-unreadable', `${name}: line ${line}: ${error.message}`, { fix: 'Is this a journal of Optuna 4 or 5 (JournalFileBackend)?', cause: error });
  }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parsePythonJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : undefined;
  } catch {
    return undefined;
  }
}

function damaged(name: string, line: number): UserError {
  return new UserError('optuna-corrupt', `${name} is damaged at line ${line}, and more lines follow: Optuna cannot read it either.`, {
    fix: `Restore the file, or keep what stands before the damage: head -n ${line - 1} ${JSON.stringify(name)} > sound.log`, exitCode: 3,
  });
}
