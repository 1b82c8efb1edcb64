import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { join, resolve } from 'node:path';
import { ended, json, type as typed } from '../cli/desk.js';
import { temporaryFolder } from '../stores/gitFixture.js';

const hasPython = spawnSync('python3', ['-c', 'import sqlite3, pickle']).status === 0;
if (!hasPython) console.log('skipped: python3 is not installed (or lacks sqlite3), so no SQLite study is written, no pickle loaded and no exporter parsed');
const withPython = hasPython ? test : test.skip;

/** What a new user types first, and what is answered to everything that is not as it should be. */
let folder: ReturnType<typeof temporaryFolder>;
const put = (path: string, text: string | Buffer): void => { writeFileSync(join(folder.path, path), text); };
const fixture = (path: string): string => resolve('fixtures/tuners', path);
const refused = async (...argv: string[]): Promise<string> => {
  const before = readdirSync(folder.path);
  const { err } = ended(await typed(folder.path, ['import', ...argv]), 2);
  // Refused = nothing left behind.
  expect(readdirSync(folder.path)).toEqual(before);
  return err;
};
const read = async (...argv: string[]): Promise<Record<string, unknown>> => json(ended(await typed(folder.path, ['import', ...argv, '--json']), 0));
beforeEach(() => { folder = temporaryFolder('answers'); });
afterEach(() => { folder.remove(); });

describe('a file that is not what it seems', () => {
  test('the ending of a name says nothing: content does', async () => {
    cpSync(fixture('scikit-learn/grid_cv_results.csv'), join(folder.path, 'x.json'));
    expect(await read('x.json', '--metric', 'acc')).toMatchObject({ format: 'cv-results-csv', trials: 15 });
    put('y.csv', '{"a": 1}');
    expect(await refused('y.csv')).toMatch(/y\.csv is no study that can be read[\s\S]*Keras Tuner: a project folder/);
  });

  test('a log of 5 GB is refused before it is read', async () => {
    put('huge.log', '{"op_code": 0, "worker_id": "w", "study_name": "s", "directions": [1]}\n');
    truncateSync(join(folder.path, 'huge.log'), 5e9);
    expect(await refused('huge.log')).toContain('huge.log has 5.0 GB; at most 2.1 GB are read');
    cpSync(fixture('scikit-learn/grid_cv_results.csv'), join(folder.path, 'small.csv'));
    ended(await typed(folder.path, ['import', 'small.csv', '--metric', 'acc', '--out', 'ours.jsonl']), 0);
    cpSync(join(folder.path, 'ours.jsonl'), join(folder.path, 'ours-huge.jsonl'));
    put('huge.txt', 'whatever this is\n');
    for (const name of ['ours-huge.jsonl', 'huge.txt']) {
      truncateSync(join(folder.path, name), 5e9);
      expect(await refused(name)).toContain(`${name} has 5.0 GB; at most 2.1 GB are read`);
    }
    expect(ended(await typed(folder.path, ['compare', 'ours.jsonl', 'ours-huge.jsonl']), 2).err).toContain('ours-huge.jsonl has 5.0 GB; at most 2.1 GB are read');
  });

  test('nothing in it, or an encoding that is not read: said in short', async () => {
    mkdirSync(join(folder.path, 'bare'));
    put('nothing.csv', '');
    put('wide.csv', Buffer.from('\uFEFFlr,loss\n0.1,0.5\n', 'utf16le'));
    for (const [name, answer] of [['bare', 'bare is an empty folder.'], ['nothing.csv', 'nothing.csv is empty.'], ['wide.csv', 'wide.csv is text in UTF-16; UTF-8 is read.']] as const) {
      const err = await refused(name);
      expect(err).toContain(answer);
      expect(err).not.toContain('Known are');
    }
    expect(await refused('wide.csv')).toContain('iconv -f UTF-16 -t UTF-8 \'wide.csv\' > utf8-wide.csv');
  });

  test('files of one name in folders of one name: each study can be chosen', async () => {
    for (const place of ['one/scan', 'two/scan']) {
      mkdirSync(join(folder.path, 'all', place), { recursive: true });
      cpSync(fixture('talos/talos1.csv'), join(folder.path, 'all', place, 'data.csv'));
    }
    expect(await refused('all', '--metric', 'val_acc')).toContain('it holds "one/scan/data.csv/data", "two/scan/data.csv/data"');
    expect(await read('all', '--metric', 'val_acc', '--study-name', 'two/scan/data.csv/data')).toMatchObject({ study: 'data' });
  });

  test('a line without an end', async () => {
    mkdirSync(join(folder.path, 'bohb'));
    put('bohb/configs.json', '[[0, 0, 0], {"a": 1}, {}]\n');
    put('bohb/results.json', `[[0, 0, 0], 1.0, {"x": "${'y'.repeat(17 << 20)}`);
    expect(await refused('bohb')).toContain('has a line or element of more than 16 MB');
  });

  test('a folder of several kinds, and one of several studies', async () => {
    mkdirSync(join(folder.path, 'all'));
    cpSync(fixture('hyperopt/exported.json'), join(folder.path, 'all/a.json'));
    cpSync(fixture('optuna/study.db'), join(folder.path, 'all/b'));
    expect(await refused('all')).toMatch(/holds results of several kinds: a\.json \(Hyperopt\), b \(Optuna\)/);
    expect(await refused(fixture('keras-tuner'))).toMatch(/which study is meant\? it holds "aborted_random", "hyperband", "random"/);
    expect(await read(fixture('keras-tuner'), '--study-name', 'random')).toMatchObject({ study: 'random', trials: 10 });
  });

  test('a folder with results some levels down: read, or all that are there are named', async () => {
    cpSync(fixture('kopt/digits'), join(folder.path, 'save_dir/mydb/digits'), { recursive: true });
    expect(await read('save_dir')).toMatchObject({ tool: 'kopt', trials: 10 });
    cpSync(fixture('optuna/study.db'), join(folder.path, 'save_dir/mydb/study.db'));
    expect(await refused('save_dir')).toMatch(/holds results of several kinds: mydb\/digits \(kopt\), mydb\/study\.db \(Optuna\)/);
    mkdirSync(join(folder.path, 'far/a/b/c'), { recursive: true });
    cpSync(fixture('optuna/study.db'), join(folder.path, 'far/a/b/c/study.db'));
    expect(await refused('far')).toContain('far is no study that can be read');
  });

  test('Hyperopt documents with results of kopt beside other files are no folder of kopt', async () => {
    mkdirSync(join(folder.path, 'hyper'));
    put('hyper/trials.json', JSON.stringify({ trials: [{ state: 2, tid: 0, spec: null, result: { loss: 1, status: 'ok', eval: { loss: 1 }, param: {}, name: { optim_metric: 'loss' } }, misc: { tid: 0, idxs: { lr: [0] }, vals: { lr: [0.5] } } }] }));
    expect(await read('hyper')).toMatchObject({ tool: 'kopt', trials: 1 });
  });

  test("DEAP's printed logbook: known, and that no individual stands in it", async () => {
    expect(await refused(fixture('sklearn-deap/logbook.txt'))).toMatch(/logbook\.txt is a printed logbook: it holds the statistics of each generation[\s\S]*cv_results_/);
  });
});

