// Pictures of docs/statistics.md from the last runs of bench/verdictRates.mjs and bench/verdictPeers.mjs (in .cache/verdict).
//   node bench/statisticsCurves.mjs          (writes docs/images/statistics-{peers,gate}-{light,dark}.svg)
import { readFileSync, writeFileSync } from 'node:fs';
import * as echarts from 'echarts';

const results = (name) => JSON.parse(readFileSync(new URL(`../.cache/verdict/${name}.json`, import.meta.url), 'utf8'));
const themes = {
  light: { text: '#1f2328', faint: '#59636e', line: '#d1d9e0', worse: '#cf222e', fine: '#1a7f37', open: '#9a6700', threshold: '#8c959f', welch: '#0969da', list: '#8250df', benchstat: '#bf8700', bencher: '#0f766e', ours: '#cf222e' },
  dark: { text: '#f0f6fc', faint: '#9198a1', line: '#3d444d', worse: '#ff7b72', fine: '#3fb950', open: '#d29922', threshold: '#8b949e', welch: '#58a6ff', list: '#bc8cff', benchstat: '#e3b341', bencher: '#39c5cf', ours: '#ff7b72' },
};

function render(name, { width, height }, optionFor) {
  for (const [theme, look] of Object.entries(themes)) {
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
    chart.setOption({ animation: false, textStyle: { color: look.text, fontFamily: 'system-ui, sans-serif' }, ...optionFor(look) });
    writeFileSync(new URL(`../docs/images/${name}-${theme}.svg`, import.meta.url), chart.renderToSVGString());
    chart.dispose();
  }
}

const axis = (look, more) => ({ nameTextStyle: { color: look.text }, axisLabel: { color: look.text }, axisLine: { lineStyle: { color: look.line } }, splitLine: { lineStyle: { color: look.line, type: 'dashed' } }, ...more });

// Every rule on every landscape: false regressions against detection.
const { results: places } = results('peers');
/** Below this share of 20,000 the log axis ends: "none" is drawn at its edge. */
const floor = 0.02;
const share = ({ outcomes }) => 100 * ((outcomes.WORSE ?? 0) + (outcomes.REGRESSION ?? 0));
const families = [
  { name: 'fixed threshold, best of 20', matches: /threshold/, symbol: 'circle', colour: 'threshold' },
  { name: 'Welch, winners of two searches', matches: /Welch on the winners of two/, symbol: 'triangle', colour: 'welch' },
  { name: 'Welch, one candidate list', matches: /Welch on the winners, one/, symbol: 'diamond', colour: 'list' },
  { name: 'benchstat, one candidate list', matches: /benchstat/, symbol: 'rect', colour: 'benchstat' },
  { name: 'Bencher, t boundary', matches: /Bencher/, symbol: 'roundRect', colour: 'bencher' },
  { name: 'noregret', matches: /^noregret, looks 3-5-7-10, margin 1\.5/, symbol: 'path://M0,-10 L2.9,-3.1 L10,-3.1 L4.5,1.6 L6.2,9 L0,5 L-6.2,9 L-4.5,1.6 L-10,-3.1 L-2.9,-3.1 Z', colour: 'ours' },
];
const pointsOf = ({ matches }) => places.flatMap(({ none, lost }) => Object.keys(none).filter((rule) => matches.test(rule)).map((rule) => [Math.max(floor, share(none[rule])), share(lost[rule])]));

render('statistics-peers', { width: 860, height: 440 }, (look) => ({
  legend: { left: 612, top: 'middle', orient: 'vertical', itemGap: 14, textStyle: { color: look.text } },
  grid: { left: 70, right: 275, top: 46, bottom: 56 },
  xAxis: axis(look, { type: 'log', min: floor, max: 100, name: 'false regressions, % of unchanged pull requests', nameLocation: 'middle', nameGap: 32, axisLabel: { color: look.text, formatter: (value) => (value === floor ? 'none' : String(value)) } }),
  yAxis: axis(look, { type: 'value', min: 0, max: 100, name: 'detected, % of losses of 2 σ', nameLocation: 'end', nameTextStyle: { color: look.text, align: 'left' } }),
  series: families.map((family) => ({ type: 'scatter', name: family.name, symbol: family.symbol, symbolSize: family.colour === 'ours' ? 17 : 10, itemStyle: { color: look[family.colour], opacity: 0.85 }, data: pointsOf(family) })),
}));

// What the gate says as the true decline grows.
const { curves } = results('rates');
const panels = [0.75, 1.25].map((margin) => curves.find((curve) => curve.margin === margin));
const lines = [{ key: 'fine', name: 'not worse by the margin (PASS or IMPROVED)', colour: 'fine' }, { key: 'inconclusive', name: 'inconclusive', colour: 'open' }, { key: 'down', name: 'worse (goes on to the confirmation)', colour: 'worse' }];
const left = [60, 480];
render('statistics-gate', { width: 860, height: 360 }, (look) => ({
  legend: { top: 0, itemGap: 20, textStyle: { color: look.text }, data: lines.map(({ name }) => name) },
  title: panels.map(({ margin }, i) => ({ text: `margin ${margin} × the noise of a pair: % of simulated runs`, left: left[i], top: 30, textStyle: { color: look.text, fontSize: 13, fontWeight: 'normal' } })),
  grid: panels.map((_, i) => ({ left: left[i], top: 66, width: 350, height: 230 })),
  xAxis: panels.map((_, i) => axis(look, { gridIndex: i, type: 'value', min: 0, max: 3, name: 'true decline, in units of that noise', nameLocation: 'middle', nameGap: 28, splitLine: { show: false } })),
  yAxis: panels.map((_, i) => axis(look, { gridIndex: i, type: 'value', min: 0, max: 100 })),
  series: panels.flatMap(({ margin, points }, i) => lines.map(({ key, name, colour }, j) => ({
    type: 'line', name, xAxisIndex: i, yAxisIndex: i, showSymbol: false, lineStyle: { width: 2.5 }, itemStyle: { color: look[colour] }, data: points.map((point) => [point.decline, 100 * point[key]]),
    ...(j === 0 ? { markLine: { silent: true, symbol: 'none', lineStyle: { color: look.faint, type: 'dashed' }, label: { color: look.text, formatter: 'the margin' }, data: [{ xAxis: margin }] } } : {}),
  }))),
}));
