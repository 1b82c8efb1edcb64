import type { Block, Text } from '../../model/blocks.js';
import type { Comparison, Report } from '../../model/comparison.js';
import type { MainDrift, TuningDrift } from '../../model/driftFindings.js';
import { formatInterval, formatNumber, formatShare } from '../../model/numberFormat.js';
import type { SectionBuilder } from '../index.js';
import { clip } from '../printable.js';
import { code, faint, plain, strong } from '../spans.js';
import { plural, shortSha, sideWords } from '../words.js';

type Fact = { readonly label: string; readonly value: Text };

/**
 * Did the optimum move with this change, and how has main moved? Only the alarm and what confirms it are stated; how far
 * apart two searches lie stands beside how far apart they lie when nothing changes (verdict.md 7.1).
 */
export const drift: SectionBuilder = {
  title: 'Tuning drift',
  priority: 67,
  build(comparison, report) {
    const { drift: found, mainDrift } = comparison;
    const main = mainDrift === undefined ? [] : mainFacts(mainDrift);
    const isOpen = found?.interaction?.alarm === true || found?.did !== undefined;
    if (found === undefined && main.length === 0) return [];
    // A push is about main itself: its line is no footnote there.
    if (found === undefined) return sideWords(report).base === 'main' ? [folded([plain('Main, commit by commit')], main)] : [{ kind: 'facts', items: main }];
    const said = finding(found, comparison, report);
    if (isOpen) return [{ kind: 'paragraph', text: said }, folded([plain('Tuning drift, in numbers')], [...facts(found), ...main])];
    return [folded(said, [...facts(found), ...main])];
  },
};

function folded(summary: Text, items: readonly Fact[]): Block {
  return { kind: 'details', summary, open: false, blocks: items.length === 0 ? [] : [{ kind: 'facts', items }] };
}

/** One sentence: what may be claimed, and no more. */
function finding(found: TuningDrift, { metric }: Comparison, report: Report): Text {
  const { base, head } = sideWords(report);
  const { did, interaction } = found;
  const looks = interaction?.alarm === true ? `the change acts differently on some configurations than on others (${fText(interaction)})` : undefined;
  if (did?.moved === true) return [strong(`The best hyperparameters moved: `), plain(`retuning gains ${formatNumber(Math.abs(did.value))} of ${metric.name} more on ${head} than on ${base} (${formatInterval(did.value, did.low, did.high)}, ${plural(did.seeds, 'seed')})${looks === undefined ? '' : `; ${looks}`}.`)];
  if (looks !== undefined) return [strong('The search landscape changed: '), plain(`${looks}${did === undefined ? `. Whether retuning gains more here was not measured${found.didWhy === undefined ? '' : `: ${found.didWhy}`}.` : `, but retuning gains no more on ${head} than on ${base}: ${formatInterval(did.value, did.low, did.high)}.`}`)];
  if (did !== undefined) return [plain(`Tuning drift: none shown. Retuning gains no more on ${head} than on ${base}: ${formatInterval(did.value, did.low, did.high)}.`)];
  if (found.why !== undefined) return [plain(`Tuning drift: not known, because ${reason(found.why)}.`)];
  if (interaction === undefined) return [plain(`Tuning drift: no alarm possible yet, since ${reason(found.alarmOff ?? 'the noise is not known')}.`)];
  return [plain(`Tuning drift: none seen (${fText(interaction)}).`)];
}

/** Report files are written by others: no text of theirs takes the whole comment. */
function reason(text: string): string {
  return clip(text, 300);
}

function fText({ f, df, p }: NonNullable<TuningDrift['interaction']>): string {
  return `F = ${formatNumber(f, 2)} with ${formatNumber(df[0])} and ${formatNumber(df[1])} degrees of freedom, p ${p < 1e-4 ? '< 0.0001' : `= ${formatNumber(p, 2)}`}`;
}

function facts(found: TuningDrift): readonly Fact[] {
  const { main, shared, of, sameBest, distance, tau, overlap, didWhy, why, reference } = found;
  return [
    ...(why === undefined || found.did === undefined ? [] : [{ label: 'Alarm', value: [faint(`none to be had: ${reason(why)}`)] }]),
    ...(main === undefined ? [] : [{ label: 'Main\'s search', value: [code(shortSha(main.sha)), plain(`${main.commits === 0 ? ', the base itself' : `, ${plural(main.commits, 'commit')} before the base`}${main.sameCode ? '' : '; what changed on main since is in these numbers too'}`)] }]),
    ...(why !== undefined || shared === 0 ? [] : [{ label: 'Tried on both sides', value: [plain(`${String(shared)} of ${plural(of, 'configuration')}, on the same seed`)] }]),
    ...(sameBest === undefined || distance === undefined ? [] : [{ label: 'Best of both searches', value: [plain(sameBest ? 'the same' : `another one, ${formatNumber(distance, 2)} of the space apart`), faint(` · ${reference === undefined ? 'without any change another one wins in 19 to 64 % of cases, and lies over 0.2 apart in 9 to 38 %' : `without a change another one won in ${formatShare(reference.otherBest)} of ${plural(reference.pairs, 'pair')} of searches, at most ${formatNumber(reference.distance, 2)} apart in 95 %`}`)] }]),
    ...(tau === undefined ? [] : [{ label: 'Same order (Kendall τ)', value: [plain(formatNumber(tau, 2)), faint(` · ${reference === undefined ? 'below 0.7 without any change in 0 to 11 %' : `without a change above ${formatNumber(reference.tau, 2)} in 95 %`}`)] }]),
    ...(overlap === undefined ? [] : [{ label: 'Best five in common', value: [plain(`${String(Math.round(overlap * 5))} of 5`), ...(reference === undefined ? [] : [faint(` · without a change at least ${String(Math.round(reference.overlap * 5))} in 95 %`)])] }]),
    ...(found.interaction !== undefined || found.alarmOff === undefined || found.did === undefined ? [] : [{ label: 'Alarm', value: [faint(`off: ${reason(found.alarmOff)}`)] }]),
    ...(didWhy === undefined || found.interaction?.alarm === true ? [] : [{ label: 'Gain of retuning on both sides', value: [faint(`not measured: ${reason(didWhy)}`)] }]),
  ];
}

function mainFacts({ commits, sinceRelease, alarm }: MainDrift): readonly Fact[] {
  const level = alarm?.before === undefined || alarm.after === undefined ? '' : `, ${formatNumber(alarm.before, 4)} → ${formatNumber(alarm.after, 4)}`;
  return [
    ...(sinceRelease === undefined ? [] : [{ label: `Main since ${clip(sinceRelease.tag, 60)}`, value: [plain(`${formatInterval(sinceRelease.value, sinceRelease.low, sinceRelease.high)}, ${sinceRelease.low <= 0 && sinceRelease.high >= 0 ? 'not distinguishable from none' : sinceRelease.better ? 'better' : 'worse'}, ${plural(sinceRelease.seeds, 'seed')}`)] }]),
    ...(alarm === undefined ? [] : [{ label: 'Main\'s last change', value: [plain(`${alarm.kind === 'creep' ? 'slowly ' : ''}${alarm.better ? 'better' : 'worse'} since `), code(shortSha(alarm.sha)), plain(`${level}${alarm.ago === 0 ? ', the newest measured commit' : `, ${plural(alarm.ago, 'measured commit')} back`} (of ${String(commits)})`)] }]),
  ];
}
