// Renders every sample report into a folder, to be looked at: node scripts/previewReports.mjs [folder] [--shots]
// --shots: also pictures, wide and narrow, light and dark, by a Chromium from $CHROMIUM or /usr/bin/chromium.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildAssets } from './assets.mjs';

const args = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const out = resolve(args[0] ?? '.cache/preview');
const only = args.slice(1);
mkdirSync(out, { recursive: true });
await buildAssets(join(out, 'assets'));
await build({
  stdin: { contents: "export { samples } from './__tests__/report/samples.ts'; export { buildDocument } from './src/report/build.ts'; export { renderHtml } from './src/report/html.ts'; export { renderMarkdown } from './src/report/markdown.ts';", resolveDir: process.cwd() },
  outfile: join(out, 'render.mjs'), bundle: true, platform: 'node', format: 'esm', logLevel: 'warning',
});
const { samples, buildDocument, renderHtml, renderMarkdown } = await import(pathToFileURL(join(out, 'render.mjs')).href);
const { micromark } = await import('micromark');
const { gfm, gfmHtml } = await import('micromark-extension-gfm');

const browserScript = readFileSync(join(out, 'assets', 'echarts.browser.js'), 'utf8');
const comment = (html) => `<!doctype html><meta charset=utf-8><meta name=viewport content="width=device-width"><style>body{font:14px/1.5 system-ui,"DejaVu Sans",sans-serif;max-width:760px;margin:16px auto;padding:0 16px;color:#1f2328}table{border-collapse:collapse;display:block;overflow:auto}td,th{border:1px solid #d1d9e0;padding:6px 13px}tr:nth-child(2n){background:#f6f8fa}code{background:#818b981f;padding:.2em .4em;border-radius:6px;font-size:85%}pre{background:#f6f8fa;padding:16px;overflow:auto;border-radius:6px;font-size:85%}pre code{background:none;padding:0}sub{font-size:75%}</style>${html}`;
const names = Object.keys(samples).filter((name) => only.length === 0 || only.includes(name));
for (const name of names) {
  const doc = buildDocument(samples[name]());
  writeFileSync(join(out, `${name}.html`), renderHtml(doc, { browserScript }));
  const markdown = renderMarkdown(doc, { maxBytes: 60_000 });
  writeFileSync(join(out, `${name}.comment.html`), comment(micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })));
}
if (process.argv.includes('--shots')) await shoot();
process.stdout.write(`${names.length} reports in ${out}\n`);

async function shoot() {
  const { launch } = await import('puppeteer-core');
  const browser = await launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
  const page = await browser.newPage();
  page.on('console', (message) => process.stdout.write(`console: ${message.text()}\n`));
  page.on('pageerror', (error) => process.stdout.write(`error: ${error}\n`));
  for (const name of names) {
    for (const [width, scheme] of [[1280, 'light'], [390, 'light'], [1280, 'dark'], [390, 'dark']]) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.setViewport({ width, height: 900, deviceScaleFactor: 1 });
      for (const kind of scheme === 'light' ? ['', '.comment'] : ['']) {
        await page.goto(pathToFileURL(join(out, `${name}${kind}.html`)).href);
        await new Promise((done) => setTimeout(done, 300));
        await page.screenshot({ path: join(out, `${name}${kind}.${width}.${scheme}.png`), fullPage: true });
      }
    }
  }
  await browser.close();
}