describe('what the files do not say is asked', () => {
  test('two objectives: one is chosen by name, and said to be one of two', async () => {
    expect(await refused(fixture('optuna/study.db'), '--study-name', 'mo')).toMatch(/"mo" has 2 objectives.*values_0, values_1/);
    expect(await read(fixture('optuna/study.db'), '--study-name', 'mo', '--metric', 'values_1')).toMatchObject({ metric: { name: 'values_1', goal: 'minimize' }, notes: [expect.stringMatching(/^one of 2 objectives/), '1 of 3 trials ended with values_1 NaN or infinite: they count as failed'] });
    expect(await refused(fixture('optuna/study.db'), '--study-name', 'mo', '--metric', 'loss')).toContain('has no objective "loss"');
  });

  test("Optuna's table calls a metric as its journal does: by its name, or as it is asked for where it has none", async () => {
    const frame = (columns: string, cells: string): string => `number,${columns},datetime_start,datetime_complete,duration,params_lr,state\n0,${cells},2026-11-23 08:47:39,2026-11-23 08:47:40,0 days 00:00:01,0.1,COMPLETE\n`;
    put('named.csv', frame('value_accuracy', '0.9'));
    put('plain.csv', frame('value', '0.9'));
    put('two.csv', frame('values_loss,values_accuracy', '0.5,0.9'));
    put('bare.csv', frame('values_0,values_1', '0.5,0.9'));
    expect(await read('named.csv')).toMatchObject({ metric: { name: 'accuracy', goal: 'maximize' }, best: { value: 0.9 } });
    expect(await refused('plain.csv')).toContain('nothing says whether value is better when smaller or larger');
    expect(await read('plain.csv', '--metric', 'accuracy')).toMatchObject({ metric: { name: 'accuracy', goal: 'maximize' }, best: { value: 0.9 } });
    expect(await refused('two.csv')).toMatch(/which metric was optimised\? The files do not say, and it has loss, accuracy/);
    expect(await read('two.csv', '--metric', 'loss')).toMatchObject({ metric: { name: 'loss', goal: 'minimize' }, best: { value: 0.5 }, notes: expect.arrayContaining([expect.stringMatching(/^one of 2 objectives/)]) });
    expect(await read('bare.csv', '--metric', 'values_1', '--goal', 'maximize')).toMatchObject({ metric: { name: 'values_1' }, best: { value: 0.9 } });
  });

  test('several metrics, an unknown one, a direction that nobody knows, one that contradicts the files', async () => {
    expect(await refused(fixture('talos/talos1.csv'))).toMatch(/which metric was optimised\?[\s\S]*--metric val_acc/);
    expect(await refused(fixture('talos/talos1.csv'), '--metric', 'auc')).toContain('has no metric "auc"; it has acc, loss, val_acc, val_loss');
    put('t.csv', 'lr,zork\n1,2\n3,4\n');
    expect(await refused('t.csv', '--metric', 'zork', '--params', 'lr')).toMatch(/nothing says whether zork is better when smaller or larger[\s\S]*--goal minimize/);
    expect(await refused(fixture('keras-tuner/random'), '--goal', 'minimize')).toContain('its files say that val_accuracy is to maximize');
  });

  test('indices instead of values', async () => {
    expect(await refused(fixture('hyperopt/trials.json'))).toMatch(/model \(0 to 1\), svc_kernel \(0 to 1\), rf_crit \(0 to 1\), rf_depth \(0 to 10\) may be indices/);
    expect(await refused(fixture('hyperopt/trials.json'), '--choices', 'model=svc', '--choices', 'svc_kernel=a,b', '--choices', 'rf_crit=a,b', '--choices', 'rf_depth=number')).toContain('model is choice 1, and --choices model names fewer');
    expect(await refused(fixture('hyperopt/trials.json'), '--choices', 'modle=svc')).toContain('has no parameter "modle"');
  });

  test('a plain table: its columns by flags; ragged rows, words for numbers and unknown states by line', async () => {
    put('t.csv', 'name,lr,opt,loss,State,Runtime,s\na,0.1,adam,0.5,finished,3,1\nb,0.2,"sgd, fast",nan,crashed,1,2\nc,1e-3,,,running,,3\n');
    expect(await refused('t.csv')).toMatch(/which of its columns are what\?[\s\S]*--metric loss --params name,lr {3}\(there are name, lr, opt, loss, State, Runtime, s\)/);
    expect(await refused('t.csv', '--metric', 'los', '--params', 'lr')).toContain('t.csv has no column "los"');
    expect(await read('t.csv', '--metric', 'loss', '--params', 'lr,opt', '--seed', 's')).toMatchObject({ states: { complete: 1, failed: 1, running: 1 }, best: { value: 0.5, params: { lr: 0.1, opt: 'adam' } } });
    expect(readFileSync(join(folder.path, 't.jsonl'), 'utf8')).toContain('"params":{"lr":0.2,"opt":"sgd, fast"},"seed":2');
    for (const [role, ...flags] of [['the metric and a parameter', '--params', 'lr,loss'], ['the seed and a parameter', '--params', 's,lr', '--seed', 's'], ['the metric and the seed', '--params', 'lr', '--seed', 'loss']] as const) {
      expect(await refused('t.csv', '--metric', 'loss', ...flags)).toMatch(new RegExp(`t\\.csv: the column "(loss|s)" cannot be ${role} at once`));
    }
    put('r.csv', 'lr,loss\n0.1,0.5\n0.2,0.4,9\n0.3,0.2\n');
    expect(await refused('r.csv', '--metric', 'loss', '--params', 'lr')).toContain('r.csv: line 3 has 3 cells for 2 columns');
    put('w.csv', 'lr,loss,state\n0.1,0.5,ok\n0.2,good,ok\n');
    expect(await refused('w.csv', '--metric', 'loss', '--params', 'lr')).toContain('w.csv: line 3: loss should be a number, and is "good"');
    for (const [seed, shown] of [['a', '"a"'], ['1.5', '"1.5"'], ['-1', '"-1"'], ['1e30', '"1e30"']] as const) {
      put('d.csv', `lr,loss,s\n0.1,0.5,1.0\n0.2,0.4,\n0.2,0.4,${seed}\n`);
      expect(await refused('d.csv', '--metric', 'loss', '--params', 'lr', '--seed', 's')).toContain(`d.csv: line 4: s should be a seed, a whole number from 0 on, and is ${shown}`);
    }
    put('s.csv', 'lr,loss,state\n0.1,0.5,perhaps\n');
    expect(await refused('s.csv', '--metric', 'loss', '--params', 'lr')).toContain('line 2: the state "perhaps" is unknown');
  });
});

