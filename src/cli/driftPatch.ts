import { isScalar, parseDocument } from 'yaml';
import { parameterPlace } from '../config/narrowParameter.js';
import type { DriftReport } from '../model/drift.js';

interface PatchRequest { readonly path: string; readonly text: string; readonly stale: DriftReport['staleDefaults'] }

/**
 * The study file's changed lines as a diff that `git apply --unidiff-zero` takes, nothing but the values touched.
 * Undefined where there is nothing to change, or the default does not stand in the file as a plain value.
 */
export function suggestedPatch({ path, text, stale }: PatchRequest): string | undefined {
  const document = parseDocument(text);
  const lines = text.split('\n');
  const hunks = stale.flatMap(({ name, suggested }) => {
    const node = document.getIn([...parameterPlace(name.split('.')), 'default'], true);
    if (!isScalar(node) || !node.range) return [];
    const [start, end] = node.range;
    const line = text.slice(0, start).split('\n').length;
    const old = lines[line - 1] ?? '';
    const column = start - (text.lastIndexOf('\n', start - 1) + 1);
    if (column + (end - start) > old.length) return [];
    const young = `${old.slice(0, column)}${JSON.stringify(suggested)}${old.slice(column + (end - start))}`;
    return [{ line, text: `@@ -${String(line)} +${String(line)} @@\n-${old}\n+${young}` }];
  });
  if (hunks.length === 0) return undefined;
  return [`--- a/${path}`, `+++ b/${path}`, ...hunks.sort((a, b) => a.line - b.line).map((hunk) => hunk.text)].join('\n');
}
