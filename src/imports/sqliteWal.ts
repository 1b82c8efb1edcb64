import type { Source } from './source.js';

/** Pages that were committed to the log beside a database, and not yet into it. */
export interface WalOverlay { page(number: number): Buffer | undefined }

const [headerBytes, frameHeaderBytes] = [32, 24];

/** Write-ahead log (https://www.sqlite.org/fileformat2.html, 4): frames count up to the last commit of this log's own salts. */
export function walOverlay(source: Source, pageBytes: number): WalOverlay {
  const pages = source.open();
  try {
    const header = pages.read(0, headerBytes);
    const found = new Map<number, number>();
    let open = new Map<number, number>();
    if (header.length === headerBytes) {
      const salts = header.subarray(16, 24);
      for (let at = headerBytes; at + frameHeaderBytes + pageBytes <= pages.bytes; at += frameHeaderBytes + pageBytes) {
        const frame = pages.read(at, frameHeaderBytes);
        if (frame.length < frameHeaderBytes || !frame.subarray(8, 16).equals(salts)) break;
        open.set(frame.readUInt32BE(0), at + frameHeaderBytes);
        if (frame.readUInt32BE(4) === 0) continue;
        for (const [page, place] of open) found.set(page, place);
        open = new Map();
      }
    }
    const held = new Map([...found].map(([page, place]) => [page, Buffer.from(pages.read(place, pageBytes))]));
    return { page: (number) => held.get(number) };
  } finally {
    pages.close();
  }
}
