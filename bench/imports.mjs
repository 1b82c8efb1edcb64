// How long `noregret import` takes for N trials of each format, on the clock and in CPU seconds, and how much memory: node bench/imports.mjs [N] [format ...]
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, createWriteStream, openSync, writeSync, closeSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const trials = Number(process.argv[2] ?? 100_000);
const root = mkdtempSync(join(tmpdir(), 'noregret-imports-'));
const cli = resolve('dist/cli.js');
const params = (i) => ({ lr: 10 ** -(1 + (i % 977) / 300), units: 16 << (i % 3), act: i % 2 === 0 ? 'relu' : 'tanh', dropout: (i % 50) / 100, layers: 1 + (i % 4) });
const loss = (i) => 1 / (1 + (i * 7919) % 10_007);
/** Of a trial that is a folder: ten records each. */
const steps = Array.from({ length: 10 }, (_, step) => step + 1);
const time = (i) => new Date(1.7e12 + i * 1000).toISOString();

function file(path, pieces) {
  const out = openSync(path, 'w');
  let batch = '';
  for (const piece of pieces) if ((batch += piece).length > 1 << 20) { writeSync(out, batch); batch = ''; }
  writeSync(out, batch);
  closeSync(out);
  return path;
}
function* each(of, before = '', after = '', between = '') {
  yield before;
  for (let i = 0; i < trials; i += 1) yield (i === 0 ? '' : between) + of(i);
  yield after;
}
const kt = (i) => ({ trial_id: String(i), hyperparameters: { values: params(i) }, metrics: { metrics: { val_loss: { direction: 'min', observations: [{ value: [loss(i)], step: 3 }] } } }, score: loss(i), best_step: 3, status: 'COMPLETED', message: null });
const dist = { lr: { name: 'FloatDistribution', attributes: { step: null, low: 1e-5, high: 1, log: true } }, units: { name: 'IntDistribution', attributes: { log: false, step: 16, low: 16, high: 64 } }, act: { name: 'CategoricalDistribution', attributes: { choices: ['relu', 'tanh'] } }, dropout: { name: 'FloatDistribution', attributes: { step: null, low: 0, high: 1, log: false } }, layers: { name: 'IntDistribution', attributes: { log: false, step: 1, low: 1, high: 4 } } };
const internal = (name, value) => (name === 'act' ? ['relu', 'tanh'].indexOf(value) : value);
const folders = (write) => { const at = join(root, 'folder'); rmSync(at, { recursive: true, force: true }); mkdirSync(at); write(at); return at; };
const perTrial = (name, write) => folders((at) => { for (let i = 0; i < trials; i += 1) { mkdirSync(join(at, name(i)), { recursive: true }); write(join(at, name(i)), i); } });
const first = (folder, pattern) => join(folder, readdirSync(folder).find((name) => pattern.test(name)));

const rayRow = (i, step) => ({
  loss: loss(i) + 1 / step, accuracy: 1 - loss(i) / 2 - 1 / (step + 1), epoch: step, timestamp: 1.7e9 + i + step, checkpoint_dir_name: null, done: step === steps.length, training_iteration: step, trial_id: `e47d7_${String(i).padStart(5, '0')}`,
  date: '2026-11-23_08-50-13', time_this_iter_s: 0.006247282028198242 * step, time_total_s: 1.238344430923462 * step, pid: 13908, hostname: 'vm', node_ip: '192.0.2.2', config: params(i), time_since_restore: 1.238344430923462 * step, iterations_since_restore: step,
});
/** With Python's blanks. */
const spaced = (value) => JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, ' ').replaceAll('{ ', '{').replaceAll(' }', '}');

