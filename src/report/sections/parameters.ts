import type { Block, TableColumn, Text } from '../../model/blocks.js';
import type { Comparison } from '../../model/comparison.js';
import type { SectionBuilder } from '../index.js';
import { code, faint, plain, strong } from '../spans.js';
import { isReseed, paramText, plural, sideWords } from '../words.js';

type ParameterRow = Comparison['parameters'][number];

const shownRows = 10;
const importanceWords = { rank: 'rank correlation', 'ped-anova': 'PED-ANOVA', fanova: 'fANOVA' } as const;

/** Main's best beside this side's best, and whether they differ by more than the luck of the search. */
export const parameters: SectionBuilder = {
  title: 'Hyperparameters',
  priority: 75,
  build({ parameters: rows }, report) {
    if (rows.length === 0) return [];
    const { base: other, head } = sideWords(report);
    // A push carries main's own configuration on, whatever record it is compared with.
    const base = other === 'previous record' ? 'main' : other;
    const compared = isReseed(report) ? differsColumn(base, head) : movedColumn(base, head);
    const order = [...rows].sort((a, b) => weight(b) - weight(a));
    const shown = rows.length <= shownRows + 2 ? rows : order.slice(0, shownRows);
    const rest = rows.filter((row) => !shown.includes(row));
    const folded: readonly Block[] = rest.length === 0 ? [] : [
      { kind: 'details', summary: [plain(`${plural(rest.length, 'more hyperparameter')}, less important`)], open: false, blocks: [table(rest, { base, head, compared })] },
    ];
    return [table(shown, { base, head, compared }), ...folded];
  },
};

function weight(row: ParameterRow): number {
  return (row.moved === 'moved' ? 2 : row.moved === 'better' ? 1 : 0) + (row.importance ?? 0);
}

type Column = TableColumn & { readonly cell: (row: ParameterRow) => Text };

function movedColumn(base: string, head: string): Column {
  return { label: 'moved?', align: 'left', cell: (row) => (row.moved === 'not-distinguishable' ? onOneSide(row, base, head) : undefined) ?? moved(row.moved) };
}

/** Of two configurations that were given, none has moved; which of the differences matters, nobody has measured. */
function differsColumn(base: string, head: string): Column {
  return { label: 'differs?', align: 'left', cell: (row) => (row.moved === 'same' ? [faint('same')] : onOneSide(row, base, head) ?? [plain('different')]) };
}

function onOneSide(row: ParameterRow, base: string, head: string): Text | undefined {
  return (row.base === undefined) === (row.head === undefined) ? undefined : [faint(`${row.base === undefined ? head : base} only`)];
}

function table(rows: readonly ParameterRow[], { base, head, compared }: { readonly base: string; readonly head: string; readonly compared: Column }): Block {
  const hasBase = rows.some((row) => row.base !== undefined);
  const hasHead = rows.some((row) => row.head !== undefined);
  const hasImportance = rows.some((row) => row.importance !== undefined);
  const columns: readonly Column[] = [
    { label: 'hyperparameter', align: 'left', cell: (row) => [code(row.name)] },
    ...(hasBase ? [{ label: `${base}'s best`, align: 'right' as const, cell: (row: ParameterRow) => paramText(row.base) }] : []),
    ...(hasHead ? [{ label: `${head}'s best`, align: 'right' as const, cell: (row: ParameterRow) => paramText(row.head) }] : []),
    ...(hasBase && hasHead ? [compared] : []),
    ...(hasImportance ? [{ label: importanceLabel(rows), align: 'right' as const, cell: (row: ParameterRow) => importance(row.importance) }] : []),
  ];
  return { kind: 'table', columns: columns.map(({ label, align }) => ({ label, align })), rows: rows.map((row) => columns.map(({ cell }) => cell(row))) };
}

function moved(kind: ParameterRow['moved']): Text {
  switch (kind) {
    case 'same': return [plain('same')];
    case 'moved': return [strong('moved')];
    case 'better': return [plain('better here, perhaps on main too')];
    case 'not-distinguishable': return [faint('not distinguishable')];
    case 'inactive': return [faint('inactive')];
  }
}

/** Says how it was computed. */
function importanceLabel(rows: readonly ParameterRow[]): string {
  const method = rows.find(({ importanceBy }) => importanceBy !== undefined)?.importanceBy;
  return method === undefined ? 'importance' : `importance (${importanceWords[method]})`;
}

function importance(share: number | undefined): Text {
  return share === undefined ? [faint('–')] : [plain(share.toFixed(2))];
}
