/** Longest line that is read for metrics; the log keeps longer ones. */
const maxLineBytes = 2 ** 20;
const newline = 10;
const tag = Buffer.from('noregret {');

/** Cuts output into lines for the metric sources, whatever the chunks were. */
export interface OutputLines { push(chunk: Buffer): void; end(): void }

/**
 * `everyLine` false: only lines that hold a tagged metric are decoded, so that a flood costs one search per chunk.
 * A carriage return begins a line too: progress bars end theirs so.
 */
export function createOutputLines(onLine: (line: string) => void, everyLine: boolean): OutputLines {
  let rest = Buffer.alloc(0);
  let skipping = false;
  const emit = (complete: Buffer): void => {
    if (!everyLine && !complete.includes(tag)) return;
    for (const line of complete.toString('utf8').split(/[\r\n]+/)) if (line !== '' && (everyLine || line.includes('noregret {'))) onLine(line);
  };
  return {
    push: (chunk) => {
      const cut = chunk.lastIndexOf(newline);
      if (cut < 0) {
        skipping ||= rest.length + chunk.length > maxLineBytes;
        rest = skipping ? Buffer.alloc(0) : Buffer.concat([rest, chunk]);
        return;
      }
      const begin = skipping ? chunk.indexOf(newline) + 1 : 0;
      skipping = false;
      emit(rest.length === 0 ? chunk.subarray(begin, cut + 1) : Buffer.concat([rest, chunk.subarray(0, cut + 1)]));
      // A copy: a view would keep the whole chunk in memory.
      rest = Buffer.from(chunk.subarray(cut + 1));
    },
    end: () => {
      if (!skipping && rest.length > 0) emit(rest);
      rest = Buffer.alloc(0);
    },
  };
}

const tagged = /^\s*noregret (\{.*\})\s*$/;

/** The JSON of `noregret {json}`; undefined for any other line. */
export function taggedJson(line: string): string | undefined {
  return tagged.exec(line)?.[1];
}
