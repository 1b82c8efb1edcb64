import { decideVerdict } from '../../src/compare/verdict.js';
import { createRng, type Rng } from '../../src/math/rng.js';
import type { Comparison, PairedStage, Report, SearchReport } from '../../src/model/comparison.js';
import { toGain, type Goal } from '../../src/model/direction.js';
import type { SelfTest } from '../../src/model/selfTest.js';
import { formatInterval } from '../../src/model/numberFormat.js';
import type { Params, ParamValue } from '../../src/model/params.js';
import type { GateResult, Pair, VerdictKind } from '../../src/model/verdict.js';

type Row = Comparison['parameters'][number];

const constants: Readonly<Record<number, number>> = { 3: 3.0045, 5: 1.4022, 7: 1.0251, 10: 0.7842 };
const baseParams: Params = { learning_rate: 0.001, optimizer: 'adam', units: 64, dropout: 0.2 };
const headParams: Params = { learning_rate: 0.00316, optimizer: 'adam', units: 128, dropout: 0.1 };

function without<T extends object, K extends keyof T>(from: T, key: K): Omit<T, K> {
  const rest = { ...from };
  Reflect.deleteProperty(rest, key);
  return rest;
}

const round = (x: number, digits = 4): number => Number(x.toFixed(digits));
const normal = (rng: Rng): number => Array.from({ length: 12 }, () => rng.uniform()).reduce((a, b) => a + b, -6);

/** A stage of `n` pairs whose differences scatter by `noise` about `shift`, in the metric's sign. */
function stage(at: { seed: string; n: number; level: number; shift: number; noise: number; goal?: Goal; margin?: number; decision: GateResult['decision'] }): PairedStage {
  const rng = createRng(at.seed);
  const goal = at.goal ?? 'maximize';
  const pairs: Pair[] = Array.from({ length: at.n }, () => {
    const base = round(at.level + normal(rng) * at.noise);
    return { seed: rng.integer(2 ** 31), base, head: round(base + at.shift + normal(rng) * at.noise) };
  });
  const gains = pairs.map(({ base, head }) => toGain((head ?? 0) - (base ?? 0), goal));
  const mean = gains.reduce((a, b) => a + b, 0) / at.n;
  const sd = Math.sqrt(gains.reduce((a, b) => a + (b - mean) ** 2, 0) / (at.n - 1));
  const half = (constants[at.n] ?? 1) * sd;
  const result: GateResult = {
    decision: at.decision, alpha: 0.05, margin: at.margin ?? 0.005, effect: mean, low: mean - half, high: mean + half, pairs: at.n,
    looks: [{ pairs: at.n, mean, sd, low: mean - half, high: mean + half }], headOnlyFailures: 0, baseOnlyFailures: 0,
  };
  return { pairs, result, baseParams, headParams: baseParams };
}

function search(at: { seed: string; n: number; peak: number; goal?: Goal; failed?: number }): SearchReport {
  const rng = createRng(at.seed);
  const goal = at.goal ?? 'maximize';
  const trials = Array.from({ length: at.n }, (_, number): SearchReport['trials'][number] => {
    const params: Params = number === 1 ? baseParams : {
      learning_rate: round(10 ** (-5 + 4 * rng.uniform()), 6), optimizer: rng.uniform() < 0.5 ? 'sgd' : 'adam',
      units: [16, 32, 64, 128][rng.integer(4)] ?? 16, dropout: round(rng.uniform() * 0.5, 3),
    };
    const anchor = number === 0 ? { anchor: 'defaults' as const } : number === 1 ? { anchor: 'incumbent' as const } : {};
    if (number >= 2 && number < 2 + (at.failed ?? 0)) return { number, params, ...anchor, state: 'failed', seconds: 3.2, reason: 'exit-code', message: 'exit code 1' };
    const distance = Math.abs(Math.log10(Number(params['learning_rate'])) + 2.5) * 0.04 + Math.abs(Number(params['dropout']) - 0.15) * 0.08 + (params['optimizer'] === 'sgd' ? 0.01 : 0);
    const value = goal === 'maximize' ? at.peak - distance + normal(rng) * 0.002 : at.peak + distance * 4 + Math.abs(normal(rng)) * 0.01;
    return { number, params, ...anchor, state: 'complete', value: round(value), seconds: round(38 + rng.uniform() * 9, 1) };
  });
  const done = trials.filter((trial) => trial.value !== undefined).sort((a, b) => toGain(b.value ?? 0, goal) - toGain(a.value ?? 0, goal));
  const rescore = done.slice(0, 3).map(({ number, params, value = 0 }, i) => {
    const values = [0.0011, -0.0004, 0.0007].slice(0, number === 1 ? 3 : 3 - i).map((d) => round(value - toGain(0.003 + i * 0.001, goal) + d));
    return { trial: number, params, values, ...(values.length === 3 ? { mean: values.reduce((a, b) => a + b, 0) / 3 } : {}), winner: i === 0 };
  });
  return { side: 'head', method: 'random', seed: 7, stopReason: 'trials', trials, bestTrial: done[0]?.number ?? 0, rescore };
}

