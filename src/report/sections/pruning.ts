import type { Block, Text } from '../../model/blocks.js';
import type { PruningReport } from '../../model/comparison.js';
import { durationWords } from '../../model/durationWords.js';
import { formatNumber } from '../../model/numberFormat.js';
import type { SectionBuilder } from '../index.js';
import { plain } from '../spans.js';
import { plural, value } from '../words.js';

const shownRows = 30;

/** Which trials were stopped early, at which rung, and what that saved. */
export const pruning: SectionBuilder = {
  title: 'Early stopping',
  priority: 40,
  build({ search }) {
    const did = search?.pruning;
    if (did === undefined) return [];
    const words = sentences(did);
    const rows = roundsTogether(did.brackets).filter(({ trials }) => trials > 0);
    return [{ kind: 'details', summary: [plain(summaryOf(did))], open: false, blocks: [
      ...(words === '' ? [] : [{ kind: 'paragraph', text: [plain(words)] } satisfies Block]),
      ...(rows.length === 0 ? [] : [table(rows, did)]),
    ] }];
  },
};

function summaryOf(did: PruningReport): string {
  const { stopped, complete, amount } = did;
  const saved = amount === undefined || amount.full <= amount.spent ? '' : `, ${share(amount)} of the ${unit(did)} saved`;
  return `Early stopping (${did.pruner}): ${String(stopped)} of ${plural(stopped + complete, 'trial')} stopped${saved}`;
}

function sentences(did: PruningReport): string {
  const { amount, seconds, takenUp, restarted } = did;
  const spent = amount === undefined ? [] : [`${formatNumber(amount.spent)} ${unit(did)} were run; all to their end would have been about ${formatNumber(amount.full)}.`];
  // 0: no run went to its end without beginning anew, so nobody knows how long one takes.
  const time = seconds === undefined || seconds.full === 0 || did.counts === 'seconds' ? [] : [seconds.full > seconds.spent ? `That saved about ${durationWords(seconds.full - seconds.spent)} of running time.` : `That saved no running time: ${durationWords(seconds.spent)} were run, all to their end would have been about ${durationWords(seconds.full)}.`];
  const again = takenUp === 0 ? [] : [`${plural(takenUp, 'time')} a trial was taken up again${restarted === 0 ? ', from its checkpoint' : `; ${String(restarted)} of them began anew, since no checkpoint was used, and ${restarted === 1 ? 'is' : 'are'} charged in full`}.`];
  return [...spent, ...time, ...again].join(' ');
}

function share({ spent, full }: { readonly spent: number; readonly full: number }): string {
  return `${String(Math.round(100 * (1 - spent / full)))} %`;
}

function unit({ counts }: PruningReport): string {
  switch (counts) {
    case 'step': return 'steps';
    case 'seconds': return 'seconds';
    case 'fraction': return 'full runs';
  }
}

type Row = PruningReport['brackets'][number]['rungs'][number] & { readonly name: string };

/** After the last bracket it begins again with the first: a row for each rung of each bracket, however many rounds there were. */
function roundsTogether(brackets: PruningReport['brackets']): readonly Row[] {
  const rounds = new Map<string, PruningReport['brackets']>();
  for (const bracket of brackets) rounds.set(bracket.name, [...rounds.get(bracket.name) ?? [], bracket]);
  return [...rounds].flatMap(([name, all]) => (all[0]?.rungs ?? []).map((rung, i): Row => {
    const each = all.flatMap(({ rungs }) => rungs[i] ?? []);
    const sum = (key: 'planned' | 'trials' | 'stopped'): number => each.reduce((total, one) => total + (one[key] ?? 0), 0);
    return { ...rung, name: all.length === 1 ? name : `${name}, ${String(all.length)} rounds`, trials: sum('trials'), stopped: sum('stopped'), ...(rung.planned === undefined ? {} : { planned: sum('planned') }) };
  }));
}

function table(rows: readonly Row[], { counts }: PruningReport): Block {
  const planned = rows.some((row) => row.planned !== undefined);
  return {
    kind: 'table',
    columns: [
      { label: 'bracket', align: 'left' }, { label: `rung (${counts})`, align: 'right' },
      ...(planned ? [{ label: 'planned', align: 'right' as const }] : []),
      { label: 'came', align: 'right' }, { label: 'stopped', align: 'right' },
    ],
    rows: rows.slice(0, shownRows).map(({ name, resource, planned: plan, trials, stopped }): Text[] => [
      [plain(name)], resource === undefined ? [plain('to the end')] : value(resource),
      ...(planned ? [value(plan)] : []),
      [plain(String(trials))], [plain(String(stopped))],
    ]),
  };
}
