import type { Block, Text } from '../../model/blocks.js';
import type { GuideFailure } from '../../model/guide.js';
import { formatNumber } from '../../model/numberFormat.js';
import type { Params } from '../../model/params.js';
import { choiceName } from '../axisScale.js';
import { clip } from '../printable.js';
import { code, plain } from '../spans.js';

/** The last lines of a program that did not end well. */
export function failureBlocks(failure: GuideFailure | undefined): readonly Block[] {
  if (failure?.logTail === undefined) return [];
  return [{ kind: 'paragraph', text: [plain('The last lines of the program:')] }, { kind: 'code', language: 'text', text: failure.logTail }];
}

/** A run of the guide is short, and begins anew. */
export function cancelledBlocks(): readonly Block[] {
  return [{ kind: 'paragraph', text: [plain('Nothing was written. The same command begins anew.')] }];
}

/** What narrows the study, as lines of its file; nothing where there is nothing to narrow. */
export function snippetBlocks(command: 'lr-range' | 'batch-size', snippet: string | undefined): readonly Block[] {
  if (snippet === undefined) return [];
  return [{ kind: 'paragraph', text: [plain('For the study file (or '), code(`noregret ${command} --apply`), plain('):')] }, { kind: 'code', language: 'yaml', text: snippet }];
}

export function paramsFact(params: Params): { readonly label: string; readonly value: Text } {
  const text = Object.entries(params).map(([name, value]) => `${name} ${typeof value === 'number' ? formatNumber(value) : clip(choiceName(value), 40)}`).join(', ');
  return { label: 'run at', value: [plain(text === '' ? 'no parameters' : text)] };
}