function parameters(moved: Row['moved']): Row[] {
  return [
    { name: 'learning_rate', base: 0.001, head: 0.00316, moved, importance: 0.71, low: 1e-5, high: 0.1, log: true },
    { name: 'optimizer', base: 'adam', head: 'adam', moved: 'same', importance: 0.34, log: false, choices: ['sgd', 'adam'] },
    { name: 'units', base: 64, head: 128, moved, importance: 0.08, log: false, choices: [16, 32, 64, 128] },
    { name: 'dropout', base: 0.2, head: 0.1, moved, importance: 0.22, low: 0, high: 0.5, log: false },
  ];
}

function comparison(kind: VerdictKind, sentence: string, more: Partial<Comparison> = {}): Comparison {
  const { gate, metric = { name: 'val_accuracy', goal: 'maximize' } } = more;
  const effect = gate === undefined ? undefined : signed(gate.result, metric.goal);
  const mean = (side: 'base' | 'head'): number => (gate?.pairs ?? []).reduce((sum, pair) => sum + (pair[side] ?? 0), 0) / (gate?.pairs.length ?? 1);
  return {
    study: 'spiral', configPath: 'noregret.yml', metric, verdict: { kind, sentence },
    ...(effect === undefined ? {} : { effect: { ...effect, pairs: gate?.result.pairs ?? 0, better: (gate?.result.effect ?? 0) > 0 } }),
    margin: { value: 0.005, kind: 'absolute', provisional: false, noise: 0.0031 },
    baseline: {
      sha: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d', measuredSha: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d', source: 'stored',
      why: 'The same commit, and the compatibility key is equal.', ageDays: 2.2, ageCommits: 0, keyDifferences: [], dependencies: 'each-side',
    },
    ...(gate === undefined ? {} : { power: { looks: [3, 5, 7, 10], alpha: gate.result.alpha, decline: round(Math.max(gate.result.margin, 1.26 * (gate.result.looks.at(-1)?.sd ?? 0)), 4) } }),
    incumbent: { params: baseParams, source: 'record', sinceSha: '99aa88bb77cc66dd55ee44ff33aa22bb11cc00dd' },
    canary: { identical: false, seeds: [11, 12] },
    metrics: gate === undefined || effect === undefined ? [] : [
      { name: metric.name, goal: metric.goal, gate: true, margin: gate.result.margin, base: mean('base'), head: mean('head'), effect: effect.value, low: effect.low, high: effect.high },
      { name: 'latency_ms', goal: 'minimize', gate: false, base: 12.13, head: 12.08, effect: -0.05 },
    ],
    parameters: parameters('not-distinguishable'),
    budget: { complete: 37, pruned: 0, failed: 0, infeasible: 0, reused: 5, wallSeconds: 851, trialSeconds: 1571, gpuMinutes: 26.2 },
    failures: [],
    environment: { gpu: 'NVIDIA A100-SXM4-40GB × 1', driver: '570.86.15', framework: 'torch 2.9.1+cu128', python: '3.12.11', image: 'Ubuntu 24.04.3', data: 'sha256 5f0c…91aa' },
    policyChanges: [], secrets: 'uid', warnings: [], notes: [],
    reproduce: ['git fetch origin 1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d', "npx noregret@0.1.0 compare 1a2b3c4 0f1e2d3 --config noregret.yml"],
    ...more,
  };
}

