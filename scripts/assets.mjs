// Files that lie beside the bundle and not in it: programs started in a process of their own, and texts sent to a browser.
import { build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Each entry becomes one file; a missing source is skipped, so that a room may be built before its neighbour. */
const entries = [
  // Runs under the workspace's node, which may be older than ours.
  { from: 'src/worker/tfjsTrial.ts', to: 'tfjs-trial.mjs', platform: 'node', format: 'esm', target: 'node18' },
  // Goes into the HTML report, where it brings the charts to life.
  { from: 'src/report/browser/live.ts', to: 'echarts.browser.js', platform: 'browser', format: 'iife', target: 'es2020' },
];
const folders = [{ from: 'assets/python', to: 'python' }, { from: 'assets/export', to: 'export' }];

/** Writes every asset into `outDir`; the same sources give the same bytes. */
export async function buildAssets(outDir, root = process.cwd()) {
  mkdirSync(outDir, { recursive: true });
  const present = entries.filter((entry) => existsSync(join(root, entry.from)));
  await Promise.all(present.map(async ({ from, to, ...options }) => {
    const built = await build({ ...options, entryPoints: [join(root, from)], outfile: join(outDir, to), absWorkingDir: root, bundle: true, minify: true, legalComments: 'none', logLevel: 'warning', write: false });
    writeIfChanged(join(outDir, to), built.outputFiles[0].contents);
  }));
  for (const { from, to } of folders) {
    if (existsSync(join(root, from))) cpSync(join(root, from), join(outDir, to), { recursive: true, filter: (path) => !path.includes('__pycache__') });
  }
}

/** Test runs side by side share the folder: a file that somebody may be reading is replaced whole, and only when it differs. */
function writeIfChanged(path, bytes) {
  if (existsSync(path) && Buffer.compare(readFileSync(path), bytes) === 0) return;
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
}

/** Jest's globalSetup: tests that run from `src` find fresh assets in `.cache/assets`. */
export default async function setup() {
  await buildAssets(join(process.cwd(), '.cache', 'assets'));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await buildAssets(process.argv[2] ?? '.cache/assets');
