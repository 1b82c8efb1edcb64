// Speed of tfjs-node beside wasm, one thread each, in turns, through our trial script. Installs what it needs into .cache.
//   node bench/tfjs.mjs [--write] [--rounds=5]      --write puts the table into bench/RESULTS.md
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssets } from '../scripts/assets.mjs';
import { tfjsNodeProject } from '../scripts/tfjsNodeProject.mjs';

const rounds = Number(process.argv.find((arg) => arg.startsWith('--rounds='))?.slice('--rounds='.length) ?? 5);
const heading = '## tfjs: native beside wasm';
const backends = ['wasm', 'tfjs-node'];
const models = [
  { name: 'spiral network of the demo, 20 epochs of 300 rows', module: 'train.mjs', params: { learning_rate: 0.2, units: 16 } },
  { name: 'convolution 16-32 on 16×16 images, 8 epochs of 240 rows', module: 'convolution.mjs', params: { learning_rate: 0.01, filters: 16, epochs: 8 } },
];

await buildAssets('.cache/assets');
const project = tfjsNodeProject();
const scratch = mkdtempSync(join(tmpdir(), 'noregret-bench-'));
for (const file of ['demo/main/train.mjs', 'demo/main/spiral.mjs', 'tfjs/convolution.mjs']) cpSync(`fixtures/${file}`, join(project, file.split('/').at(-1)));

/** One trial as the runner starts it; seconds of wall clock of the whole process. */
function trial(model, backend) {
  const paramsFile = join(scratch, 'params.json');
  writeFileSync(paramsFile, JSON.stringify(model.params));
  const begin = performance.now();
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NOREGRET_SEED: '11', NOREGRET_PARAMS: paramsFile, NOREGRET_METRICS: join(scratch, 'metrics'), NOREGRET_TFJS_INFO: join(scratch, 'info.json') };
  const script = join(process.cwd(), '.cache/assets/tfjs-trial.mjs');
  execFileSync(process.execPath, [script, model.module, backend, 'loss'], { cwd: project, env, stdio: 'ignore' });
  const wall = (performance.now() - begin) / 1000;
  const ran = JSON.parse(readFileSync(env.NOREGRET_TFJS_INFO, 'utf8'));
  if (ran.backend !== backend) throw new Error(`${backend} was asked for, ${ran.backend ?? ran.message} ran`);
  return { wall, version: ran.version };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rows = [];
let versions = '';
for (const model of models) {
  const walls = { wasm: [], 'tfjs-node': [] };
  for (let round = 0; round < rounds; round++) {
    for (const backend of round % 2 === 0 ? backends : [...backends].reverse()) {
      const { wall, version } = trial(model, backend);
      walls[backend].push(wall);
      if (backend === 'tfjs-node') versions = version;
    }
  }
  const [wasm, native] = backends.map((backend) => median(walls[backend]));
  rows.push(`| ${model.name} | ${wasm.toFixed(2)} | ${native.toFixed(2)} | ${(wasm / native).toFixed(1)}× |`);
}
rmSync(scratch, { recursive: true, force: true });

const section = [
  heading, '',
  `\`node bench/tfjs.mjs --write\`; seconds of wall clock for a whole trial process (start, import, training), median of ${rounds} in turns; one thread each; tfjs ${versions}; Node ${process.version}; ${cpus().length} × ${cpus()[0].model.trim()}.`, '',
  '| trial | wasm | tfjs-node | native is faster by |', '|---|---|---|---|', ...rows, '',
].join('\n');
process.stdout.write(`${section}\n`);
if (process.argv.includes('--write')) {
  const path = 'bench/RESULTS.md';
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '# Results\n';
  const at = text.indexOf(heading);
  const next = at < 0 ? -1 : text.indexOf('\n## ', at + 1);
  const kept = at < 0 ? `${text.trimEnd()}\n\n` : text.slice(0, at);
  writeFileSync(path, `${kept}${section}${next < 0 ? '' : text.slice(next)}`);
}
