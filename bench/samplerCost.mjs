// CPU per ask and tell after n trials, eight mixed parameters, side by side with Optuna and Hyperopt in one interleaved run, one thread each.
//   npx tsc -p tsconfig.json --outDir .cache/lib-bench
//   python3 -m venv .cache/peers-venv && .cache/peers-venv/bin/pip install 'optuna>=5,<6' hyperopt torch scipy
//   NOREGRET_LIB=../.cache/lib-bench PYTHON=.cache/peers-venv/bin/python node bench/samplerCost.mjs [--ours tpe,gp,auto] [--peers optuna.tpe,…] [--n 10,100,1000] [--rounds 3]
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openSampler } from './regret.mjs';

const lib = new URL(`${process.env.NOREGRET_LIB ?? '../lib'}/`, import.meta.url);
const python = process.env.PYTHON ?? '.cache/peers-venv/bin/python';

const space = { constraints: [], parameters: [
  ...Array.from({ length: 5 }, (_, i) => ({ name: `x${i}`, distribution: { name: 'uniform', low: 0, high: 1 } })),
  { name: 'lr', distribution: { name: 'log_uniform_values', low: 1e-5, high: 1e-1 } },
  { name: 'units', distribution: { name: 'int_uniform', low: 16, high: 512 } },
  { name: 'optimizer', distribution: { name: 'categorical', choices: ['sgd', 'adam', 'rmsprop'] } },
].map((parameter) => ({ ...parameter, path: [parameter.name] })) };

/** The same in `peerScript`. */
const lossOf = (p) => [0, 1, 2, 3, 4].reduce((sum, i) => sum + (p[`x${i}`] - 0.1 * (i + 2)) ** 2, 0) + (Math.log10(p.lr) + 3) ** 2 / 4 + Math.abs(p.units - 200) / 500 + { sgd: 0.3, adam: 0, rmsprop: 0.1 }[p.optimizer];

/** Fewer repetitions where one takes seconds. */
const repetitions = (n, slow) => (slow ? (n >= 1000 ? 2 : 5) : n >= 10_000 ? 5 : 15);

/** Milliseconds of CPU per ask and tell after `n` random trials: the first one, with nothing remembered, and each after it. */
async function ours(method, n) {
  const [sampler, { random }, { createRng }] = await Promise.all([openSampler(method), import(new URL('samplers/random.js', lib)), import(new URL('math/rng.js', lib))]);
  const rng = createRng('cost');
  const finished = [];
  const tell = (params) => finished.push({ number: finished.length, params, loss: lossOf(params), state: 'complete', intermediate: [], seconds: 1 });
  for (let i = 0; i < n; i++) tell(random().suggest({ space, finished: [], running: [], budget: n }, rng.fork(`trial ${i}`)));
  const times = [];
  // A study of n trials has asked n times: what the engine's compiler needs at first is shown with the first ask.
  const [warmUp, counted] = [/^(gp|auto)/.test(method) ? 5 : 60, repetitions(n, /^gp/.test(method))];
  for (let i = 0; i <= warmUp + counted; i++) {
    const begin = process.cpuUsage();
    tell(sampler.suggest({ space, finished: [...finished], running: [], budget: Math.max(n + 1, 100) }, rng.fork(`ask ${i}`)));
    const { user, system } = process.cpuUsage(begin);
    if (i === 0 || i > warmUp) times.push((user + system) / 1000);
  }
  return times;
}

