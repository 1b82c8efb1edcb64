import type { Text } from '../../model/blocks.js';
import type { SectionBuilder } from '../index.js';
import { clip } from '../printable.js';
import { plain, strong } from '../spans.js';
import { verdictWords } from '../words.js';

export const headline: SectionBuilder = {
  title: 'Verdict',
  priority: 100,
  build({ verdict }) {
    const { mark, tone } = verdictWords[verdict.kind];
    return [{ kind: 'headline', tone, mark, text: emphasised(clip(verdict.sentence, 600)) }];
  },
};

/** The verdict's words in bold: what stands before the first colon, if that is short. */
function emphasised(sentence: string): Text {
  const colon = sentence.indexOf(':');
  if (colon > 0 && colon <= 60) return [strong(sentence.slice(0, colon)), plain(sentence.slice(colon))];
  return [strong(sentence)];
}
