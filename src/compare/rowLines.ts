/** Lines of the rows of one metric, for messages: `at(row)` is the line of the row pushed as number `row`, from 0. */
export interface RowLines { push(line: number): void; at(row: number): number | undefined }

/** Rows whose lines follow each other in even steps: one of the first row, and how far each next one is. */
interface Stretch { readonly row: number; readonly line: number; step: number }

/** A metric's rows stand every so many lines, so that a million need one entry, not a million. */
export function rowLines(): RowLines {
  const stretches: Stretch[] = [];
  let [rows, last] = [0, 0];
  return {
    push: (line) => {
      const open = stretches.at(-1);
      if (rows === 0) stretches.push({ row: 0, line, step: 0 });
      else if (open?.row === rows - 1) open.step = line - last;
      else if (line - last !== open?.step) stretches.push({ row: rows, line, step: 0 });
      rows += 1;
      last = line;
    },
    at: (row) => {
      const found = stretches.findLast((stretch) => stretch.row <= row);
      return found === undefined || row >= rows ? undefined : found.line + (row - found.row) * found.step;
    },
  };
}
