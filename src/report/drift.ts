import type { Block, Document, Text } from '../model/blocks.js';
import type { DriftAlarm, DriftReport, DriftSegment, DriftSeries, SinceRelease } from '../model/drift.js';
import { formatInterval, formatNumber, formatShare, formatSigned } from '../model/numberFormat.js';
import { canonicalJson, type ParamValue } from '../model/params.js';
import { code, faint, plain, strong } from './spans.js';
import { plural, shortSha } from './words.js';

/** Changes to one study file that its history suggests: its path and the lines as a diff. */
export interface SuggestedPatch { readonly study: string; readonly path: string; readonly diff: string }

/** A page on how each study moved along the default branch. */
export function driftDocument(reports: readonly DriftReport[], patches: readonly SuggestedPatch[]): Document {
  return {
    title: 'noregret drift',
    sections: reports.map((report) => ({ name: report.study, title: report.study, priority: 100, blocks: studyBlocks(report, patches.filter(({ study }) => study === report.study)) })),
  };
}

function studyBlocks(report: DriftReport, patches: readonly SuggestedPatch[]): readonly Block[] {
  return [
    headline(report), summary(report), ...series(report), ...alarms(report), ...beside(report), ...cuts(report), ...trajectories(report), ...importance(report), ...stale(report, patches),
    ...(report.notes.length === 0 ? [] : [{ kind: 'list' as const, items: report.notes.map((note) => [faint(note)]) }]),
  ];
}

function headline({ study, metric, alarms: found, points, also }: DriftReport): Block {
  const last = found.at(-1);
  const others = also.flatMap((one) => { const alarm = one.alarms.at(-1); return alarm === undefined ? [] : [`${one.metric.name} ${alarm.better ? 'better' : 'worse'} since ${shortSha(alarm.sha)}`]; });
  const more = others.length === 0 ? [] : [plain(`; ${others.join('; ')}`)];
  if (last === undefined) return { kind: 'headline', tone: 'neutral', mark: '•', text: [strong(`${study}: no drift of ${metric.name} found over ${commits(points.length)}`), ...more] };
  return { kind: 'headline', tone: last.better ? 'good' : 'bad', mark: last.better ? '▲' : '▼', text: [strong(`${study}: ${metric.name} ${last.better ? 'better' : 'worse'} since ${shortSha(last.sha)}`), ...more] };
}

function summary({ points, sinceRelease, trend, metric }: DriftSeries): Block {
  const [first, last] = [points[0], points.at(-1)];
  const items: { label: string; value: Text }[] = [];
  if (first !== undefined && last !== undefined) items.push({ label: 'measured', value: [plain(`${commits(points.length)}, `), code(shortSha(first.sha)), plain(' to '), code(shortSha(last.sha))] }, { label: 'now', value: [plain(`${metric.name} ${formatNumber(last.value)}, mean of ${plural(last.seeds, 'seed')}`)] });
  if (sinceRelease !== undefined) items.push({ label: `since ${sinceRelease.tag}`, value: releaseText(sinceRelease) });
  if (trend !== undefined) items.push({ label: 'trend', value: [plain(`${formatSigned(trend.perCommit, 2)} per commit over the last ${commits(trend.commits)}, since `), code(shortSha(trend.since))] });
  return { kind: 'facts', items };
}

/** What has added up since a release, in the metric's unit. */
function releaseText(since: SinceRelease): Text {
  return 'why' in since ? [faint(`not known: ${since.why}`)] : [plain(`${formatInterval(since.value, since.low, since.high)}, ${direction(since)}, ${plural(since.seeds, 'seed')}`)];
}

/** The other series: a table of all, and a picture of those that moved. */
function beside({ also }: DriftReport): readonly Block[] {
  if (also.length === 0) return [];
  const row = ({ metric, points, alarms: found, sinceRelease }: DriftSeries): readonly Text[] => {
    const last = found.at(-1);
    return [
      [code(metric.name)], [plain(formatNumber(points.at(-1)?.value ?? Number.NaN, 4))],
      last === undefined ? [faint('no change found')] : [strong(last.better ? 'better' : 'worse'), plain(`${last.kind === 'creep' ? ', slowly,' : ''} since `), code(shortSha(last.sha)), plain(level(last))],
      sinceRelease === undefined ? [] : releaseText(sinceRelease),
    ];
  };
  const tag = also.find(({ sinceRelease }) => sinceRelease !== undefined)?.sinceRelease?.tag;
  return [
    { kind: 'heading', level: 3, text: [plain('Beside the objective')] },
    { kind: 'table', columns: columns('what', 'now', 'change', ...(tag === undefined ? [] : [`since ${tag}`])), rows: also.map((one) => row(one).slice(0, tag === undefined ? 3 : 4)) },
    ...also.filter(({ kind, alarms: found }) => kind === 'metric' || found.length > 0).flatMap(series),
  ];
}

function level({ before, after }: DriftAlarm): string {
  return before === undefined || after === undefined ? '' : `, ${formatNumber(before)} → ${formatNumber(after)}`;
}