/** The verdict and its sentence as the engine words them from the stages. */
function judged(more: Partial<Comparison>): Comparison {
  const { metric = { name: 'val_accuracy', goal: 'maximize' }, gate, confirmation, retune, search: searched, canary } = more;
  const winner = searched?.rescore.find((one) => one.winner);
  const { kind, reason, sentence } = decideVerdict({
    metrics: [{ ...metric, ...(gate && { gate: gate.result }), ...(confirmation && { confirmation: confirmation.result }), ...(retune && { retune: retune.result }) }],
    canaryIdentical: canary?.identical === true,
    ...(searched && { search: { trials: searched.trials.length, winner: winner === undefined ? 'none' : winner.trial === 1 ? 'incumbent' : 'other' } as const }),
  });
  const shown = comparison(kind, sentence, more);
  return { ...shown, verdict: { ...shown.verdict, ...(reason === undefined ? {} : { reason }) } };
}

function signed(result: GateResult, goal: Goal): { value: number; low: number; high: number } {
  const ends = [toGain(result.low ?? 0, goal), toGain(result.high ?? 0, goal)];
  return { value: toGain(result.effect ?? 0, goal), low: Math.min(...ends), high: Math.max(...ends) };
}

const say = ({ result }: PairedStage, name = 'val_accuracy', goal: Goal = 'maximize'): string => {
  const { value, low, high } = signed(result, goal);
  return `${name} ${formatInterval(value, low, high)}, margin ${String(result.margin)}, ${String(result.pairs)} paired seeds`;
};

function report(studies: Comparison[], more: Partial<Report> = {}): Report {
  return {
    schema: 1, tool: 'noregret 0.1.0', createdAt: '2026-11-23T16:00:00.000Z', verdict: studies[0]?.verdict.kind ?? 'INCOMPLETE', event: 'pull_request', repository: 'octo/spiral',
    pullRequest: 12, headSha: '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c', baseSha: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d', incomplete: false, failOn: 'regression', studies, ...more,
  };
}

const same = stage({ seed: 'same', n: 5, level: 0.931, shift: 0.0003, noise: 0.0015, decision: 'PASS' });
const better = stage({ seed: 'better', n: 5, level: 0.931, shift: 0.011, noise: 0.0015, decision: 'IMPROVED' });
const worse = stage({ seed: 'worse', n: 5, level: 0.931, shift: -0.012, noise: 0.0018, decision: 'DOWN' });
const worseAgain = stage({ seed: 'worse again', n: 5, level: 0.932, shift: -0.011, noise: 0.0018, decision: 'DOWN' });
const stillWorse = { ...stage({ seed: 'still', n: 5, level: 0.931, shift: -0.009, noise: 0.0018, decision: 'DOWN' as const }), headParams };
const recovered = { ...stage({ seed: 'recovered', n: 5, level: 0.931, shift: 0.001, noise: 0.0015, decision: 'PASS' as const }), headParams };
const noisy = stage({ seed: 'noisy', n: 10, level: 0.93, shift: -0.004, noise: 0.012, decision: 'INCONCLUSIVE' });
const faded = stage({ seed: 'faded', n: 5, level: 0.931, shift: -0.001, noise: 0.0016, decision: 'PASS' });
const loss = stage({ seed: 'loss', n: 5, level: 0.212, shift: 0.031, noise: 0.004, goal: 'minimize', margin: 0.01, decision: 'DOWN' });
const lossAgain = stage({ seed: 'loss again', n: 5, level: 0.212, shift: 0.028, noise: 0.004, goal: 'minimize', margin: 0.01, decision: 'DOWN' });
const open = stage({ seed: 'open', n: 10, level: 0.931, shift: -0.0015, noise: 0.005, decision: 'INCONCLUSIVE' });
const found = search({ seed: 'search', n: 20, peak: 0.945 });

const failure = (trial: number, message = 'exit code 1'): Comparison['failures'][number] => ({
  trial, side: 'head', stage: 'search', seed: 1_234_567, params: { learning_rate: 0.01, optimizer: 'sgd' }, reason: 'exit-code', message,
  logTail: 'Traceback (most recent call last):\n  File "train.py", line 41, in <module>\n    from model import Spiral\nModuleNotFoundError: No module named \'model\'\n',
});

