import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of output after which the buffers they came in are collected. */
const floodBytes = 4 * 2 ** 20;

/**
 * Node reads a pipe into a fresh 64 KiB buffer each time, and V8 lets 30 MiB of them pile up before it collects them. Under
 * a flood of output a minor collection every 4 MiB (0.2 ms each) keeps that to 4 MiB; a quiet program never causes one.
 */
export function createFloodGuard(): (bytes: number) => void {
  let passed = 0;
  return (bytes) => {
    passed += bytes;
    if (passed < floodBytes) return;
    passed = 0;
    collect ??= openCollector();
    collect();
  };
}

/**
 * V8 lets the space for young objects grow to 16 MiB and more as objects pass through it. A program that makes much short-lived
 * text from a file keeps it at its first 1 MiB: as fast, and that much smaller. For the rest of the process.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

let collect: (() => void) | undefined;

/** V8's own collector, which a program sees only where a flag asks for it. */
function openCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  return typeof gc === 'function' ? () => void Reflect.apply(gc, undefined, [{ type: 'minor' }]) : () => undefined;
}
