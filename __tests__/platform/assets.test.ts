import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { assetPath } from '../../src/platform/assets.js';

describe('files beside the bundle', () => {
  test('seen from the sources they are the freshly built ones', () => {
    const path = assetPath('tfjs-trial.mjs');
    expect(path).toMatch(/\.cache\/assets\/tfjs-trial\.mjs$/);
    // Runs in the user's workspace: nothing but Node may be imported by name.
    const imported = [...readFileSync(path, 'utf8').matchAll(/from\s*"([^"]+)"/g)].map(([, name]) => name);
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((name) => name?.startsWith('node:') !== true)).toEqual([]);
    expect(existsSync(path)).toBe(true);
  });

  test('a missing one is named with the command that builds it', () => {
    expect(() => assetPath('no-such-file.js')).toThrow(/no-such-file\.js is missing; "node scripts\/assets\.mjs/);
  });
});