const peerScript = `
import json, math, random, sys, time, warnings
warnings.filterwarnings('ignore')
name, n, reps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rnd = random.Random(1)
def draw():
    p = {f'x{i}': rnd.random() for i in range(5)}
    p['lr'] = 10 ** (-5 + 4 * rnd.random()); p['units'] = rnd.randint(16, 512); p['optimizer'] = rnd.choice(['sgd', 'adam', 'rmsprop'])
    return p
def loss(p):
    return sum((p[f'x{i}'] - 0.1 * (i + 2)) ** 2 for i in range(5)) + (math.log10(p['lr']) + 3) ** 2 / 4 + abs(p['units'] - 200) / 500 + {'sgd': .3, 'adam': 0, 'rmsprop': .1}[p['optimizer']]
times = []
if name.startswith('optuna'):
    import optuna
    from optuna.distributions import FloatDistribution as F, IntDistribution as I, CategoricalDistribution as C
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    dist = {**{f'x{i}': F(0, 1) for i in range(5)}, 'lr': F(1e-5, 1e-1, log=True), 'units': I(16, 512), 'optimizer': C(['sgd', 'adam', 'rmsprop'])}
    s = optuna.samplers
    sampler = {'optuna.random': lambda: s.RandomSampler(seed=1), 'optuna.tpe': lambda: s.TPESampler(seed=1, multivariate=True), 'optuna.gp': lambda: s.GPSampler(seed=1), 'optuna.cmaes': lambda: s.CmaEsSampler(seed=1), 'optuna.sobol': lambda: s.QMCSampler(seed=1, scramble=True), 'optuna.nsga2': lambda: s.NSGAIISampler(seed=1)}[name]()
    study = optuna.create_study(sampler=sampler)
    ps = [draw() for _ in range(n)]
    study.add_trials([optuna.trial.create_trial(params=p, distributions=dist, value=loss(p)) for p in ps])
    for i in range(reps + 1):
        begin = time.process_time()
        t = study.ask(dist)
        study.tell(t, loss(t.params))
        times.append((time.process_time() - begin) * 1000)
else:
    import numpy as np
    from hyperopt import hp, tpe, Trials, Domain, STATUS_OK, JOB_STATE_DONE
    import hyperopt
    space = {**{f'x{i}': hp.uniform(f'x{i}', 0, 1) for i in range(5)}, 'lr': hp.loguniform('lr', math.log(1e-5), math.log(1e-1)), 'units': hp.uniformint('units', 16, 512), 'optimizer': hp.choice('optimizer', ['sgd', 'adam', 'rmsprop'])}
    domain = Domain(loss, space)
    trials = Trials()
    def tell(doc):
        vals = {k: v[0] for k, v in doc['misc']['vals'].items()}
        vals['optimizer'] = ['sgd', 'adam', 'rmsprop'][int(vals['optimizer'])]
        doc['result'] = {'status': STATUS_OK, 'loss': float(loss(vals))}; doc['state'] = JOB_STATE_DONE
        trials.insert_trial_docs([doc]); trials.refresh()
    for i in range(n):
        for d in hyperopt.rand.suggest(trials.new_trial_ids(1), domain, trials, 1000 + i): tell(d)
    for i in range(reps + 1):
        begin = time.process_time()
        docs = tpe.suggest(trials.new_trial_ids(1), domain, trials, i)
        tell(docs[0])
        times.append((time.process_time() - begin) * 1000)
print(json.dumps(times))
`;

const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const own = (method, n) => JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--one', method, String(n)], { encoding: 'utf8' }));
const peer = (name, n) => JSON.parse(execFileSync(python, ['-c', peerScript, name, String(n), String(repetitions(n, name === 'optuna.gp'))], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }));
/** Optuna's GP at ten thousand trials would take hours. */
const tooSlow = (name, n) => (name === 'optuna.gp' && n > 1000) || (name === 'hyperopt.tpe' && n > 1000);

if (process.argv[2] === '--one') console.log(JSON.stringify(await ours(process.argv[3], Number(process.argv[4]))));
else {
  const { values } = parseArgs({ options: { ours: { type: 'string', default: 'random,tpe,gp,auto' }, peers: { type: 'string', default: 'optuna.random,optuna.tpe,optuna.gp,hyperopt.tpe' }, n: { type: 'string', default: '10,100,1000,10000' }, rounds: { type: 'string', default: '3' } } });
  const sizes = values.n.split(',').map(Number);
  const contenders = [...values.ours.split(',').map((name) => ({ label: `noregret ${name}`, run: (n) => own(name, n) })), ...values.peers.split(',').filter(Boolean).map((name) => ({ label: name, run: (n) => (tooSlow(name, n) ? undefined : peer(name, n)) }))];
  const measured = contenders.map(() => sizes.map(() => []));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [j, n] of sizes.entries()) {
      for (const [i, { label, run }] of contenders.entries()) {
        const times = run(n);
        console.error(`${label} after ${n}: ${times?.map((ms) => ms.toPrecision(3)).join(' ')}`);
        if (times !== undefined) measured[i][j].push({ first: times[0], later: median(times.slice(1)) });
      }
    }
  }
  console.log(`CPU ms per ask and tell after n trials, median of ${values.rounds} interleaved rounds (in parentheses: the first ask of a process, nothing remembered), ${cpus()[0].model}, Node ${process.version}\n`);
  console.log(`| | ${sizes.map((n) => `n = ${n}`).join(' | ')} |\n|---|${sizes.map(() => '---:').join('|')}|`);
  for (const [i, { label }] of contenders.entries()) {
    const cells = measured[i].map((rounds) => (rounds.length === 0 ? '–' : `${median(rounds.map(({ later }) => later)).toPrecision(3)} (${median(rounds.map(({ first }) => first)).toPrecision(3)})`));
    console.log(`| ${label} | ${cells.join(' | ')} |`);
  }
}
