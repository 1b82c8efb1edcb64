import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dropSecrets, secretsLevel } from '../../src/platform/secrets.js';

describe('secrets', () => {
  test('names them, never their values; paths of the runner are none', () => {
    const env = { GITHUB_TOKEN: 'ghs_1', EMPTY_TOKEN: '', PATH: '/bin', RUNNER_TEMP: '/tmp', 'INPUT_GITHUB-TOKEN': 'ghs_1', INPUT_CONFIG: 'x' };
    const report = secretsLevel(env, 'OLD_SECRET=1\0PATH=/bin\0');
    expect(report).toEqual({ level: 'none', exposed: ['GITHUB_TOKEN', 'INPUT_GITHUB-TOKEN', 'OLD_SECRET'] });
    expect(JSON.stringify(report)).not.toContain('ghs_1');
  });

  test('dropping deletes them and owns up to what /proc still shows', () => {
    const env: Record<string, string | undefined> = { GITHUB_TOKEN: 'ghs_1', PATH: '/bin' };
    expect(dropSecrets(env, 'GITHUB_TOKEN=ghs_1\0')).toEqual({ dropped: ['GITHUB_TOKEN'], stillShown: ['GITHUB_TOKEN'] });
    expect(env).toEqual({ PATH: '/bin' });
  });

  test('the platform is as we say: a child of the same user reads what its parent deleted', () => {
    if (!existsSync('/proc/self/environ')) { console.log('skipped: no /proc here'); return; }
    const script = 'delete process.env.MY_TOKEN; process.stdout.write(require("node:child_process").execFileSync("sh", ["-c", "tr \'\\\\0\' \'\\\\n\' < /proc/$PPID/environ"]))';
    expect(execFileSync(process.execPath, ['-e', script], { env: { ...process.env, MY_TOKEN: 'visible' } }).toString()).toContain('MY_TOKEN=visible');
  });
});
