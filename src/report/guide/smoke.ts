import type { Block, Document } from '../../model/blocks.js';
import { durationWords } from '../../model/durationWords.js';
import { searchSeconds, type SmokeCheck, type SmokeResult } from '../../model/guide.js';
import { plain, strong } from '../spans.js';
import { cancelledBlocks, failureBlocks, paramsFact } from './parts.js';

const marks = { ok: '✓', warning: '!', failed: '✗', unknown: '?' } as const;

/** A page on whether a trial of this study can do what a search will ask of it, and how long that search will take. */
export function smokeDocument(result: SmokeResult): Document {
  const blocks: readonly Block[] = [headline(result), ...(result.cancelled ? cancelledBlocks() : []), table(result.checks), ...chart(result), facts(result), ...failureBlocks(result.failure)];
  return { title: `noregret smoke: ${result.study}`, sections: [{ name: 'smoke', title: 'Smoke test', priority: 100, blocks }] };
}

/** How long the search would take, in words; undefined where nothing was timed. */
export function estimateWords({ time, trials, slots }: SmokeResult): string | undefined {
  if (time === undefined) return undefined;
  const total = durationWords(searchSeconds(time.trial, trials, slots));
  return `${trials} trials ${time.isWhole ? 'would take about' : 'would take at least'} ${total}, ${slots} at once`;
}

function headline(result: SmokeResult): Block {
  const { study, checks, cancelled } = result;
  const failed = checks.find(({ state }) => state === 'failed');
  const estimate = estimateWords(result);
  if (cancelled) return { kind: 'headline', tone: 'unsure', mark: '?', text: [strong(`${study}: cancelled`)] };
  if (failed !== undefined) return { kind: 'headline', tone: 'bad', mark: '✗', text: [strong(`${study}: not ready to be searched`), plain(`: ${failed.text}`)] };
  const isSure = checks.every(({ state }) => state === 'ok');
  return { kind: 'headline', tone: isSure ? 'good' : 'unsure', mark: isSure ? '●' : '?', text: [strong(`${study}: ${checks.some(({ state }) => state === 'ok') ? 'ready to be searched' : 'cannot be told'}`), plain(estimate === undefined ? '' : `; ${estimate}`)] };
}

function table(checks: readonly SmokeCheck[]): Block {
  return { kind: 'table', columns: [{ label: '', align: 'left' }, { label: 'check', align: 'left' }, { label: 'what was seen', align: 'left' }], rows: checks.map(({ name, state, text }) => [[plain(marks[state])], [plain(name)], [plain(text)]]) };
}

/** How long it takes, by the number of trials at once: the one thing about a search that money can change. */
function chart({ time, trials, slots }: SmokeResult): readonly Block[] {
  if (time === undefined) return [];
  const counts = [...new Set([1, 2, 4, 8, 16, slots])].filter((count) => count <= Math.max(trials, slots)).sort((a, b) => a - b);
  if (counts.length < 2) return [];
  const longest = searchSeconds(time.trial, trials, counts[0] ?? 1);
  const unit = longest < 120 ? { name: 'seconds', of: 1 } : longest < 7200 ? { name: 'minutes', of: 60 } : { name: 'hours', of: 3600 };
  return [{
    kind: 'chart', title: `${time.isWhole ? 'Time' : 'Least time'} of ${trials} trials`, chart: {
      kind: 'curve', metric: unit.name, x: { name: 'trials at once', log: false },
      lines: [{ name: unit.name, look: 'both', points: counts.map((count): [number, number] => [count, searchSeconds(time.trial, trials, count) / unit.of]) }],
      marks: [{ x: slots, label: `here: ${slots}`, tone: 'good' }],
    },
  }];
}

function facts(result: SmokeResult): Block {
  const { time, params, seconds } = result;
  const estimate = estimateWords(result);
  return { kind: 'facts', items: [
    ...(time === undefined ? [] : [{ label: 'first value', value: [plain(`after ${durationWords(time.toFirst)}`)] }, { label: 'a trial', value: [plain(time.isWhole ? `about ${durationWords(time.trial)}` : `at least ${durationWords(time.trial)}: the program was stopped or made itself short, and did not say how many steps it has ("full_steps")`)] }]),
    ...(estimate === undefined ? [] : [{ label: 'this study', value: [plain(estimate)] }]),
    paramsFact(params),
    { label: 'the check itself', value: [plain(durationWords(seconds))] },
  ] };
}