function direction({ low, high, better }: { readonly low: number; readonly high: number; readonly better: boolean }): string {
  return low <= 0 && high >= 0 ? 'not distinguishable from none' : better ? 'better' : 'worse';
}

function series({ points, alarms: found, metric, segments }: DriftSeries): readonly Block[] {
  if (points.length < 2) return [];
  return [{ kind: 'chart', title: `${metric.name} at main's best configuration, commit by commit`, chart: {
    kind: 'series', metric: metric.name, goal: metric.goal,
    points: points.map(({ sha, value }) => ({ label: shortSha(sha), value })),
    marks: found.map(({ index, better, kind }) => ({ index, better, label: kind })),
    cuts: segments.slice(1).map(({ start, cutBy }) => ({ index: start, label: cutBy })),
  } }];
}

function alarms({ alarms: found }: DriftReport): readonly Block[] {
  if (found.length === 0) return [];
  const row = ({ kind, sha, better, before, after, p }: DriftAlarm): readonly Text[] => [
    [code(shortSha(sha))], [plain(kind === 'step' ? 'step' : 'slow creep')], [strong(better ? 'better' : 'worse')],
    [plain(before === undefined || after === undefined ? '' : `${formatNumber(before)} → ${formatNumber(after)}`)], [plain(p === undefined ? '' : p < 1e-4 ? '< 0.0001' : formatNumber(p, 2))],
  ];
  return [{ kind: 'heading', level: 3, text: [plain('What changed')] }, { kind: 'table', columns: columns('commit', 'kind', 'direction', 'level', 'p'), rows: found.map(row) }];
}

/** The latest of many: a history of thousands of commits has hundreds. */
const shownCuts = 12;

function cuts({ segments, points }: DriftReport): readonly Block[] {
  const all = segments.slice(1);
  if (all.length === 0) return [];
  const row = ({ start, cutBy, differs, bridge }: DriftSegment): readonly Text[] => [
    [code(shortSha(points[start]?.sha ?? ''))], [plain(cutBy)], [plain(differs.join(', '))],
    [plain(bridge === undefined ? 'no: earlier values do not compare' : `yes: ${formatSigned(bridge.offset, 2)} over ${String(bridge.seeds)} seeds`)],
  ];
  return [{ kind: 'heading', level: 3, text: [plain('Measured otherwise since')] }, { kind: 'table', columns: columns('commit', 'changed', 'what', 'bridged'), rows: all.slice(-shownCuts).map(row) },
    ...(all.length > shownCuts ? [{ kind: 'paragraph' as const, text: [faint(`${String(all.length - shownCuts)} earlier ones are in the JSON.`)] }] : [])];
}

function trajectories({ trajectories: all }: DriftReport): readonly Block[] {
  if (all.length === 0) return [];
  return [{ kind: 'heading', level: 3, text: [plain('Best configuration')] }, {
    kind: 'table', columns: columns('parameter', 'values, oldest first', 'place in its range', 'note'),
    rows: all.map(({ name, values, position, boundary }) => [
      [code(name)], [plain(`${values.length > 4 ? '… → ' : ''}${values.slice(-4).map(({ value }) => shown(value)).join(' → ')}`)],
      [plain(position === undefined ? '' : formatShare(position))],
      [plain(boundary === undefined ? '' : `at its ${boundary === 'low' ? 'lower' : 'upper'} bound: the best may lie beyond, widen it`)],
    ]),
  }];
}

function importance({ importance: all }: DriftReport): readonly Block[] {
  if (all.length === 0) return [];
  return [{ kind: 'heading', level: 3, text: [plain('What matters, first search against last')] }, {
    kind: 'table', columns: columns('parameter', 'first', 'last', 'note'),
    rows: all.map(({ name, before, now, shifted }) => [[code(name)], [plain(formatNumber(before, 2))], [plain(formatNumber(now, 2))], [plain(shifted ? (now > before ? 'matters more now' : 'matters less now') : '')]]),
  }];
}

function stale({ staleDefaults: all }: DriftReport, patches: readonly SuggestedPatch[]): readonly Block[] {
  if (all.length === 0) return [];
  const item = ({ name, declared, suggested, goodLow, goodHigh }: DriftReport['staleDefaults'][number]): Text => [
    code(name), plain(`: the default ${shown(declared)} is not where the best fifth of the last search lies${goodLow === undefined || goodHigh === undefined ? '' : ` (${formatNumber(goodLow)} to ${formatNumber(goodHigh)})`}; main's best is ${shown(suggested)}`),
  ];
  return [{ kind: 'heading', level: 3, text: [plain('Stale defaults')] }, { kind: 'list', items: all.map(item) },
    ...patches.map(({ diff }): Block => ({ kind: 'code', language: 'diff', text: diff }))];
}

function shown(value: ParamValue | undefined): string {
  return value === undefined ? '(none)' : typeof value === 'number' ? formatNumber(value) : typeof value === 'string' ? value : canonicalJson(value);
}

function commits(n: number): string {
  return n === 1 ? '1 commit' : `${String(n)} commits`;
}

function columns(...labels: readonly string[]): { label: string; align: 'left' }[] {
  return labels.map((label) => ({ label, align: 'left' }));
}