describe('no trial at all', () => {
  test('a table of nothing but its header, and one that ends in its first row, are no study', async () => {
    put('h.csv', 'lr,loss\n');
    put('c.csv', 'lr,units,loss\n0.1,');
    put('f_cv_results.csv', 'mean_fit_time,param_lr,mean_test_acc\n');
    for (const name of ['h.csv', 'c.csv']) expect(await refused(name, '--metric', 'loss', '--params', 'lr')).toMatch(/[hc] holds no trial\.[\s\S]*Has a trial ended\?/);
    expect(await refused('f_cv_results.csv')).toContain('f holds no trial.');
    expect(ended(await typed(folder.path, ['compare', 'f_cv_results.csv', 'f_cv_results.csv']), 2).err).toContain('f holds no trial.');
  });
});

describe('a tuner that is still running', () => {
  test('trials that wait are told beside those that began, so that the numbers add up', async () => {
    const { out } = ended(await typed(folder.path, ['import', fixture('optuna/study.db'), '--study-name', 'digits']), 0);
    expect(out).toMatch(/^digits: 16 trials of Optuna in .*study\.db \(5 complete, 8 pruned, 2 failed, 1 running\), and 1 more waiting to begin$/m);
  });

  test('Keras Tuner: a half-written trial is left out and said', async () => {
    cpSync(fixture('keras-tuner/random'), join(folder.path, 'kt'), { recursive: true });
    const path = join(folder.path, 'kt/trial_03/trial.json');
    writeFileSync(path, readFileSync(path).subarray(0, 700));
    expect(await read('kt')).toMatchObject({ trials: 9, notes: expect.arrayContaining([expect.stringMatching(/trial_03\/trial\.json is half-written: left out/)]) });
    writeFileSync(path, '{"trial_id": "03", "hyperparameters": {"values": [1]}, "status": "RUNNING"}');
    expect(await refused('kt', '--out', 'again.jsonl')).toMatch(/kt\/trial_03\/trial\.json: hyperparameters\.values should be a map, and is \[1\]/);
  });

  withPython('SQLite: what is committed is read, from the write-ahead log too; a write that is under way is waited for', async () => {
    const db = join(folder.path, 'study.db');
    cpSync(fixture('optuna/study.db'), db);
    const python = (text: string): void => { execFileSync('python3', ['-c', `import sqlite3, os\nc = sqlite3.connect(${JSON.stringify(db)})\n${text}`]); };
    // The process ends without closing, so that the log stays beside the file.
    python("c.execute('pragma journal_mode=wal')\nc.execute(\"update trials set state='FAIL' where trial_id=1\")\nc.commit()\nc.execute(\"update trials set state='FAIL'\")\nos._exit(0)");
    expect(existsSync(`${db}-wal`)).toBe(true);
    const { states } = await read('study.db', '--study-name', 'digits') as { states: Record<string, number> };
    expect(states).toEqual({ complete: 4, pruned: 8, failed: 3, infeasible: 0, running: 1, waiting: 1 });
    cpSync(fixture('optuna/study.db'), db);
    writeFileSync(`${db}-wal`, '');
    writeFileSync(`${db}-journal`, Buffer.alloc(1024, 1));
    expect(await refused('study.db', '--study-name', 'digits')).toContain('is being written right now');
  });
});

