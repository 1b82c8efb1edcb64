import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { version } from '../src/version.js';

test('the version in the bundle is the one of the package', () => {
  expect(version).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
});
