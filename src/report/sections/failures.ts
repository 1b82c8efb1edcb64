import type { Block } from '../../model/blocks.js';
import type { Comparison } from '../../model/comparison.js';
import type { SectionBuilder } from '../index.js';
import { clip } from '../printable.js';
import { code, faint, plain, strong } from '../spans.js';
import { plural, sideWords } from '../words.js';

type Failure = Comparison['failures'][number];

const shownGroups = 5;
const shownLines = 20;

const stageWords: Readonly<Record<Failure['stage'], string>> = {
  search: 'search', canonical: 'gate', confirm: 'confirmation', rescore: 're-score', retune: 'retuning check', incumbent: 'challenge', drift: 'drift',
};

/** Failed trials, alike ones together, each kind with the last lines of its program; before them those of an optimiser. */
export const failures: SectionBuilder = {
  title: 'Failures',
  priority: 60,
  build({ failures: all, optimiserTail }, report) {
    const optimiser = optimiserTail === undefined ? [] : [optimiserBlock(optimiserTail)];
    if (all.length === 0) return optimiser;
    const words = sideWords(report);
    const groups = alike(all);
    const blocks = groups.slice(0, shownGroups).flatMap((group) => groupBlocks(group, words));
    const rest = groups.slice(shownGroups).reduce((sum, group) => sum + group.length, 0);
    const more: readonly Block[] = rest === 0 ? [] : [{ kind: 'paragraph', text: [plain(`${plural(rest, 'more failure')} of other kinds; all are in report.json.`)] }];
    return [...optimiser, { kind: 'details', summary: [plain(plural(all.length, 'failed run'))], open: true, blocks: [...blocks, ...more] }];
  },
};

function alike(all: readonly Failure[]): readonly (readonly Failure[])[] {
  const groups = new Map<string, Failure[]>();
  for (const failure of all) {
    const key = JSON.stringify([failure.side, failure.reason, failure.message]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [failure]);
    else group.push(failure);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

function groupBlocks(group: readonly Failure[], words: { readonly base: string; readonly head: string }): readonly Block[] {
  const [first] = group;
  if (first === undefined) return [];
  const numbers = group.slice(0, 8).map(({ trial }) => String(trial)).join(', ') + (group.length > 8 ? ', …' : '');
  const params = clip(JSON.stringify(first.params), 200);
  const tail = first.logTail === undefined ? '' : lastLines(first.logTail);
  return [
    { kind: 'paragraph', text: [
      strong(first.reason), plain(` on ${words[first.side]}, ${[...new Set(group.map(({ stage }) => stageWords[stage]))].join(' and ')}, ${group.length === 1 ? 'run' : `${String(group.length)} runs:`} ${numbers}. ${clip(first.message, 400)}`),
      ...(params === '{}' ? [] : [plain(' · '), faint('first with '), code(params)]),
    ] },
    ...(tail === '' ? [] : [{ kind: 'code', language: 'text', text: tail } satisfies Block]),
  ];
}

function optimiserBlock(tail: string): Block {
  return { kind: 'details', summary: [plain('the external optimiser failed')], open: true, blocks: [{ kind: 'code', language: 'text', text: lastLines(tail) }] };
}

function lastLines(log: string): string {
  return log.replace(/\s+$/u, '').split(/\r?\n/u).slice(-shownLines).map((line) => clip(line, 300)).join('\n');
}
