import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readHostile } from '../platform/safeRead.js';

/** Name of the variable that tells the trial process where to write what it found. */
export const tfjsInfoVariable = 'NOREGRET_TFJS_INFO';

const failureSchema = z.object({ ok: z.literal(false), reason: z.enum(['device', 'spawn']), message: z.string() });
const loadedSchema = z.object({
  ok: z.literal(true),
  /** What ran: `wasm`, `cpu`, `tfjs-node`, `tfjs-node-gpu`, or `tfjs-node-gpu on cpu`. */
  backend: z.string(),
  /** tfjs's version, and the library's below it, e.g. `4.22.0, libtensorflow 2.16.2`. */
  version: z.string(),
  /** What else of the backend can change a result, e.g. `1 thread, simd`. */
  threads: z.string(),
  node: z.string(),
  /** Better backends that were tried first, and why they do not work here. */
  passedOver: z.array(z.string()),
});
const infoSchema = z.discriminatedUnion('ok', [loadedSchema, failureSchema]);

/** What a tfjs trial process says about its backend before it trains. The file is the trial's: read as untrusted data. */
export type TfjsInfo = z.infer<typeof infoSchema>;
export type TfjsFailure = z.infer<typeof failureSchema>;
export type TfjsLoaded = z.infer<typeof loadedSchema>;

/** Lends a path to write the info to; `read` answers undefined when nothing readable was written. */
export async function withInfoFile<T>(use: (file: string, read: () => TfjsInfo | undefined) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'noregret-tfjs-'));
  const file = join(dir, 'backend.json');
  try {
    return await use(file, () => readInfo(file, dir));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function readInfo(path: string, within: string): TfjsInfo | undefined {
  const read = readHostile({ path, within, maxBytes: 16_384 });
  if ('refused' in read) return undefined;
  try {
    return infoSchema.safeParse(JSON.parse(read.bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
