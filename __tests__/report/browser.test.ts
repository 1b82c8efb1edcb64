/// <reference lib="dom" />
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { buildDocument } from '../../src/report/build.js';
import { renderHtml } from '../../src/report/html.js';
import { samples } from './samples.js';

const chromium = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path !== undefined && existsSync(path));
if (chromium === undefined) process.stdout.write('skipped: no Chromium found (set CHROMIUM), so the HTML report was not looked at in a browser\n');
const inBrowser = chromium === undefined ? describe.skip : describe;

inBrowser('the HTML report in a real browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'noregret-report-'));
  const troubles: string[] = [];
  let browser: Browser;

  beforeAll(async () => {
    const script = join(folder, 'live.js');
    await build({ entryPoints: [join(import.meta.dirname, '../../src/report/browser/live.ts')], outfile: script, bundle: true, minify: true, format: 'iife', target: 'es2020', logLevel: 'silent' });
    const browserScript = readFileSync(script, 'utf8');
    for (const [name, make] of Object.entries(samples)) writeFileSync(join(folder, `${name}.html`), renderHtml(buildDocument(make()), { browserScript }));
    browser = await launch({ executablePath: chromium!, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function open(name: string, width: number, scheme: 'light' | 'dark' = 'light', javaScript = true): Promise<Page> {
    const page = await browser.newPage();
    page.on('console', (message) => troubles.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => troubles.push(`error: ${String(error)}`));
    page.on('request', (request) => { if (!request.url().startsWith('file:')) troubles.push(`request: ${request.url()}`); });
    await page.setJavaScriptEnabled(javaScript);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.setViewport({ width, height: 900 });
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    return page;
  }

  const live = 'figure.chart .drawing[data-live] svg';

  test.each(Object.keys(samples))('%s: quiet, all charts alive, nothing wider than a phone', async (name) => {
    troubles.length = 0;
    const page = await open(name, 390);
    const charts = await page.$$eval('figure.chart', (all) => all.length);
    await page.waitForFunction((selector, count) => document.querySelectorAll(selector).length === count, {}, live, charts);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('a tooltip tells about the trial under the pointer', async () => {
    troubles.length = 0;
    const page = await open('pass', 1280);
    await page.waitForSelector(`figure.convergence ${live.slice('figure.chart '.length)}`);
    // The best trial is the only large diamond: a closed path of four corners in the colour of the best.
    const at = await page.$eval('figure.convergence svg', (svg) => {
      svg.scrollIntoView({ block: 'center' });
      const marks = [...svg.querySelectorAll('path[fill="var(--best)"]')].map((path) => path.getBoundingClientRect()).filter(({ width, height }) => width > 10 && height > 10);
      const box = marks.at(-1)!;
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    });
    await page.mouse.move(at.x - 3, at.y);
    await page.mouse.move(at.x, at.y);
    await page.waitForFunction(() => /trial \d+/u.test(document.querySelector('figure.convergence .drawing')?.textContent ?? ''));
    expect(await page.$eval('figure.convergence .drawing', (drawing) => drawing.textContent)).toMatch(/trial \d+.*best.*val_accuracy: 0\.\d+.*learning_rate/u);
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('charts follow the window', async () => {
    const page = await open('pass', 1280);
    await page.waitForSelector(live);
    const wide = await page.$eval(live, (svg) => svg.getBoundingClientRect().width);
    await page.setViewport({ width: 600, height: 900 });
    await page.waitForFunction((selector, before) => document.querySelector(selector)!.getBoundingClientRect().width < before - 200, {}, live, wide);
    await page.close();
  });

  test('dark and light differ, in the page and in its charts', async () => {
    const colours = async (scheme: 'light' | 'dark'): Promise<string[]> => {
      const page = await open('regression', 1280, scheme);
      await page.waitForSelector(live);
      const found = await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color, getComputedStyle(document.querySelector('figure.chart svg text')!).fill]);
      await page.close();
      return found;
    };
    const [light, dark] = [await colours('light'), await colours('dark')];
    expect(light.filter((colour, i) => colour === dark[i])).toEqual([]);
    expect(dark[0]).toBe('rgb(14, 18, 24)');
  });

  test('without JavaScript the drawings are there', async () => {
    const page = await open('regression', 390, 'light', false);
    const boxes = await Promise.all((await page.$$('figure.chart .drawing > svg')).map((svg) => svg.boundingBox()));
    expect(boxes.length).toBe(6);
    for (const box of boxes) expect(box!.height).toBeGreaterThan(50);
    expect(await page.$$('[data-live]')).toEqual([]);
    await page.close();
  });

  test('what a pull request writes runs nothing', async () => {
    troubles.length = 0;
    const page = await open('hostile', 1280);
    await page.waitForSelector(live);
    expect(await page.$$eval('img, a, iframe, main > script', (all) => all.length)).toBe(0);
    // By the page's own policy even a script that got in would not run.
    await page.evaluate(() => { const script = document.createElement('script'); script.textContent = 'document.title = "taken"'; document.body.append(script); });
    expect(await page.title()).not.toBe('taken');
    await page.close();
  });
});
