import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../model/errors.js';
import { exportFormats } from './exportFormats.js';
import { exportedStudy } from './exportedStudy.js';
import { exitCodes, type CommonFlags } from './program.js';
import { writing } from './state.js';
import { askedOfImport, readEvents, withBusyLine } from './studyFile.js';
import { printable, type Terminal } from './terminal.js';

interface Flags extends CommonFlags { readonly format: string; readonly out?: string; readonly studyName?: string }

/** A study for another tool: on stdout, or in a new file. */
export async function run(terminal: Terminal, flags: Flags, args: readonly string[]): Promise<number> {
  const [path = ''] = args;
  const format = exportFormats[flags.format];
  if (format === undefined) throw new UserError('flag-invalid', `--format ${flags.format} is unknown.`, { fix: `Use one of ${Object.keys(exportFormats).join(', ')}.` });
  const read = await withBusyLine(terminal, flags, async (desk) => await readEvents(desk, path, flags.studyName === undefined ? {} : { studyName: flags.studyName })).catch((error: unknown) => { throw askedOfImport(error, { path, has: [], then: 'export that' }); });
  const { pieces, notes } = format(exportedStudy(read.events, path));
  if (flags.out === undefined) for (const piece of pieces) terminal.stdout.write(piece);
  else await write(resolve(terminal.cwd, flags.out), flags.out, pieces);
  for (const note of [...read.notes, ...notes]) terminal.stderr.write(`note: ${printable(note)}\n`);
  return exitCodes.ok;
}

/** Never over a file, nor through a link in its place. */
async function write(path: string, name: string, pieces: Iterable<string>): Promise<void> {
  const file = await open(path, 'wx').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new UserError('out-exists', `${name} is there already.`, { fix: 'Name another file, or remove that one.' });
    throw new UserError('state-unwritable', `${name} cannot be written: ${error instanceof Error ? error.message : String(error)}`, { fix: 'Name a file in a folder that may be written.', exitCode: 3, cause: error });
  });
  try {
    await writing(name, async () => {
      let batch = '';
      for (const piece of pieces) {
        batch += piece;
        if (batch.length < 1 << 20) continue;
        await file.write(batch);
        batch = '';
      }
      await file.write(batch);
    });
  } finally {
    await file.close();
  }
}
