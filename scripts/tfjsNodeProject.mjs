// A project folder with a real tfjs-node beside the portable backends, from the npm and PyPI registries alone; kept in .cache.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

const version = '4.22.0';
const portable = ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu', 'tfjs-backend-wasm'];

/** Path of the project; 10 to 30 s the first time, one second afterwards. */
export function tfjsNodeProject() {
  const cache = resolve('.cache/tfjs-node');
  const project = `${cache}/project`;
  execFileSync('bash', ['scripts/tfjs-node.sh', project, cache], {
    stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, TFJS_NODE_VERSION: version, TFJS_EXTRA_PACKAGES: portable.map((name) => `@tensorflow/${name}@${version}`).join(' ') },
  });
  return project;
}
