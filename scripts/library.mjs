// What `import … from 'noregret'` loads: one file without dependencies, and the type declarations it needs.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { buildSync } from 'esbuild';

/** From the compiled `lib/` into `out/library.js` and `out/types/`. */
export function buildLibrary(lib, out) {
  buildSync({
    entryPoints: [join(lib, 'index.js')], outfile: join(out, 'library.js'), bundle: true, minify: true, format: 'esm', platform: 'node', target: 'node20', legalComments: 'none', logLevel: 'warning',
    banner: { js: 'import{createRequire as __nr}from"node:module";const require=__nr(import.meta.url);' },
  });
  const copied = new Set();
  const copy = (path) => {
    if (copied.has(path)) return;
    copied.add(path);
    const text = readFileSync(join(lib, path), 'utf8');
    mkdirSync(dirname(join(out, 'types', path)), { recursive: true });
    copyFileSync(join(lib, path), join(out, 'types', path));
    for (const [, specifier] of text.matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)) {
      if (!specifier.startsWith('.')) throw new Error(`the library's types need ${specifier} (in ${path}): declare them in src/library.ts`);
      copy(normalize(join(dirname(path), specifier.replace(/\.js$/, '.d.ts'))));
    }
  };
  copy('index.d.ts');
}