const noBaseline = { canary: undefined, baseline: { ...comparison('PASS', '').baseline!, source: 'none' as const, why: 'No commit of main has been measured yet.' } };

function hostileText(n: number): string {
  const pieces = [
    'a|b', '`code`', '```\nfence', '<img src=x onerror=alert(1)>', '<!-- noregret -->', '</details></script><script>alert(1)</script>', '@octocat', '#26', 'GH-26', 'octo/spiral#26',
    '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c', 'https://evil.example/x', 'www.evil.example', 'me@evil.example', '[x](javascript:alert(1))', '![i](http://e/i.png)', '**bold** _it_ ~~no~~',
    '::error::boo', '##[error]boo', '\u202Egnp.exe', 'zero\u200Bwidth', '\u0007bell\u001B[31mred', '$x^2$', ':tada:', '&#64;octocat', '\n# heading\n- item\n1. one', '| --- |', '\uD800',
  ];
  return Array.from({ length: 3 }, (_, i) => pieces[(n * 3 + i) % pieces.length]).join(' ');
}

function hostile(): Report {
  const names = Array.from({ length: 10 }, (_, i) => hostileText(i));
  const values = Object.fromEntries(names.map((name, i): [string, ParamValue] => [name, hostileText(i + 1)]));
  const gate = { ...stage({ seed: 'h', n: 3, level: 0.9, shift: 0, noise: 0.01, decision: 'INCONCLUSIVE' as const }), baseParams: values, headParams: values };
  return report([comparison('INCONCLUSIVE', `Inconclusive: ${hostileText(0)} ${hostileText(1)} ${hostileText(2)}`, {
    study: hostileText(3), configPath: hostileText(4), metric: { name: hostileText(5), goal: 'maximize' }, gate,
    metrics: names.map((name) => ({ name, goal: 'minimize' as const, gate: false, base: 1, head: 2 })),
    parameters: names.map((name) => ({ name, base: values[name]!, head: `${name}!`, moved: 'not-distinguishable' as const, log: false, choices: [hostileText(7)] })),
    search: { side: 'head', method: hostileText(6), seed: 1, stopReason: hostileText(8), bestTrial: 0, rescore: [], trials: [0, 1, 2].map((number) => ({ number, params: values, state: 'complete' as const, value: number })) },
    failures: names.map((name, i) => ({ ...failure(i, name), params: values, reason: hostileText(i + 2), logTail: names.join('\n') })), optimiserTail: names.join('\n'),
    environment: Object.fromEntries(names.map((name) => [name, name])), warnings: names, notes: names, reproduce: names, secrets: hostileText(9),
    policyChanges: names.map((key) => ({ key, base: key, head: key })),
    waivers: (['in-force', 'expired', 'refused'] as const).map((state, i) => ({ id: hostileText(i), by: hostileText(i + 1), via: 'trailer' as const, metrics: [hostileText(i + 2)], reason: hostileText(i + 3), until: hostileText(i + 4), state, why: hostileText(i + 5) })),
    accepted: { sha: hostileText(4), by: hostileText(5), at: hostileText(6), reason: hostileText(7), until: hostileText(8), expired: true, effect: -1, pairs: 2 },
    drift: { why: hostileText(1), shared: 9, of: 9, main: { sha: hostileText(2), commits: 1, sameCode: true }, didWhy: hostileText(5), alarmOff: hostileText(4) },
    mainDrift: { commits: 3, sinceRelease: { tag: hostileText(3), sha: hostileText(4), value: 1, low: 0, high: 2, seeds: 5, better: true }, alarm: { kind: 'step', sha: hostileText(6), better: true, ago: 1 } },
    baseline: { ...comparison('PASS', '').baseline!, sha: hostileText(1), measuredSha: hostileText(2), why: hostileText(3), keyDifferences: names.map((field) => ({ field, stored: field, here: field })) },
  })], { tool: hostileText(6), headSha: hostileText(8), baseSha: '<b>@x' });
}

