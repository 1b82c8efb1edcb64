import { rangeCurve, type LossPoint, type RangeCurve } from '../../math/lrRange.js';
import type { Block, Document } from '../../model/blocks.js';
import type { LrRangeFinding, LrRangeResult } from '../../model/guide.js';
import { durationWords } from '../../model/durationWords.js';
import { formatNumber } from '../../model/numberFormat.js';
import { plain, strong } from '../spans.js';
import { cancelledBlocks, failureBlocks, paramsFact, snippetBlocks } from './parts.js';

/** A page on one learning-rate range test. `snippet`: lines for the study file, where there is something to write. */
export function lrRangeDocument(result: LrRangeResult, snippet: string | undefined): Document {
  const { finding, failure } = result;
  const curve = rangeCurve(result.points);
  const blocks: readonly Block[] = [headline(result), ...(finding.kind === 'cancelled' ? cancelledBlocks() : advice(finding)), ...chart(result, curve), facts(result, curve), ...snippetBlocks('lr-range', snippet), ...failureBlocks(failure)];
  return { title: `noregret lr-range: ${result.study}`, sections: [{ name: 'lr-range', title: 'Learning-rate range test', priority: 100, blocks }] };
}

function headline({ study, finding, parameter, failure }: LrRangeResult): Block {
  const name = parameter ?? 'learning rate';
  if (finding.kind === 'found') return { kind: 'headline', tone: 'good', mark: '●', text: [strong(`${study}: ${name} ${rate(finding.suggested)}`), plain(`, worth searching from ${rate(finding.low)} to ${rate(finding.high)}`)] };
  const bad = finding.kind === 'failed' || finding.kind === 'not-a-number';
  return { kind: 'headline', tone: bad ? 'bad' : 'unsure', mark: bad ? '✗' : '?', text: [strong(`${study}: no rate found`), plain(`: ${finding.kind === 'failed' ? failure?.message ?? 'the program failed' : why(finding)}`)] };
}

/** What was seen, in a clause. */
function why(finding: Exclude<LrRangeFinding, { kind: 'found' | 'failed' }>): string {
  switch (finding.kind) {
    case 'few-points': return `the program reported ${finding.points} losses, and a curve needs ${finding.needed}`;
    case 'not-a-number': return 'every loss was NaN or infinite, at the smallest rate too';
    case 'diverged-at-once': return `training broke before a curve could be seen, at a rate of ${rate(finding.rate)}`;
    case 'never-fell': return 'the loss never fell, it only rose';
    case 'noisy': return 'the loss fell by less than it wavers from one iteration to the next';
    case 'flat': return 'the loss stayed where it was at every rate';
    case 'still-falling': return `the loss was still falling at the last rate, ${rate(finding.rate)}`;
    case 'not-acknowledged': return finding.seen.length === 0 ? 'the program reported nothing' : `the program reported ${finding.seen.slice(0, 8).join(', ')}, but no rate that rises`;
    case 'cancelled': return 'cancelled before the test was over';
  }
}

function advice(finding: LrRangeFinding): readonly Block[] {
  const text = whatToDo(finding);
  return text === undefined ? [] : [{ kind: 'paragraph', text: [plain(text)] }];
}