describe('Keras Tuner: what one trial says against the others', () => {
  test.each([
    ['a status that there is not', (text: string) => text.replace('"COMPLETED"', '"WEIRD"'), 'trial_03/trial.json: status is no status of a trial: "WEIRD"'],
    ['another direction than before', (text: string) => text.replaceAll('"max"', '"min"'), 'trial_03/trial.json: metrics.metrics.accuracy.direction says minimize, and trials before it say maximize'],
    ['a direction that there is not', (text: string) => text.replaceAll('"max"', '"up"'), 'trial_03/trial.json: metrics.metrics.accuracy.direction should be "min" or "max", and is "up"'],
  ])('%s', async (_, change, answer) => {
    cpSync(fixture('keras-tuner/random'), join(folder.path, 'kt'), { recursive: true });
    const path = join(folder.path, 'kt/trial_03/trial.json');
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    expect(await refused('kt')).toContain(answer);
  });
});

describe('from a stranger', () => {
  withPython('a pickle is refused without --trust; with it, what it does happens without credentials in reach', async () => {
    const evil = 'import pickle, os, sys\nclass Evil:\n    def __reduce__(self): return (os.system, ("env > $TMPDIR/../seen.txt",))\npickle.dump(Evil(), open(sys.argv[1], "wb"))';
    execFileSync('python3', ['-c', evil, join(folder.path, 'trials.pkl')]);
    put('packed.pkl', gzipSync(readFileSync(join(folder.path, 'trials.pkl'))));
    for (const file of ['trials.pkl', 'packed.pkl']) expect(await refused(file)).toMatch(/is a pickle: loading it executes whatever its maker put into it/);
    process.env['SOME_TOKEN'] = 'secret-of-mine';
    const { err } = ended(await typed(folder.path, ['import', 'trials.pkl', '--trust'], { env: { TMPDIR: folder.path } }), 2);
    delete process.env['SOME_TOKEN'];
    expect(err).toMatch(/Python could not load .*trials\.pkl: the pickle holds a int, which is no result/);
    const seen = join(process.env['TMPDIR'] ?? '/tmp', 'seen.txt');
    expect(readFileSync(seen, 'utf8')).not.toContain('secret-of-mine');
    execFileSync('rm', [seen]);
  });

  withPython('a Python that was ended is no long one', async () => {
    execFileSync('python3', ['-c', 'import pickle, os, sys\nclass End:\n    def __reduce__(self): return (os.abort, ())\npickle.dump(End(), open(sys.argv[1], "wb"))', join(folder.path, 'end.pkl')]);
    expect(ended(await typed(folder.path, ['import', 'end.pkl', '--trust']), 2).err).toContain('Python could not load end.pkl: it was ended by SIGABRT.\n');
  });

  test('names in results never become paths, and links are not followed', async () => {
    put('t.csv', 'a/../../../x,loss\n1,2\n');
    const found = await read('t.csv', '--metric', 'loss', '--params', 'a/../../../x', '--out', 'named.jsonl');
    expect(found).toMatchObject({ best: { params: { 'a/../../../x': 1 } } });
    put('j.log', `${JSON.stringify({ op_code: 0, worker_id: 'w', study_name: '../../../etc/passwd\u0000', directions: [1] })}\n`);
    expect(await read('j.log')).toMatchObject({ out: 'etc-passwd.jsonl' });
    cpSync(fixture('keras-tuner/random'), join(folder.path, 'kt'), { recursive: true });
    symlinkSync(fixture('keras-tuner/random/trial_00'), join(folder.path, 'kt/trial_77'));
    symlinkSync('/etc/passwd', join(folder.path, 'kt/trial_78'));
    expect(await read('kt')).toMatchObject({ trials: 10, notes: expect.arrayContaining([expect.stringMatching(/^2 links were not followed, e\.g\. kt\/trial_77/)]) });
  });

  test('a Ray folder whose state names a folder elsewhere', async () => {
    mkdirSync(join(folder.path, 'ray/t0'), { recursive: true });
    put('ray/t0/params.json', '{"lr": 1}');
    put('ray/t0/result.json', '{"loss": 1, "training_iteration": 1, "done": true}\n');
    put('ray/experiment_state-1.json', JSON.stringify({ trial_data: [[JSON.stringify({ relative_logdir: '../../../etc', status: 'RUNNING', evaluated_params: { lr: 2 } }), '{}']], runner_data: { _metric: 'loss' } }));
    expect(await read('ray')).toMatchObject({ trials: 2, states: { complete: 1, running: 1 } });
  });

  test('a Ray trial that was begun again after an error: what came last counts, without a state that says so', async () => {
    for (const [name, done] of [['t0', true], ['t1', false]] as const) {
      mkdirSync(join(folder.path, 'ray', name), { recursive: true });
      put(`ray/${name}/params.json`, '{"lr": 1}');
      put(`ray/${name}/result.json`, `{"loss": 1, "training_iteration": 1, "done": ${done}}\n`);
      put(`ray/${name}/error.txt`, 'Traceback\nRuntimeError: no GPU\n');
    }
    expect(await read('ray')).toMatchObject({ trials: 2, states: { complete: 1, failed: 1 } });
  });
});

test('--exporter prints what --help speaks of', async () => {
  const { out } = ended(await typed(folder.path, ['import', '--exporter']), 0);
  expect(out).toContain('def hyperopt(trials, space=None');
  expect(ended(await typed(folder.path, ['import']), 2).err).toContain('Which file or folder?');
});

withPython('and it is Python', async () => {
  const { out } = ended(await typed(folder.path, ['import', '--exporter']), 0);
  execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: out });
});
