import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** First four bytes of sha256(`label:i`), big-endian, shifted right once: 0 … 2^31 - 1 (decisions.md 13). `i` counts from 1. */
export function seedFor(label: string, i: number): number {
  const digest = sha256(utf8ToBytes(`${label}:${i}`));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0, false) >>> 1;
}

export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
