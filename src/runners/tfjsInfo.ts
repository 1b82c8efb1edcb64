import { z } from 'zod';

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

/** What a tfjs trial process says about its backend before it trains. The file is the trial's: read as untrusted data. */
export const tfjsInfoSchema = z.discriminatedUnion('ok', [loadedSchema, failureSchema]);
export type TfjsInfo = z.infer<typeof tfjsInfoSchema>;
export type TfjsFailure = z.infer<typeof failureSchema>;
export type TfjsLoaded = z.infer<typeof loadedSchema>;