const formats = {
  csv: () => [file(join(root, 't.csv'), each((i) => `${Object.values(params(i)).join(',')},${loss(i)}\n`, 'lr,units,act,dropout,layers,loss\n')), '--metric', 'loss', '--params', 'lr,units,act,dropout,layers'],
  'talos-table': () => [file(join(root, 'talos.csv'), each((i) => `3,${loss(i)},${loss(i)},${Object.values(params(i)).join(',')}\n`, 'round_epochs,loss,val_loss,lr,units,act,dropout,layers\n')), '--metric', 'val_loss'],
  talos: () => [folders((at) => { writeFileSync(join(at, 'metadata.json'), '{"objective":{"metric":"val_loss","direction":"min"}}'); file(join(at, 'round_data.jsonl'), each((i) => `${JSON.stringify({ round_index: i, status: 'completed', params: params(i), row: { start: time(i), duration: 1 }, history: { loss: [1, loss(i)], val_loss: [1, loss(i)] } })}\n`)); })],
  hyperopt: () => [file(join(root, 'h.json'), each((i) => JSON.stringify({ tid: i, state: 2, result: { loss: loss(i), status: 'ok' }, misc: { vals: {} }, params: params(i), book_time: time(i), refresh_time: time(i + 1) }), '{"noregret_export":"hyperopt","space":null,"trials":[', ']}', ','))],
  skopt: () => [file(join(root, 's.json'), (function* () { yield '{"noregret_export":"skopt","names":["lr","units","act","dropout","layers"],"x_iters":['; yield* each((i) => JSON.stringify(Object.values(params(i))), '', '', ','); yield '],"func_vals":['; yield* each((i) => String(loss(i)), '', '', ','); yield ']}'; })())],
  'cv-results-csv': () => [file(join(root, 'cv.csv'), each((i) => `"${JSON.stringify(params(i)).replaceAll('"', "'")}",${loss(i)},0.1\n`, 'params,mean_test_score,mean_fit_time\n'))],
  'cv-results-json': () => [file(join(root, 'cv.json'), (function* () { yield '{"mean_test_score":['; yield* each((i) => String(loss(i)), '', '', ','); yield '],"params":['; yield* each((i) => JSON.stringify(params(i)), '', '', ','); yield ']}'; })())],
  hpbandster: () => [folders((at) => { file(join(at, 'configs.json'), each((i) => `[[0, 0, ${i}], ${JSON.stringify(params(i))}, {}]\n`)); file(join(at, 'results.json'), each((i) => `[[0, 0, ${i}], 9.0, {"submitted": 1, "started": 1700000000.5, "finished": 1700000001.5}, {"loss": ${loss(i)}, "info": {}}, null]\n`)); })],
  spearmint: () => [folders((at) => { writeFileSync(join(at, 'config.json'), '{"lr":{"name":"lr","type":"float","min":0,"max":1},"units":{"name":"units","type":"int","min":16,"max":64},"act":{"name":"act","type":"enum","options":["relu","tanh"]}}'); file(join(at, 'results.dat'), each((i) => `${loss(i)} 1.5 ${params(i).lr} ${params(i).units} ${params(i).act}\n`)); })],
  'optuna-journal': () => [file(join(root, 'journal'), each((i) => [JSON.stringify({ op_code: 4, worker_id: 'w', study_id: 0, datetime_start: time(i) }), ...Object.entries(params(i)).map(([name, value]) => JSON.stringify({ op_code: 5, worker_id: 'w', trial_id: i, param_name: name, param_value_internal: internal(name, value), distribution: JSON.stringify(dist[name]) })), JSON.stringify({ op_code: 6, worker_id: 'w', trial_id: i, state: 1, values: [loss(i)], datetime_complete: time(i + 1) }), ''].join('\n'), `${JSON.stringify({ op_code: 0, worker_id: 'w', study_name: 's', directions: [1] })}\n`))],
  'optuna-sqlite': () => {
    const db = join(root, 'study.db');
    cpSync('fixtures/tuners/optuna/study.db', db);
    execFileSync('python3', ['-c', `
import sqlite3, json
c = sqlite3.connect(${JSON.stringify(db)})
c.executescript("delete from trials; delete from trial_params; delete from trial_values; delete from trial_intermediate_values; delete from trial_system_attributes; delete from trial_user_attributes; delete from studies where study_name='mo'")
study = c.execute("select study_id from studies").fetchone()[0]
D = ${JSON.stringify(Object.fromEntries(Object.entries(dist).map(([name, one]) => [name, JSON.stringify(one)])))}
n = ${trials}
c.executemany("insert into trials (trial_id, number, study_id, state, datetime_start, datetime_complete) values (?,?,?,'COMPLETE','2026-01-01 00:00:00.000000','2026-01-01 00:00:01.000000')", ((i + 1, i, study) for i in range(n)))
c.executemany("insert into trial_params (trial_id, param_name, param_value, distribution_json) values (?,?,?,?)", ((i + 1, name, v, D[name]) for i in range(n) for name, v in (("lr", 10 ** -(1 + (i % 977) / 300)), ("units", 16), ("act", i % 2), ("dropout", (i % 50) / 100), ("layers", 1 + i % 4))))
c.executemany("insert into trial_values (trial_id, objective, value, value_type) values (?,0,?,'FINITE')", ((i + 1, 1 / (1 + (i * 7919) % 10007)) for i in range(n)))
c.commit()`]);
    return [db];
  },
  'wandb-json': () => [file(join(root, 'w.json'), each((i) => JSON.stringify({ name: `r${i}`, state: 'finished', created_at: time(i), config: params(i), summary: { val_loss: loss(i), _runtime: 1 } }), '[', ']', ',')), '--metric', 'val_loss'],
  'wandb-csv': () => [file(join(root, 'w.csv'), each((i) => `${i},"{'val_loss': ${loss(i)}, '_runtime': 1}","${JSON.stringify(params(i)).replaceAll('"', "'")}",r${i}\n`, ',summary,config,name\n')), '--metric', 'val_loss'],
  'keras-tuner': () => [perTrial((i) => `trial_${String(i).padStart(6, '0')}`, (at, i) => { writeFileSync(join(at, 'trial.json'), JSON.stringify(kt(i))); })],
  kopt: () => [folders((at) => { for (let i = 0; i < trials; i += 1) writeFileSync(join(at, `${i}.json`), JSON.stringify({ loss: loss(i), status: 'ok', eval: { loss: loss(i) }, param: params(i), name: { optim_metric: 'loss' }, history: { loss: { epoch: [0], loss: [loss(i)] } }, time: { start: time(i), duration: { total: 1 } } })); })],
  // As Ray 2.60 leaves them: all keys of a record, its row in progress.csv, and the pickle, which is not read.
  'ray-tune': () => [perTrial((i) => `trainable_e47d7_${String(i).padStart(5, '0')}_${i}_${Object.entries(params(i)).map(([name, value]) => `${name}=${typeof value === 'number' ? value.toFixed(4) : value}`).join(',')}_2026-11-23_08-50-11`, (at, i) => {
    const rows = steps.map((step) => rayRow(i, step));
    const cells = rows.map(({ config, ...rest }) => ({ ...rest, ...Object.fromEntries(Object.entries(config).map(([name, value]) => [`config/${name}`, value])) }));
    writeFileSync(join(at, 'params.json'), JSON.stringify(params(i), null, 2));
    writeFileSync(join(at, 'params.pkl'), Buffer.alloc(110, 0x80));
    writeFileSync(join(at, 'result.json'), rows.map((row) => `${spaced(row)}\n`).join(''));
    writeFileSync(join(at, 'progress.csv'), `${Object.keys(cells[0]).join(',')}\n${cells.map((row) => Object.values(row).join(',')).join('\n')}\n`);
  }), '--metric', 'loss'],
  // As wandb 0.31 leaves them: what is in them, by turns, is that of its own runs in the fixtures.
  wandb: () => {
    const from = 'fixtures/tuners/wandb/runs';
    const runs = readdirSync(from).map((name) => readFileSync(first(join(from, name), /run-/)));
    const id = (i) => (Math.imul(i + 1, 2_654_435_761) >>> 0).toString(36).padStart(8, '0');
    return [perTrial((i) => `offline-run-20261125_204343-${id(i)}`, (at, i) => {
      for (const sub of ['files', 'logs', 'tmp']) mkdirSync(join(at, sub));
      for (const [path, text] of [['files/requirements.txt', 'wandb==0.31.0\n'], ['logs/debug.log', 'started\n'], ['logs/debug-internal.log', '{}\n']]) writeFileSync(join(at, path), text);
      writeFileSync(join(at, `run-${id(i)}.wandb`), runs[i % runs.length]);
    }), '--metric', 'val.loss'];
  },
  tensorboard: () => { const from = 'fixtures/tuners/tensorboard/tf2'; const bytes = readFileSync(first(from, /tfevents/)); return [perTrial((i) => `run${i}`, (at) => { writeFileSync(join(at, 'events.out.tfevents.1'), bytes); })]; },
  // As the file store of MLflow 3 leaves them: folders, files, keys and tags are all that `start_run`, `log_params` and `log_metric` write.
  mlflow: () => [folders((at) => {
    const experiment = '195953991981312035';
    writeFileSync(join(at, 'meta.yaml'), `artifact_location: file:///home/user/mlruns/${experiment}\ncreation_time: 1700000000000\nexperiment_id: '${experiment}'\nlast_update_time: 1700000000000\nlifecycle_stage: active\nname: digits\n`);
    for (let i = 0; i < trials; i += 1) {
      const [id, start] = [(Math.imul(i, 2_654_435_761) >>> 0).toString(16).padStart(8, '0').repeat(4), 1.7e12 + i * 1000];
      const put = (path, text) => { writeFileSync(join(at, id, path), text); };
      for (const sub of ['artifacts', 'metrics', 'params', 'tags']) mkdirSync(join(at, id, sub), { recursive: true });
      put('meta.yaml', `artifact_uri: file:///home/user/mlruns/${experiment}/${id}/artifacts\nend_time: ${start + 900}\nentry_point_name: ''\nexperiment_id: '${experiment}'\nlifecycle_stage: active\nrun_id: ${id}\nrun_name: trial ${i}\nsource_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: ${start}\nstatus: 3\ntags: []\nuser_id: user\n`);
      for (const [name, value] of Object.entries(params(i))) put(`params/${name}`, String(value));
      put('metrics/loss', steps.map((step) => `${start + step} ${loss(i) + 1 / step} ${step}\n`).join(''));
      for (const [name, value] of [['mlflow.runName', `trial ${i}`], ['mlflow.source.name', 'train.py'], ['mlflow.source.type', 'LOCAL'], ['mlflow.user', 'user']]) put(`tags/${name}`, value);
    }
  })],
};

