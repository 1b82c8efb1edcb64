// Builds dist/ from src/: tsc -> lib/, ncc -> dist/ (one bundle, chunks loaded when needed), esbuild minifies, assets beside it.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { buildAssets } from './assets.mjs';

const out = process.argv[2] ?? 'dist';
const sizeLimitBytes = 2 * 1024 * 1024;
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
  const { code } = transformSync(readFileSync(`${out}/${file}`, 'utf8'), { minify: true, format: 'esm', target: 'node20', legalComments: 'none' });
  writeFileSync(`${out}/${file}`, code);
}

// The runner and npm start a file, not a function: each entry is a file that names itself and loads the bundle.
for (const entry of ['cli', 'publish', 'post']) {
  const shebang = entry === 'cli' ? '#!/usr/bin/env node\n' : '';
  writeFileSync(`${out}/${entry}.js`, `${shebang}globalThis.noregretEntry = '${entry}';\nawait import('./index.js');\n`);
}
chmodSync(`${out}/cli.js`, 0o755);
await buildAssets(out);

const bundled = readdirSync(out).filter((name) => /^(\d+\.)?index\.js$/.test(name)).map((name) => ({ name, code: readFileSync(`${out}/${name}`, 'utf8') }));
const sum = (files) => files.reduce((total, { code }) => total + Buffer.byteLength(code), 0);
// The chart library is a chunk of its own, loaded when the HTML is written and at no other time.
const everyday = bundled.filter(({ code }) => !code.includes('zrender'));
if (bundled.some(({ code }) => code.includes('registerKernel'))) throw new Error('tfjs got into the bundle: import it from the user\'s workspace only');
if (sum(everyday) > sizeLimitBytes) throw new Error(`the bundle has ${sum(everyday)} bytes without the charts, more than ${sizeLimitBytes}`);
const megabytes = (bytes) => (bytes / 1e6).toFixed(2);
process.stdout.write(`${out}: bundle ${megabytes(sum(everyday))} MB in ${everyday.length} files, and ${megabytes(sum(bundled) - sum(everyday))} MB of charts; index.js ${megabytes(sum(bundled.filter(({ name }) => name === 'index.js')))} MB\n`);
