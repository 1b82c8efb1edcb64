import type { Block, Text } from '../../model/blocks.js';
import type { SectionBuilder } from '../index.js';
import { clip } from '../printable.js';
import { code, plain, strong, worded } from '../spans.js';

const shownLines = 12;

/** What a reviewer should know before trusting the numbers; policy that the pull request tried to change first. */
export const warnings: SectionBuilder = {
  title: 'Warnings and notes',
  priority: 80,
  build({ warnings: warned, notes, policyChanges }) {
    const items: readonly Text[] = [
      ...policyChanges.map(({ key, base, head }): Text => [
        strong('Policy change: '), code(clip(key, 80)), plain(' is '), code(clip(base, 120)), plain(' on main and '), code(clip(head, 120)), plain(" here; main's was used."),
      ]),
      ...warned.map((text): Text => [strong('Warning: '), ...worded(clip(text, 600))]),
      ...notes.map((text): Text => worded(clip(text, 600))),
    ];
    const rest = items.slice(shownLines);
    return [
      ...(items.length === 0 ? [] : [{ kind: 'list', items: items.slice(0, shownLines) } satisfies Block]),
      ...(rest.length === 0 ? [] : [{ kind: 'details', summary: [plain(`${String(rest.length)} more`)], open: false, blocks: [{ kind: 'list', items: rest }] } satisfies Block]),
    ];
  },
};
