import { expect, test } from '@jest/globals';
import { withoutPlaces } from '../../src/report/paths.js';

const root = '/home/alice/runner/repo';

test.each([
  ['FileNotFoundError: [Errno 2] No such file or directory: \'/home/alice/runner/repo/data/x.csv\'', 'FileNotFoundError: [Errno 2] No such file or directory: \'data/x.csv\''],
  ['  File "/home/alice/.venv/lib/python3.11/site-packages/optuna/samplers/_tpe/sampler.py", line 518, in f', '  File "…/site-packages/optuna/samplers/_tpe/sampler.py", line 518, in f'],
  ['cannot open /home/alice/secret project/x.db', 'cannot open ~/secret project/x.db'],
  ['cannot open "/home/alice/secret project/deep/x.db"!', 'cannot open "…/deep/x.db"!'],
  ['/Users/bob is no folder', '~ is no folder'],
  ['Install it for /opt/hostedtoolcache/Python/3.11/x64/bin/python3, or', 'Install it for …/bin/python3, or'],
  ['at file:///home/alice/runner/repo/train.mjs:3:1', 'at train.mjs:3:1'],
  ['at run (/home/alice/runner/repo/node_modules/x/y.js:1:2)', 'at run (node_modules/x/y.js:1:2)'],
  ['in /home/alice/runner/repo', 'in .'],
  ['in /home/alice/runner/repo/: "/home/alice/runner/repo/"', 'in .: "."'],
  ['/home/alice/runner/repository/a.py', '…/repository/a.py'],
  ['see https://example.org/a/b/c and 1/2/3, /dev/null, a/b/c, n/a', 'see https://example.org/a/b/c and 1/2/3, /dev/null, a/b/c, n/a'],
])('%s', (text, shown) => { expect(withoutPlaces(text, root)).toBe(shown); });

test('twice is once', () => {
  const once = withoutPlaces('x /a/b/c/d.py and "/home/alice/x y/z"', root);
  expect(withoutPlaces(once, root)).toBe(once);
});
