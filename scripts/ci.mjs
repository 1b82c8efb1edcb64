// What .ci/run does after `npm ci`: checks, generated files rebuilt and compared, then every suite that installs what it needs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const started = Date.now();
let passed = 0;
let failed = 0;

function run(label, argv, { env = {}, counts = false } = {}) {
  process.stdout.write(`\n== ${label} (${Math.round((Date.now() - started) / 1000)} s)\n`);
  const result = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28, env: { ...process.env, ...env } });
  const text = `${result.stdout}${result.stderr}`;
  const ok = result.status === 0;
  const tests = /^Tests:\s+(?:(\d+) failed, )?(?:\d+ skipped, )?(?:\d+ todo, )?(?:(\d+) passed, )?\d+ total/m.exec(text);
  if (counts && tests !== null) {
    failed += Number(tests[1] ?? 0);
    passed += Number(tests[2] ?? 0);
    if (!ok && tests[1] === undefined) failed++;
  } else if (ok) passed++;
  else failed++;
  process.stdout.write(ok && !counts ? 'ok\n' : `${text.split('\n').slice(ok ? -8 : -400).join('\n')}\n`);
}

const npm = (script) => ['npm', 'run', '--silent', script];
run('types', npm('types'));
run('lint', npm('lint'));
run('unused exports and dependencies', npm('unused'));
run('dist is what the sources build', npm('build'));
run('documents are what the sources generate', npm('docs'));
run('nothing changed by rebuilding', ['bash', '-c', 'test -z "$(git status --porcelain dist README.md noregret.schema.json)" || { git status --porcelain dist README.md noregret.schema.json; git diff --stat; exit 1; }']);
run('npm audit of what is shipped', ['bash', '-c', 'npm audit --omit=dev 2>&1 | tee /dev/stderr | grep -q "audit endpoint returned an error" && { echo "skipped: this registry has no audit endpoint"; exit 0; }; npm audit --omit=dev']);
run('npm test', ['npm', 'test', '--silent', '--', '--ci'], { counts: true, env: { CI: 'true' } });
if (process.platform === 'linux' && process.arch === 'x64' && existsSync('scripts/tfjs-node.sh')) {
  run('npm run test:tfjs-node', [...npm('test:tfjs-node'), '--', '--ci'], { counts: true });
}

process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
