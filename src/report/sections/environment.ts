import type { Block } from '../../model/blocks.js';
import type { Comparison } from '../../model/comparison.js';
import type { SectionBuilder } from '../index.js';
import { clip } from '../printable.js';
import { code, plain } from '../spans.js';

/** What makes values comparable: the compatibility key of this run, and where the stored one differed. */
export const environment: SectionBuilder = {
  title: 'Environment',
  priority: 35,
  build(comparison) {
    const blocks = [...differences(comparison), ...key(comparison)];
    return blocks.length === 0 ? [] : [{ kind: 'details', summary: [plain('Environment')], open: false, blocks }];
  },
};

function differences({ baseline }: Comparison): readonly Block[] {
  const rows = baseline?.keyDifferences ?? [];
  if (rows.length === 0) return [];
  return [
    { kind: 'paragraph', text: [plain('Stored values were not used, because these differ:')] },
    {
      kind: 'table',
      columns: [{ label: 'field', align: 'left' }, { label: 'stored', align: 'left' }, { label: 'here', align: 'left' }],
      rows: rows.map(({ field, stored, here }) => [[plain(field)], [code(clip(stored, 200))], [code(clip(here, 200))]]),
    },
  ];
}

function key({ environment: fields, baseline, secrets, configPath }: Comparison): readonly Block[] {
  const items = [
    ...Object.entries(fields).map(([label, text]) => ({ label, value: [code(clip(text, 300))] })),
    { label: 'configuration', value: [code(configPath)] },
    ...(baseline === undefined ? [] : [{ label: 'dependencies', value: [plain(baseline.dependencies === 'shared' ? "this side's, on both sides" : "each side's own")] }]),
    ...(secrets === '' ? [] : [{ label: 'secrets kept from trials by', value: [plain(secrets)] }]),
  ];
  return [{ kind: 'facts', items }];
}