function whatToDo(finding: LrRangeFinding): string | undefined {
  switch (finding.kind) {
    case 'found': return 'Recommended is one order of magnitude below the turn, where the loss has left its valley: beyond it training breaks, and a whole training needs some distance from that. The steepest descent and a tenth of the rate with the lowest loss, which others recommend, are noisier where the valley is flat. All of them hold for this batch size, optimizer and architecture only, so let a search decide inside the range.';
    case 'few-points': return 'Report the loss and the rate at every iteration, not once per epoch, and let the training go on for as many iterations as NOREGRET_LR_RANGE names; or ask for fewer: --steps 100.';
    case 'not-a-number': return 'That is not the rate. Look for a division by zero, a logarithm of zero, or half precision without loss scaling.';
    case 'diverged-at-once': return 'Begin lower, e.g. --start 1e-7.';
    case 'never-fell': return 'Either every rate of the test is too large (try --start 1e-8), or the sign of the loss is turned round.';
    case 'noisy': return 'Ask for more iterations (--steps 3000), so that it falls further, or for larger batches, so that it wavers less.';
    case 'flat': return 'Does the program give its optimizer the rate of each iteration, and do gradients reach the weights? A rate that is set once, before the loop, gives this picture.';
    case 'still-falling': return 'The turn lies beyond: raise --end, or, if the program ended before the test did, let it run longer or ask for fewer --steps.';
    case 'not-acknowledged': return 'The program has to take part: read NOREGRET_LR_RANGE ("start end steps"), raise the rate at each iteration, and report it with the loss as "lr". Without that a curve would only show an ordinary training. docs/guide/lr-range.md has the lines for PyTorch.';
    case 'failed': case 'cancelled': return undefined;
  }
}

function chart(result: LrRangeResult, { usable, smoothed, divergedAt }: RangeCurve): readonly Block[] {
  const { points, finding, parameter, loss } = result;
  if (points.length < 2) return [];
  const raw = points.flatMap(({ rate: x, loss: y }): [number, number][] => (Number.isFinite(y) ? [[x, y]] : []));
  const found = finding.kind === 'found' ? [
    { x: finding.suggested, label: `suggested ${rate(finding.suggested)}`, tone: 'good' as const },
    { x: finding.steepest, label: `steepest ${rate(finding.steepest)}`, tone: 'neutral' as const },
    { x: finding.turn, label: `turn ${rate(finding.turn)}`, tone: 'bad' as const },
  ] : [];
  return [{
    kind: 'chart', title: `${loss} as the rate rises`, chart: {
      kind: 'curve', metric: loss, x: { name: parameter ?? 'learning rate', log: true }, ...topOf(result.finding, usable, smoothed),
      lines: [{ name: 'each iteration', look: 'dots', points: raw }, { name: 'smoothed', look: 'line', points: usable.map(({ rate: x }, i): [number, number] => [x, smoothed[i] ?? Number.NaN]) }],
      marks: [...found, ...(divergedAt === undefined || finding.kind === 'found' ? [] : [{ x: divergedAt, label: `broke at ${rate(divergedAt)}`, tone: 'bad' as const }])],
      ...(finding.kind === 'found' ? { band: { low: finding.low, high: finding.high, label: 'worth searching' } } : {}),
    },
  }];
}

/** As high above the start as half of the fall: where training breaks, the loss leaves the picture. */
function topOf(finding: LrRangeFinding, usable: readonly LossPoint[], smoothed: readonly number[]): { readonly yTop?: number } {
  if (finding.kind !== 'found') return {};
  const before = smoothed.filter((_, i) => (usable[i]?.rate ?? 0) <= finding.turn);
  const [low, high] = [Math.min(...before), Math.max(...before)];
  return { yTop: high + (high - low) / 2 };
}

function facts({ finding, points, range, params, seconds }: LrRangeResult, { divergedAt }: RangeCurve): Block {
  const found = finding.kind === 'found' ? [
    { label: 'recommended', value: [strong(rate(finding.suggested)), plain(`, a tenth of the turn at ${rate(finding.turn)}`)] },
    { label: 'steepest descent', value: [plain(rate(finding.steepest))] },
    { label: 'lowest loss', value: [plain(`${rate(finding.minimum)}; a tenth of it is ${rate(finding.minimum / 10)}`)] },
  ] : [];
  const stopped = points.length === 0 ? '' : divergedAt === undefined ? '; the loss never ran away' : `; stopped at ${rate(divergedAt)}: the smoothed loss was more than four times its best, or no number`;
  return { kind: 'facts', items: [
    ...found,
    { label: 'tested', value: [plain(`${rate(range.start)} to ${rate(range.end)} in ${range.steps} iterations, ${points.length} seen in ${durationWords(seconds)}${stopped}`)] },
    paramsFact(params),
  ] };
}

function rate(value: number): string {
  return formatNumber(value, 2);
}