// What the machine takes for the files alone: a plain loop that lists, opens, reads and closes those which a reader cannot do without.
// Each is `name` (read), `folder/*` (listed, all in it read) or `folder/` (listed).
const floors = { 'ray-tune': ['params.json', 'result.json'], tensorboard: ['*'], mlflow: ['meta.yaml', 'params/*', 'metrics/*', 'tags/'], wandb: ['run-ID.wandb'] };

/** Runs in a process of its own; CPU seconds of the loop alone. */
function floorOf(folder, wanted) {
  const { readdirSync, openSync, readSync, closeSync } = process.getBuiltinModule('node:fs');
  const space = Buffer.allocUnsafeSlow(1 << 16);
  const read = (path) => { const file = openSync(path); readSync(file, space, 0, space.length, 0); closeSync(file); };
  const [before, began] = [process.cpuUsage(), performance.now()];
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    for (const one of wanted) {
      const at = `${folder}/${name}/${one.replace(/\*$/, '').replace('ID', name.slice(name.lastIndexOf('-') + 1))}`;
      if (!/[*/]$/.test(one)) read(at);
      else for (const inside of readdirSync(at)) if (one.endsWith('*')) read(at + inside);
    }
  }
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(JSON.stringify({ ms: performance.now() - began, userCPUTime: user, systemCPUTime: system, maxRSS: process.resourceUsage().maxRSS }));
}