/** A self-test as the engine finds it: the seed drives nearly all, a neighbour stands for a change. */
function selfTest(more: Partial<SelfTest> = {}): SelfTest {
  const rng = createRng('self-test');
  const rounds = Array.from({ length: 12 }, (_, i): SelfTest['rounds'][number] => {
    const first = round(0.931 + 0.006 * normal(rng), 5);
    return { seed: rng.integer(2 ** 31), first, ...(i < 3 ? { second: first } : {}), neighbour: round(first + 0.0021 * normal(rng), 5) };
  });
  const range = (value: number, low: number, high: number) => ({ value, low, high });
  return {
    study: 'spiral', configPath: 'noregret.yml', sentence: 'A/A self-test of spiral: the gate raises a false alarm in 3.1 % of comparisons, as promised; pairing is worth 8 times the runs', asked: 12, rounds,
    runs: 27, reused: 4, failed: 0, wallSeconds: 1123, incumbent: { params: baseParams, source: 'record' }, neighbour: { ...baseParams, learning_rate: 0.0011 }, trees: 'two', alpha: 0.05, looks: [3, 5, 7, 10],
    metrics: [
      { name: 'val_accuracy', goal: 'maximize', mean: 0.9312, seedSd: 0.0061, runSd: 0, repeated: 3, identical: 3, seedShare: range(1, 1, 1), neighbourCorrelation: range(0.94, 0.8, 0.98), paired: { sd: 0.0021, df: 11, low: 0.0015, high: 0.0036, from: 'neighbour' }, pairingRatio: 0.12, margin: 0.005, marginKind: 'absolute', catchable: 0.0026, caughtAtMargin: 0.99 },
      { name: 'latency_ms', goal: 'minimize', mean: 12.13, seedSd: 0.4, runSd: 0.39, repeated: 3, identical: 0, seedShare: range(0.05, 0, 0.4), paired: { sd: 0.55, df: 3, low: 0.31, high: 2.1, from: 'same-seed' }, margin: 0.5, marginKind: 'auto', catchable: 0.69, caughtAtMargin: 0.7, looksNeeded: [3, 5, 8, 12, 20] },
    ],
    alarms: [
      { arm: 'neighbour', paths: 2000, worse: range(0.031, 0.01, 0.06), better: range(0.028, 0.009, 0.055), confirmed: 0.002, inconclusive: 0.004, pairs: 3.6 },
      { arm: 'other-seeds', paths: 2000, worse: range(0.034, 0.012, 0.07), better: range(0.036, 0.01, 0.07), confirmed: 0.003, inconclusive: 0.61, pairs: 9.1 },
    ],
    findings: [
      { code: 'deterministic', isGood: true, text: 'The same seed gives the same numbers, every metric at every step.' },
      { code: 'margin-too-small', isGood: false, text: 'A decline of latency_ms by the margin of 0.5 is caught in 70 of 100 cases.', fix: 'Set margin: 0.7, or looks: [3, 5, 8, 12, 20].' },
    ],
    plan: 'A/A self-test: 12 seeds, 24 to 36 runs of unchanged code ≈ 20 min on 2 slots at most', environment: { gpu: 'NVIDIA A100-SXM4-40GB × 1', python: '3.12.11' }, warnings: ['latency_ms depends on the load of the machine.'], ...more,
  };
}

/** A self-test has neither a base nor a pull request. */
const noBase = { baseSha: undefined, pullRequest: undefined };

function hostileSelfTest(): Report {
  const names = Array.from({ length: 10 }, (_, i) => hostileText(i));
  const params = Object.fromEntries(names.map((name, i): [string, ParamValue] => [name, hostileText(i + 1)]));
  const usual = selfTest();
  return report([], { event: 'schedule', verdict: 'PASS', selfTests: [selfTest({
    study: hostileText(1), configPath: hostileText(2), sentence: hostileText(3), cut: hostileText(4), firstFailure: names.join('\n'), failed: 3, plan: hostileText(5), incumbent: { params, source: 'middle' }, neighbour: params,
    metrics: usual.metrics.map((metric, i) => ({ ...metric, name: hostileText(i + 6), marginNote: hostileText(8) })), environment: Object.fromEntries(names.map((name) => [name, name])), warnings: names,
    findings: names.map((text, i) => ({ code: text, isGood: i % 2 === 0, text, fix: hostileText(i + 2) })),
  })] });
}

