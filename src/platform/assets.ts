import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Where `scripts/assets.mjs` put the files that lie beside the bundle, seen from the bundle, from `lib/` and from `src/`. */
function assetsDir(): string {
  if (import.meta.url.endsWith('/src/platform/assets.ts')) return resolve(here, '../../.cache/assets');
  if (import.meta.url.endsWith('/lib/platform/assets.js')) return resolve(here, '../../dist');
  return here;
}

/** Absolute path of a shipped file, e.g. `tfjs-trial.mjs`. Throws when the build left it out: a bug of ours. */
export function assetPath(name: string): string {
  const path = join(assetsDir(), name);
  if (!existsSync(path)) throw new Error(`${path} is missing; "node scripts/assets.mjs ${assetsDir()}" builds it`);
  return path;
}