const row = (name, used, right) => process.stdout.write(`| ${name} | ${(used.ms / 1e3).toFixed(2)} | ${(used.userCPUTime / 1e6).toFixed(2)} | ${(used.systemCPUTime / 1e6).toFixed(2)} | ${(used.maxRSS / 1024).toFixed(0)} |${right}\n`);
const usage = 'data:text/javascript,process.on("exit",()=>{const u=process.resourceUsage();process.stderr.write("\\nusage "+JSON.stringify(u))})';
const chosen = process.argv.slice(3);
process.stdout.write(`${trials} trials; load ${loadavg()[0].toFixed(1)}; Node ${process.version}\n| format | s | user CPU s | system CPU s | largest memory MB |\n|---|---|---|---|---|\n`);
for (const [name, make] of Object.entries(formats)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const argv = make();
  const out = join(root, 'out.jsonl');
  rmSync(out, { force: true });
  const began = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', usage, cli, 'import', ...argv, '--out', out, '--json'], { encoding: 'utf8', cwd: root, maxBuffer: 1 << 26 });
  const found = status === 0 ? JSON.parse(stdout) : undefined;
  const used = { ms: performance.now() - began, ...JSON.parse(/usage (.*)$/.exec(stderr)?.[1] ?? '{}') };
  const right = found?.format?.startsWith(name.split('-')[0]) && found.trials === trials ? '' : ` WRONG: ${stderr.slice(0, 300)} ${stdout.slice(0, 200)}`;
  row(name, used, right);
  const floor = floors[name];
  if (floor !== undefined) row(`${name}: its files listed, opened, read and closed, nothing else`, JSON.parse(execFileSync(process.execPath, ['-e', `(${floorOf})(${JSON.stringify(argv[0])}, ${JSON.stringify(floor)})`], { encoding: 'utf8' })), '');
}
rmSync(root, { recursive: true, force: true });