function big(): Report {
  const rng = createRng('big');
  const names = Array.from({ length: 12 }, (_, i) => ['encoder.learning_rate', 'decoder.learning_rate', 'weight_decay', 'layers', 'heads', 'width', 'dropout', 'warmup_steps', 'batch_size', 'optimizer', 'schedule', 'label_smoothing'][i] ?? '');
  const draw = (name: string): ParamValue => {
    if (name.endsWith('learning_rate') || name === 'weight_decay') return round(10 ** (-6 + 4 * rng.uniform()), 8);
    if (name === 'optimizer') return ['adamw', 'lion', 'sgd'][rng.integer(3)] ?? 'sgd';
    if (name === 'schedule') return ['cosine', 'linear', 'constant'][rng.integer(3)] ?? 'linear';
    return name === 'dropout' || name === 'label_smoothing' ? round(rng.uniform() * 0.4, 3) : 2 ** (1 + rng.integer(8));
  };
  const trials = Array.from({ length: 200 }, (_, number): SearchReport['trials'][number] => {
    const params = Object.fromEntries(names.map((name) => [name, draw(name)]));
    if (rng.uniform() < 0.05) return { number, params, state: 'failed', reason: 'timeout', message: 'no end after 600 s' };
    const value = 31 - 2.2 * Math.abs(Math.log10(Number(params['encoder.learning_rate'])) + 4) - 6 * Number(params['dropout']) + normal(rng) * 0.4;
    return { number, params, state: 'complete', value: round(value, 3), seconds: 412, joules: 114_000 + 7 * number };
  });
  const best = trials.filter((t) => t.value !== undefined).sort((a, b) => (b.value ?? 0) - (a.value ?? 0))[0]!;
  const gate = stage({ seed: 'biggate', n: 7, level: 28.4, shift: 0.1, noise: 0.2, margin: 0.3, decision: 'PASS' });
  return report([comparison('PASS', `No regression: ${say(gate, 'bleu')}`, {
    metric: { name: 'bleu', goal: 'maximize' }, gate, margin: { value: 0.3, kind: 'auto', provisional: true },
    parameters: names.map((name, i) => ({
      name, base: draw(name), head: best.params[name]!, moved: 'not-distinguishable', importance: round(0.9 / (i + 1), 2), log: name.endsWith('rate') || name === 'weight_decay',
      ...(name.endsWith('rate') || name === 'weight_decay' ? { low: 1e-6, high: 1e-2 } : name === 'optimizer' ? { choices: ['adamw', 'lion', 'sgd'] } : name === 'schedule' ? { choices: ['cosine', 'linear', 'constant'] } : {}),
    })),
    search: { side: 'head', method: 'random', seed: 3, stopReason: 'gpu_hours', trials, bestTrial: best.number, rescore: [] },
    failures: trials.filter((t) => t.state === 'failed').map((t) => ({ ...failure(t.number, 'no end after 600 s'), reason: 'timeout', params: t.params })),
    budget: { complete: 212, pruned: 14, failed: 9, infeasible: 3, reused: 10, wallSeconds: 41_200, trialSeconds: 90_000, gpuMinutes: 1500.4, joules: 2.52e7 },
  })]);
}

const worstFirst = judged({ study: 'spiral-small', gate: worse, confirmation: worseAgain });

/** One report per situation that a person can meet. */
/** Hyperband's first bracket, 9 trials; two of the four that went on had no checkpoint. */
function prunedSearch(): SearchReport {
  const { trials, ...rest } = search({ seed: 'pruned', n: 9, peak: 0.94 });
  return {
    ...rest, trials: trials.map((trial, i) => (i === 1 ? trial : { ...without(trial, 'value'), state: 'pruned' as const })), bestTrial: 1, rescore: [],
    pruning: {
      pruner: 'hyperband', counts: 'step', stopped: 8, complete: 1, takenUp: 4, restarted: 2, amount: { spent: 22, full: 81 }, seconds: { spent: 96.3, full: 377 },
      brackets: [
        { name: 's = 2', rungs: [{ resource: 1, planned: 9, trials: 9, stopped: 6 }, { resource: 3, planned: 3, trials: 3, stopped: 2 }, { planned: 1, trials: 1, stopped: 0 }] },
        { name: 's = 1', rungs: [{ resource: 3, planned: 5, trials: 0, stopped: 0 }] },
      ],
    },
  };
}

