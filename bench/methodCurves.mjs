// Pictures of docs/methods.md from the last runs of bench/regret.mjs (in .cache/regret) and the peers' own results.
//   node bench/methodCurves.mjs          (writes docs/images/methods-{light,dark}.svg and methods-tasks-{light,dark}.svg)
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import * as echarts from 'echarts';
import { openTasks, readData } from './tasks.mjs';

const cache = new URL('../.cache/regret/', import.meta.url);
const ours = ['random', 'sobol', 'ga', 'anneal', 'cmaes', 'tpe', 'auto'];
const allPeers = ['optuna.tpe_mv', 'optuna.gp', 'hyperopt.tpe', 'wandb.bayes', 'smac.hpo'];
const checkpoints = [10, 20, 50, 100];
const trials = 100;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean regret after each trial, by task; of the last run of a method at its defaults that has all tasks. */
function curvesOf(method) {
  const files = readdirSync(cache).filter((name) => new RegExp(`^${method}-${trials}-[0-9a-f]+\\.json$`).test(name)).sort((a, b) => statSync(new URL(b, cache)).mtimeMs - statSync(new URL(a, cache)).mtimeMs);
  for (const file of files) {
    const results = JSON.parse(readFileSync(new URL(file, cache), 'utf8'));
    const seeds = openTasks.map((task) => Object.values(results[task] ?? {}).filter(({ regret }) => regret.length === trials));
    if (seeds.every((runs) => runs.length >= 20)) return Object.fromEntries(openTasks.map((task, i) => [task, Array.from({ length: trials }, (_, n) => mean(seeds[i].map(({ regret }) => regret[n])))]));
  }
  console.error(`no complete run of ${method} in .cache/regret: it is left out`);
  return undefined;
}

const [all, more] = ['peers/open/regret.json', 'peers/open/regret_more.json'].map((path) => readData(path));
const peerMean = (peer, task, n) => (all.tasks[task]?.[peer] ?? more.tasks[task]?.[peer])?.[n]?.mean;
const curves = Object.fromEntries(ours.map((method) => [method, curvesOf(method)]).filter(([, curve]) => curve !== undefined));
const random = curves.random;
/** Geometric mean over tasks of regret / random search's regret at the same trial; heavy tails and units drop out. A floor keeps a task that is solved from deciding alone. */
const relative = (valueAt, n) => {
  const ratios = openTasks.flatMap((task) => {
    const value = valueAt(task);
    return value === undefined ? [] : [Math.log(Math.max(value, 0.02 * random[task][n - 1]) / random[task][n - 1])];
  });
  return ratios.length < openTasks.length - 3 ? undefined : Math.exp(mean(ratios));
};

const peers = allPeers.filter((peer) => checkpoints.some((n) => relative((task) => peerMean(peer, task, String(n)), n) !== undefined));

const colours = { random: '#8c959f', sobol: '#bf8700', ga: '#bc4c00', anneal: '#1b7c83', cmaes: '#8250df', tpe: '#1a7f37', auto: '#cf222e' };
const peerShapes = { 'optuna.tpe_mv': 'triangle', 'optuna.gp': 'rect', 'hyperopt.tpe': 'diamond', 'wandb.bayes': 'circle', 'smac.hpo': 'pin' };
const themes = { light: { text: '#1f2328', line: '#d1d9e0', peer: '#59636e' }, dark: { text: '#f0f6fc', line: '#3d444d', peer: '#9198a1' } };

function render(name, width, height, optionFor) {
  for (const [theme, look] of Object.entries(themes)) {
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
    chart.setOption({ animation: false, textStyle: { color: look.text, fontFamily: 'system-ui, sans-serif' }, ...optionFor(look) });
    writeFileSync(new URL(`../docs/images/${name}-${theme}.svg`, import.meta.url), chart.renderToSVGString());
    chart.dispose();
  }
}

