// Builds dist/ from src/: tsc -> lib/, ncc -> dist/ (one bundle, chunks loaded when needed), swc minifies, assets beside it.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { minifySync } from '@swc/core';
import { buildAssets } from './assets.mjs';
import { buildLibrary } from './library.mjs';

const out = process.argv[2] ?? 'dist';
// Of what the action can load, whatever it does.
const sizeLimitBytes = 2_000_000;
// Six per cent smaller than esbuild's; the tests' own compiler, so no further dependency.
const minifier = { module: true, ecma: 2022, mangle: true, compress: { module: true, ecma: 2022, passes: 3 }, format: { comments: false, ecma: 2022 } };
const node = (...argv) => execFileSync(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] });

rmSync('lib', { recursive: true, force: true });
rmSync(out, { recursive: true, force: true });
mkdirSync(out);
try {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { stdio: 'inherit' });
} catch {
  process.exit(1);
}
node('node_modules/@vercel/ncc/dist/ncc/cli.js', 'build', 'lib/bundle.js', '-o', out, '--no-cache', '--quiet', '--license', 'licenses.txt');

for (const file of readdirSync(out).filter((name) => name.endsWith('.js'))) {
  const { code } = minifySync(readFileSync(`${out}/${file}`, 'utf8'), minifier);
  writeFileSync(`${out}/${file}`, code);
}

// The runner and npm start a file, not a function: each entry is a file that names itself and loads the bundle.
for (const entry of ['cli', 'publish', 'post']) {
  const shebang = entry === 'cli' ? '#!/usr/bin/env node\n' : '';
  writeFileSync(`${out}/${entry}.js`, `${shebang}globalThis.noregretEntry = '${entry}';\nawait import('./index.js');\n`);
}
chmodSync(`${out}/cli.js`, 0o755);
await buildAssets(out);
buildLibrary('lib', out);

const codeOf = Object.fromEntries(readdirSync(out).filter((name) => /^(\d+\.)?index\.js$/.test(name)).map((name) => [name, readFileSync(`${out}/${name}`, 'utf8')]));
const sizeOf = (names) => [...names].reduce((total, name) => total + Buffer.byteLength(codeOf[name]), 0);
// The chart library is a chunk of its own, loaded when the HTML is written and at no other time.
const isCharts = (name) => codeOf[name].includes('zrender');
const chunksIn = (code) => [...code.matchAll(/\.e\((\d+)\)/g)].map(([, id]) => `${id}.index.js`);
const reach = (names, found = new Set()) => {
  for (const name of names) if (!found.has(name) && !isCharts(name)) reach(chunksIn(codeOf[name]), found.add(name));
  return found;
};
const entryChunks = Object.fromEntries([...codeOf['index.js'].matchAll(/(action|publish|post|cli):\(\)=>([^]*?)\.then/g)].map(([, name, code]) => [name, chunksIn(code)]));
if (Object.keys(entryChunks).length !== 4) throw new Error('the entries are not found in index.js: the size of the action cannot be told');
const action = sizeOf(reach([...entryChunks.action, ...entryChunks.publish, ...entryChunks.post])) + sizeOf(['index.js']);
if (Object.values(codeOf).some((code) => code.includes('registerKernel'))) throw new Error('tfjs got into the bundle: import it from the user\'s workspace only');
if (action > sizeLimitBytes) throw new Error(`the action can load ${action} bytes without the charts, more than ${sizeLimitBytes}`);
const megabytes = (bytes) => (bytes / 1e6).toFixed(2);
const names = Object.keys(codeOf);
process.stdout.write(`${out}: ${names.length} files, the action and its steps ${megabytes(action)} MB, the command line besides ${megabytes(sizeOf(names.filter((name) => !isCharts(name))) - action)} MB, charts ${megabytes(sizeOf(names.filter(isCharts)))} MB; index.js ${megabytes(sizeOf(['index.js']))} MB\n`);
