import type { SectionBuilder } from '../index.js';
import { plain } from '../spans.js';

/** The exact commands. */
export const reproduce: SectionBuilder = {
  title: 'How to reproduce',
  priority: 55,
  build({ reproduce: commands }) {
    if (commands.length === 0) return [];
    return [{ kind: 'details', summary: [plain('How to reproduce')], open: false, blocks: [{ kind: 'code', language: 'sh', text: commands.join('\n') }] }];
  },
};
