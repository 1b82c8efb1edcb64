import { expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportSchema } from '../../src/model/comparison.js';
import { artifactName, artifactPublisher, filesPublisher } from '../../src/publishers/files.js';
import { jobSummaryPublisher } from '../../src/publishers/jobSummary.js';
import { publisherContract } from '../contracts/publisher.js';
import { samples } from '../report/samples.js';
import { renderings } from './desk.js';

const to = { kind: 'push', sha: 'a'.repeat(40), before: undefined, branch: 'main', defaultBranch: true } as const;
const temporary = (): string => join(mkdtempSync(join(tmpdir(), 'noregret-files-')), 'report');

publisherContract({
  name: 'files', limitBytes: 16 * 1024 * 1024, samples,
  make: () => {
    const dir = temporary();
    return Promise.resolve({
      publisher: filesPublisher(dir, renderings), to,
      stored: () => Promise.resolve(readdirSync(dir).map((name) => readFileSync(join(dir, name), 'utf8'))),
      // A file stands where the folder should be.
      break: () => writeFileSync(dir, ''),
    });
  },
});

publisherContract({
  name: 'job summary', limitBytes: 1024 * 1024 - 1, samples,
  make: () => {
    let text: string | undefined;
    let broken = false;
    const summary = (markdown: string): Promise<void> => {
      if (broken) return Promise.reject(new Error('no summary file'));
      text = markdown;
      return Promise.resolve();
    };
    return Promise.resolve({ publisher: jobSummaryPublisher({ summary }, renderings), to, stored: () => Promise.resolve(text === undefined ? [] : [text]), break: () => { broken = true; } });
  },
});

test('what is written can be read again as the same report', async () => {
  const dir = temporary();
  const report = samples['hostile']!();
  await filesPublisher(dir, renderings).publish(report, to);
  expect(reportSchema.parse(JSON.parse(readFileSync(join(dir, 'report.json'), 'utf8')))).toEqual(JSON.parse(JSON.stringify(report)));
  expect(readdirSync(dir).toSorted()).toEqual(['report.html', 'report.json', 'report.md']);
  rmSync(dir, { recursive: true });
});

test('charts that cannot be drawn cost neither the numbers nor the hand-over', async () => {
  const dir = temporary();
  const broken = { ...renderings, html: () => Promise.reject(new Error('no charts')) };
  await expect(filesPublisher(dir, broken).publish(samples['pass']!(), to)).rejects.toThrow('no charts');
  expect(existsSync(join(dir, 'report.json'))).toBe(true);
  const uploads: [string, readonly string[]][] = [];
  const artifacts = { upload: (name: string, files: Readonly<Record<string, string>>) => { uploads.push([name, Object.keys(files)]); return Promise.resolve(); } };
  await artifactPublisher({ artifacts, renderings: broken, name: artifactName('default', 2), extra: { 'records.json': '[]' } }).publish(samples['pass']!(), to);
  expect(uploads).toEqual([['noregret-default-2', ['report.json', 'report.md', 'records.json']]]);
});
