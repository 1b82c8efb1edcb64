/** One line of a stream, or why it is none. */
export type RequestLine = { readonly text: string } | { readonly refused: 'too-long' | 'not-utf8' };

const newline = 10;

/** Lines as they come; one longer than `maxBytes` is thrown away as it comes, and told of once it ends. Ends early when the signal aborts. */
export async function* requestLines(stream: AsyncIterable<string | Uint8Array>, { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal }): AsyncGenerator<RequestLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let parts: Buffer[] = [];
  let bytes = 0;
  const take = (part: Buffer): void => {
    bytes += part.length;
    if (bytes > maxBytes) parts = [];
    else parts.push(part);
  };
  const finish = (): RequestLine => {
    const [line, length] = [Buffer.concat(parts), bytes];
    [parts, bytes] = [[], 0];
    if (length > maxBytes) return { refused: 'too-long' };
    try {
      return { text: decoder.decode(line) };
    } catch {
      return { refused: 'not-utf8' };
    }
  };
  for await (const chunk of untilAborted(stream, signal)) {
    const data = Buffer.from(chunk);
    let from = 0;
    for (let at = data.indexOf(newline); at !== -1; at = data.indexOf(newline, from)) {
      take(data.subarray(from, at));
      from = at + 1;
      yield finish();
    }
    // Copied: a stream may use its buffer again.
    if (from < data.length) take(Buffer.from(data.subarray(from)));
  }
  if (bytes > 0 && !signal.aborted) yield finish();
}

async function* untilAborted<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = stream[Symbol.asyncIterator]();
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => { resolve(undefined); }, { once: true });
  });
  for (;;) {
    const next = await Promise.race([aborted, iterator.next()]);
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}
