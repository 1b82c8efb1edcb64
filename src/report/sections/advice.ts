import type { Text } from '../../model/blocks.js';
import type { Comparison, Report } from '../../model/comparison.js';
import { refusedReason } from '../../model/external.js';
import type { SectionBuilder } from '../index.js';
import { code, plain } from '../spans.js';
import { paramText } from '../words.js';

/** What a reviewer can do now; silent where there is nothing to do. */
export const advice: SectionBuilder = {
  title: 'What to do',
  priority: 90,
  build(comparison, report) {
    const text = adviceFor(comparison, report);
    return text.length === 0 ? [] : [{ kind: 'paragraph', text }];
  },
};

const pushes = new Set(['push', 'schedule', 'workflow_dispatch']);

function adviceFor(comparison: Comparison, { event, incomplete: cutShort }: Report): Text {
  const { kind, reason } = comparison.verdict;
  switch (kind) {
    case 'PASS': case 'IMPROVED': case 'NO_CHANGE': return [];
    case 'RECOVERED_BY_RETUNING': return retuneAdvice(comparison);
    case 'REGRESSION': return reason === 'stability' && comparison.failures.length > 0 ? [plain('The last lines of the failing runs are below.')] : [];
    case 'INCONCLUSIVE':
      if (reason === 'failures' || reason === 'stability' || reason === 'base-stability') return comparison.failures.length > 0 ? [plain('The last lines of the failing runs are below.')] : [];
      return undecidedAdvice(reason);
    case 'NOT_CONFIRMED': return notConfirmedAdvice(comparison);
    case 'NO_BASELINE': return comparison.search === undefined || reason === 'tune' ? [] : [plain(`Below is what the search found.${pushes.has(event) ? '' : ' On merge it becomes the baseline that later pull requests are compared with.'}`)];
    case 'INCOMPLETE': return comparison.failures.length > 0 && !cutShort && reason !== refusedReason
      ? [plain('Fix what fails first (its last lines are below), then run this again.')]
      : [];
  }
}

function undecidedAdvice(reason: string | undefined): Text {
  switch (reason) {
    case 'budget': return [plain('Time ran out before the noise could be told from an effect. Give '), code('budget.time'), plain(' more, or accept a wider '), code('margin'), plain('.')];
    case 'no-pairs': return [plain('A verdict needs the same configuration on the same seeds, before and after: '), code('noregret compare'), plain(' with two commits runs that.')];
    case 'results-read': return [plain('A verdict on the code needs the same configuration on the same seeds on both sides: results with a column of seeds, or a study with a '), code('command'), plain('.')];
    case 'coarse': return [plain('The metric moves in steps that are large beside the margin. What helps: a larger test set, a metric with finer steps, or a wider '), code('margin'), plain('.')];
    case undefined: default: return [plain('The seeds scatter too much to tell. What helps: more '), code('looks'), plain(', a wider '), code('margin'), plain(', or a training run that varies less from seed to seed.')];
  }
}

function notConfirmedAdvice({ verdict: { reason }, confirmation }: Comparison): Text {
  switch (reason) {
    case 'budget': return [plain('It was not repeated, so it may be noise or real: give '), code('budget.time'), plain(' more and run it again.')];
    case 'accepted': return [];
    case 'remembered': return [plain('It was not repeated, so it may be noise or real: the next pushes will tell.')];
    case undefined: default: return [plain(confirmation?.result.decision === 'INCONCLUSIVE'
      ? 'It may be noise, or a decline too small for this many seeds; look again if it comes back.'
      : 'The second set of seeds says otherwise, so the first was most likely chance; look again if it comes back.')];
  }
}

function retuneAdvice({ parameters, drift }: Comparison): Text {
  const moved = parameters.filter((row) => (row.moved === 'moved' || row.moved === 'better') && row.head !== undefined).slice(0, 6);
  if (moved.length === 0) return [plain('Retuning makes up for it: change the defaults along with the code.')];
  const list = moved.flatMap((row, i): Text => [
    plain(i === 0 ? '' : ', '), code(row.name), plain(' to '), ...paramText(row.head),
    ...(row.base === undefined ? [] : [plain(' (was '), ...paramText(row.base), plain(')')]),
  ]);
  const gainsThere = drift?.did?.moved === false ? ' Main may gain from them as well: retuning helps there no less than here.' : '';
  return [plain('Change the defaults along with the code: '), ...list, plain(`.${gainsThere}`)];
}