const axis = (look, more) => ({ nameTextStyle: { color: look.text, align: 'left' }, axisLabel: { color: look.text }, axisLine: { lineStyle: { color: look.line } }, splitLine: { lineStyle: { color: look.line, type: 'dashed' } }, ...more });

render('methods', 860, 460, (look) => ({
  legend: { left: 685, top: 'middle', orient: 'vertical', textStyle: { color: look.text } },
  grid: { left: 60, right: 190, top: 40, bottom: 50 },
  xAxis: axis(look, { type: 'log', min: 5, max: 100, name: 'trials', nameLocation: 'middle', nameGap: 28, splitLine: { show: false } }),
  yAxis: axis(look, { type: 'log', min: 0.05, max: 2, name: 'regret, random search = 1', nameLocation: 'end' }),
  series: [
    ...Object.entries(curves).map(([method, byTask]) => ({ type: 'line', name: method, showSymbol: false, lineStyle: { width: method === 'auto' ? 4 : 2 }, itemStyle: { color: colours[method] }, data: Array.from({ length: trials - 4 }, (_, i) => [i + 5, relative((task) => byTask[task][i + 4], i + 5)]) })),
    ...peers.map((peer) => ({ type: 'scatter', name: peer, symbol: peerShapes[peer], symbolSize: 11, itemStyle: { color: look.peer }, data: checkpoints.flatMap((n) => { const value = relative((task) => peerMean(peer, task, String(n)), n); return value === undefined ? [] : [[n, value]]; }) })),
  ],
}));

const columns = 2;
const cell = { width: 430, height: 230 };
render('methods-tasks', columns * cell.width, Math.ceil(openTasks.length / columns) * cell.height + 30, (look) => ({
  legend: { top: 0, itemGap: 16, textStyle: { color: look.text }, data: [...Object.keys(curves), 'optuna.tpe_mv', 'optuna.gp'] },
  title: openTasks.map((task, i) => ({ text: task, left: (i % columns) * cell.width + 60, top: Math.floor(i / columns) * cell.height + 34, textStyle: { color: look.text, fontSize: 13, fontWeight: 'normal' } })),
  grid: openTasks.map((_, i) => ({ left: (i % columns) * cell.width + 60, top: Math.floor(i / columns) * cell.height + 62, width: cell.width - 90, height: cell.height - 95 })),
  xAxis: openTasks.map((_, i) => axis(look, { gridIndex: i, type: 'value', min: 0, max: 100, splitLine: { show: false } })),
  yAxis: openTasks.map((_, i) => axis(look, { gridIndex: i, type: 'value', min: 0, splitNumber: 3, max: Number((1.1 * random[openTasks[i]][9]).toPrecision(2)) })),
  series: openTasks.flatMap((task, i) => [
    ...Object.entries(curves).map(([method, byTask]) => ({ type: 'line', name: method, xAxisIndex: i, yAxisIndex: i, showSymbol: false, lineStyle: { width: method === 'auto' ? 3 : 1.5 }, itemStyle: { color: colours[method] }, data: byTask[task].slice(5).map((value, n) => [n + 6, value]) })),
    ...['optuna.tpe_mv', 'optuna.gp'].map((peer) => ({ type: 'scatter', name: peer, symbol: peerShapes[peer], xAxisIndex: i, yAxisIndex: i, symbolSize: 8, itemStyle: { color: look.peer }, data: checkpoints.flatMap((n) => { const value = peerMean(peer, task, String(n)); return value === undefined ? [] : [[n, value]]; }) })),
  ]),
}));
for (const [method, byTask] of Object.entries(curves)) console.log(method.padEnd(8), checkpoints.map((n) => relative((task) => byTask[task][n - 1], n).toFixed(2)).join('  '));
for (const peer of peers) console.log(peer.padEnd(14), checkpoints.map((n) => relative((task) => peerMean(peer, task, String(n)), n)?.toFixed(2) ?? '–').join('  '));