export const samples: Readonly<Record<string, () => Report>> = {
  'no-change': () => report([judged({
    canary: { identical: true, seeds: [11, 12] }, parameters: [], budget: { complete: 2, pruned: 0, failed: 0, infeasible: 0, reused: 2, wallSeconds: 71, trialSeconds: 70, gpuMinutes: 1.2 },
  })]),
  pass: () => report([judged({ gate: same, search: found })]),
  'rate-kept': () => report([judged({
    gate: same, search: { ...found, trials: found.trials.map((trial, i) => ({ ...trial, steps: { best: 11 + (i % 9), bestValue: round((trial.value ?? 0) + 0.002), last: 20, lastValue: trial.value ?? 0 } })) },
    warnings: ["batch_size 32 → 128, and learning_rate 0.001 was kept: a rate that was tuned for one is seldom right for the other. The search's best at batch_size 128 has learning_rate 0.004 (val_accuracy 0.9388, 20 trials there, one seed each)."],
  })]),
  improved: () => report([judged({ gate: better, search: found })]),
  recovered: () => report([judged({
    gate: worse, confirmation: worseAgain, retune: recovered, search: found, parameters: parameters('moved'),
  })]),
  regression: () => report([judged({
    gate: worse, confirmation: worseAgain, retune: stillWorse, search: search({ seed: 'lower', n: 20, peak: 0.932, failed: 2 }), failures: [failure(7), failure(8)],
    warnings: ['Values on main are identical for different seeds: the program seems to ignore NOREGRET_SEED.'],
    policyChanges: [{ key: 'verdict.alpha', base: '0.05', head: '0.5' }],
  })]),
  accepted: () => report([comparison('REGRESSION', `Regression: ${say(worse)}; confirmed on fresh seeds, and 20 search trials found nothing better than main's best configuration`, {
    gate: worse, confirmation: worseAgain, search: found,
    waivers: [
      { id: 'trailer-a-1', by: 'mallory', via: 'trailer', metrics: [], reason: 'val_accuracy trust me | @octo/all', state: 'refused', why: 'anybody can write a commit on a fork; the label or a comment by somebody with write access counts there' },
      { id: 'comment-1', by: 'bob', via: 'comment', at: '2026-01-02T03:04:05Z', metrics: ['val_accuracy'], reason: 'known, fixed next month', until: '2026-02-01', state: 'expired' },
      { id: 'comment-2', by: 'ada', via: 'comment', at: '2026-03-02T03:04:05Z', metrics: ['val_accuracy'], reason: 'half the size, agreed with the mobile team', until: '2026-12-31', state: 'in-force' },
    ],
    accepted: { sha: 'c'.repeat(40), by: 'bob', at: '2025-11-02T03:04:05Z', reason: 'a leak in the test set closed', expired: false, effect: 0.0012, pairs: 5 },
  })]),
  'regression-undecided': () => report([judged({ gate: worse, confirmation: worseAgain, retune: { ...noisy, headParams }, search: found })]),
  inconclusive: () => report([judged({ gate: noisy, search: found })]),
  'not-confirmed': () => report([judged({ gate: worse, confirmation: faded, search: found })]),
  'not-confirmed-open': () => report([judged({ gate: worse, confirmation: open, search: found })]),
  'no-baseline': () => report([comparison('NO_BASELINE', 'No baseline: nothing was measured on main yet', {
    ...noBaseline, search: found, parameters: parameters('inactive').map((row) => without(row, 'base')),
  })]),
  incomplete: () => report([comparison('INCOMPLETE', `Incomplete: cancelled; so far ${say(same)}`, { gate: same, search: { ...search({ seed: 'cut', n: 6, peak: 0.94 }), stopReason: 'cancelled' } })], { incomplete: true }),
  'all-failed': () => report([{ ...comparison('INCOMPLETE', 'Incomplete: no run gave a value of val_accuracy, neither here nor on main, so there is nothing to compare', {
    ...noBaseline, parameters: [], failures: [failure(0), failure(1), failure(2, 'exit code 137')], budget: { complete: 0, pruned: 0, failed: 3, infeasible: 0, reused: 0, wallSeconds: 8, trialSeconds: 7, gpuMinutes: 0 },
    search: { ...search({ seed: 'none', n: 3, peak: 0 }), trials: search({ seed: 'none', n: 3, peak: 0 }).trials.map((trial) => ({ ...without(trial, 'value'), state: 'failed' as const })), stopReason: 'failures', rescore: [] },
  }) }]),
  'two-studies': () => report([judged({ study: 'spiral', gate: same, search: found }), worstFirst], { verdict: 'REGRESSION' }),
  minimise: () => report([judged({
    metric: { name: 'val_loss', goal: 'minimize' }, gate: loss, confirmation: lossAgain, margin: { value: 0.01, kind: 'percent', provisional: false }, search: search({ seed: 'min', n: 20, peak: 0.21, goal: 'minimize' }),
  })]),
  pruned: () => report([judged({ gate: same, search: prunedSearch() })]),
  'drift-none': () => report([judged({
    gate: same, search: found,
    drift: {
      shared: 18, of: 20, main: { sha: '2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e', commits: 12, sameCode: false }, interaction: { f: 0.92, df: [8, 24], p: 0.517, alarm: false },
      sameBest: false, distance: 0.31, tau: 0.84, overlap: 0.8,
    },
    mainDrift: {
      commits: 64, sinceRelease: { tag: 'v2.3.0', sha: '3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f', value: -0.0094, low: -0.0121, high: -0.0067, seeds: 5, better: false },
      alarm: { kind: 'step', sha: '4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70', better: false, ago: 9, before: 0.9382, after: 0.9311 },
    },
  })]),
  'drift-moved': () => report([judged({
    gate: worse, confirmation: worseAgain, retune: recovered, search: found, parameters: parameters('moved'),
    drift: {
      shared: 20, of: 20, main: { sha: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d', commits: 0, sameCode: true }, interaction: { f: 6.31, df: [9, 24], p: 0.00013, alarm: true },
      sameBest: false, distance: 0.44, tau: 0.38, overlap: 0.2, reference: { pairs: 31, otherBest: 0.58, tau: 0.74, overlap: 0.4, distance: 0.39 },
      did: { value: 0.0118, low: 0.0092, high: 0.0144, seeds: 5, p: 0.0002, moved: true },
    },
  })]),
  'drift-unknown': () => report([judged({
    gate: same, search: found, parameters: parameters('better'),
    drift: { shared: 2, of: 20, main: { sha: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d', commits: 0, sameCode: true }, why: 'only 2 of 20 configurations were tried in both searches: tpe chooses by what it has seen, so that two searches part early', did: { value: 0.0004, low: -0.0018, high: 0.0026, seeds: 5, p: 0.36, moved: false } },
  })]),
  'drift-push': () => report([judged({
    gate: same, mainDrift: {
      commits: 64, sinceRelease: { tag: 'v2.3.0', sha: '3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f', value: -0.0094, low: -0.0121, high: -0.0067, seeds: 5, better: false },
      alarm: { kind: 'creep', sha: '4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70', better: false, ago: 0 },
    },
  })], { event: 'push' }),
  problem: () => report([], { problem: { sentence: 'This pull request comes from a fork and the runner is self-hosted: nothing was executed.', fix: 'To allow it, set allow-forks-on-self-hosted: true.' } }),
  'self-test': () => report([], { event: 'schedule', verdict: 'PASS', ...noBase, selfTests: [selfTest()] }),
  'self-test-none': () => report([], { event: 'schedule', verdict: 'INCOMPLETE', ...noBase, selfTests: [selfTest({ sentence: 'A/A self-test of spiral: no run ended with a value', rounds: [], metrics: [], alarms: [], findings: [], failed: 4, runs: 4, firstFailure: 'exit code 3', reused: 0, wallSeconds: 8, warnings: ['No run ended with a value. The first failure: exit code 3'] })] }),
  big, hostile, 'hostile-self-test': hostileSelfTest,
};
