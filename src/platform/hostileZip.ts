import { Buffer } from 'node:buffer';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { UserError } from '../model/errors.js';

export interface ZipLimits {
  /** Unpacked bytes of one file that is read. */
  readonly fileBytes: number;
  readonly entries: number;
}

const refuse = (why: string, cause?: unknown): UserError =>
  new UserError('hostile-artifact', `The artifact was refused: ${why}.`, { exitCode: 3, cause, fix: 'A report uploaded by noregret never looks like this; look at what else the job that measured ran.' });

const unixFileType = 0o170000;
const symbolicLink = 0o120000;

function faultOf(entry: Entry, wanted: readonly string[], limits: ZipLimits): string | undefined {
  const name = JSON.stringify(entry.fileName);
  if (((entry.externalFileAttributes >>> 16) & unixFileType) === symbolicLink) return `${name} is a link`;
  if (entry.isEncrypted()) return `${name} is encrypted`;
  if (wanted.includes(entry.fileName) && entry.uncompressedSize > limits.fileBytes) return `${name} unpacks to ${entry.uncompressedSize} bytes, more than ${limits.fileBytes}`;
  return undefined;
}

/** yauzl checks while it streams that no more bytes come than the directory declared. */
async function textOf(zip: ZipFile, entry: Entry): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) chunks.push(chunk);
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

async function readWanted(zip: ZipFile, wanted: readonly string[], limits: ZipLimits): Promise<ReadonlyMap<string, string>> {
  if (zip.entryCount > limits.entries) throw refuse(`it holds ${zip.entryCount} files, more than ${limits.entries}`);
  const found = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    const fault = faultOf(entry, wanted, limits);
    if (fault !== undefined) throw refuse(fault);
    if (!wanted.includes(entry.fileName)) continue;
    if (found.has(entry.fileName)) throw refuse(`it holds ${entry.fileName} twice`);
    found.set(entry.fileName, await textOf(zip, entry));
  }
  return found;
}

/**
 * Texts of the `wanted` files of a zip that a stranger made. Nothing is written to disk; names that climb out, links, bombs,
 * encrypted and doubled files refuse the whole. Files not asked for are not unpacked.
 */
export async function readHostileZip(bytes: Uint8Array, wanted: readonly string[], limits: ZipLimits): Promise<ReadonlyMap<string, string>> {
  try {
    return await readWanted(await fromBufferPromise(Buffer.from(bytes), { lazyEntries: true, strictFileNames: true }), wanted, limits);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
}
