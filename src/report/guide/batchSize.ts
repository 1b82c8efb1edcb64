import type { Block, Document, Text } from '../../model/blocks.js';
import { durationWords } from '../../model/durationWords.js';
import type { BatchRun, BatchSizeResult } from '../../model/guide.js';
import { formatNumber } from '../../model/numberFormat.js';
import { plain, strong } from '../spans.js';
import { cancelledBlocks, failureBlocks, paramsFact, snippetBlocks } from './parts.js';

/** A page on the batch sizes that were tried. `snippet`: lines for the study file, where there is something to write. */
export function batchSizeDocument(result: BatchSizeResult, snippet: string | undefined): Document {
  const blocks: readonly Block[] = [headline(result), ...advice(result), ...chart(result), table(result), facts(result), ...snippetBlocks('batch-size', snippet), ...failureBlocks(result.failure)];
  return { title: `noregret batch-size: ${result.study}`, sections: [{ name: 'batch-size', title: 'Largest batch', priority: 100, blocks }] };
}

function headline({ study, parameter, largest, suggested, failure, cancelled, runs, limit, limitIsData }: BatchSizeResult): Block {
  const say = (tone: 'good' | 'bad' | 'unsure', mark: string, ...text: Text): Block => ({ kind: 'headline', tone, mark, text });
  if (failure !== undefined) return say('bad', '✗', strong(`${study}: stopped at ${parameter} ${failure.size}`), plain(`: ${failure.message}, and nothing in its last lines says that memory ran out`));
  if (cancelled) return say('unsure', '?', strong(`${study}: cancelled after ${runs.length} ${runs.length === 1 ? 'size' : 'sizes'}`));
  if (largest === undefined) return say('bad', '✗', strong(`${study}: not even ${parameter} 1 fits`));
  const how = isLimited(runs, largest) ? 'fits, the next size tried does not' : limitIsData ? 'fits, which is all of the data' : `fits, the limit of this test${largest === limit ? ' (--limit)' : ''}`;
  if (suggested === undefined) return say('unsure', '?', strong(`${study}: ${parameter} ${largest} ${how}`), plain(', but training was unstable at every size'));
  return say('good', '●', strong(`${study}: ${parameter} ${suggested}`), plain(`; ${largest} ${how}`));
}

function isLimited(runs: readonly BatchRun[], largest: number): boolean {
  return runs.some(({ fits, size }) => !fits && size > largest);
}

function advice({ runs, largest, suggested, enough, parameter, cancelled }: BatchSizeResult): readonly Block[] {
  if (cancelled) return cancelledBlocks();
  if (largest === undefined) return [];
  const unstable = runs.filter(({ fits, stable }) => fits && !stable).map(({ size }) => size);
  const sentences = [
    ...(unstable.length === 0 ? [] : suggested === undefined
      ? ['The loss was no number or ran away at every size that fits: look at the learning rate first (noregret lr-range), it is not the batch.']
      : [`From ${Math.min(...unstable)} on the loss was no number or ran away: a smaller batch is suggested. A warm-up of the learning rate often brings the larger one back.`]),
    ...(enough === undefined || suggested === undefined || enough >= suggested ? [] : [`From ${enough} on a larger batch saves no more than a twentieth of the time per example: it costs memory and buys next to nothing.`]),
    ...(suggested === undefined ? [] : [`With another ${parameter} the best learning rate is another one too: search it again.`]),
  ];
  return sentences.map((text) => ({ kind: 'paragraph', text: [plain(text)] }));
}

function chart({ runs, parameter, suggested, enough, largest }: BatchSizeResult): readonly Block[] {
  const points = runs.flatMap(({ size, secondsPerExample: each }): [number, number][] => (each === undefined ? [] : [[size, each * 1e6]])).sort(([a], [b]) => a - b);
  if (points.length < 2) return [];
  const failed = runs.filter(({ fits }) => !fits).map(({ size }) => size);
  return [{
    kind: 'chart', title: 'What an example costs', chart: {
      kind: 'curve', metric: 'microseconds per example', x: { name: parameter, log: true },
      lines: [{ name: 'microseconds per example', look: 'both', points }],
      marks: [
        ...(enough === undefined || enough === suggested ? [] : [{ x: enough, label: `enough ${enough}`, tone: 'neutral' as const }]),
        ...(suggested === undefined ? [] : [{ x: suggested, label: `suggested ${suggested}`, tone: 'good' as const }]),
        ...(failed.length === 0 || largest === undefined ? [] : [{ x: Math.min(...failed), label: `out of memory ${Math.min(...failed)}`, tone: 'bad' as const }]),
      ],
    },
  }];
}

function table({ runs, parameter }: BatchSizeResult): Block {
  const hasTimes = runs.some(({ secondsPerExample }) => secondsPerExample !== undefined);
  return {
    kind: 'table',
    columns: [{ label: parameter, align: 'right' }, { label: 'memory', align: 'left' }, { label: 'loss', align: 'left' }, ...(hasTimes ? [{ label: 'examples per second', align: 'right' as const }] : [])],
    rows: [...runs].sort((a, b) => a.size - b.size).map(({ size, fits, stable, secondsPerExample: each, message }) => [
      [plain(String(size))], [plain(fits ? 'fits' : message ?? 'out of memory')], [plain(!fits ? '–' : stable ? 'stable' : 'unstable')],
      ...(hasTimes ? [[plain(each === undefined ? '–' : formatNumber(1 / each, 3))]] : []),
    ]),
  };
}

function facts({ warmup, steps, runs, limit, limitIsData, exact, params, parameter, seconds }: BatchSizeResult): Block {
  return { kind: 'facts', items: [
    { label: 'tried', value: [plain(`${runs.length} ${runs.length === 1 ? 'size' : 'sizes'}, each in a process of its own, ${warmup} steps to warm up and ${steps} that count, ${durationWords(seconds)} in all`)] },
    { label: 'limit', value: [plain(limitIsData ? `${limit}, the size of the data` : String(limit))] },
    { label: 'found', value: [plain(exact ? 'to the last example' : 'within a sixteenth (--exact for the last example)')] },
    ...untimedFact(runs, 'uncounted', 'the program neither took NOREGRET_STEPS steps and ended nor reports "examples"'),
    ...untimedFact(runs, 'too-short', 'the steps went by too fast to be timed by when their reports came: let the program report "seconds" of its own clock, or ask for more --steps'),
    paramsFact(Object.fromEntries(Object.entries(params).filter(([name]) => name !== parameter))),
  ] };
}

/** Why some of the sizes that fit have no time. */
function untimedFact(runs: readonly BatchRun[], cause: NonNullable<BatchRun['untimed']>, why: string): { label: string; value: Text }[] {
  const sizes = runs.filter(({ untimed }) => untimed === cause).map(({ size }) => size).sort((a, b) => a - b);
  if (sizes.length === 0) return [];
  const isAll = sizes.length === runs.filter(({ fits }) => fits).length;
  return [{ label: 'times', value: [plain(`none${isAll ? '' : ` at ${sizes.join(', ')}`}: ${why}`)] }];
}
