import type { ASTNode } from '@marcbachmann/cel-js';

interface Edit { readonly start: number; readonly end: number; readonly text: string }

/**
 * CEL keeps integers and decimals apart (`2 * lr` is a type error there, `7 / 2` is 3). A configuration has
 * numbers only, so integer literals become decimal ones; `originalOffset` maps positions back.
 */
export function decimalLiterals(source: string, ast: ASTNode): { readonly text: string; readonly originalOffset: (offset: number) => number } {
  const edits = [...integerLiterals(ast)].sort((a, b) => a.start - b.start);
  let text = '';
  let from = 0;
  const shifts: { readonly at: number; readonly by: number }[] = [];
  for (const edit of edits) {
    text += source.slice(from, edit.start) + edit.text;
    from = edit.end;
    shifts.push({ at: text.length, by: edit.text.length - (edit.end - edit.start) });
  }
  const originalOffset = (offset: number): number => shifts.reduce((at, shift) => (offset >= shift.at ? at - shift.by : at), offset);
  return { text: text + source.slice(from), originalOffset };
}

function* integerLiterals(node: ASTNode): Generator<Edit> {
  if (node.op === 'value' && typeof node.args === 'bigint') {
    yield { start: node.start, end: node.end, text: `${node.args.toString()}.0` };
    return;
  }
  // A list index stays an integer.
  const children = node.op === '[]' || node.op === '[?]' ? [node.args[0], ...(isInteger(node.args[1]) ? [] : [node.args[1]])] : childNodes(node.args);
  for (const child of children) yield* integerLiterals(child);
}

function isInteger(node: ASTNode): boolean {
  return node.op === 'value' && typeof node.args === 'bigint';
}

export function childNodes(args: unknown): readonly ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childNodes);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}
