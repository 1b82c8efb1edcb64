import { nextField, protoReader, readerInside, textOf, type ProtoReader } from '../platform/protobuf.js';

/** What one summary said. NaN and infinite values too. */
export interface TensorboardScalar { readonly tag: string; readonly step: number; readonly value: number; /** Unix seconds. */ readonly wallTime: number }
/** Content of a plugin's record, e.g. of `hparams`. */
export interface TensorboardPlugin { readonly tag: string; readonly plugin: string; readonly content: Buffer; readonly wallTime: number }

export interface TensorboardReader {
  /** Whole records of this and earlier pieces. */
  push(chunk: Buffer): { readonly scalars: readonly TensorboardScalar[]; readonly plugins: readonly TensorboardPlugin[] };
  /** Bytes of a record that is not whole (yet). */
  readonly restBytes: number;
  /** A record whose length does not match its checksum: nothing after it can be read. */
  readonly isDamaged: boolean;
}

const maxRecordBytes = 64 * 2 ** 20;
const lengthBytes = 12;
/** One for all readers: each empty buffer of its own is collected like a full one. */
const nothing: Buffer = Buffer.alloc(0);

/** TFRecord: length (8 bytes), its masked crc32c (4), data, crc (4). Data is an `Event` of event.proto. */
export function createTensorboardReader(): TensorboardReader {
  let rest = nothing;
  // Fields and no getters: with those each reader would be an object of a kind of its own, and a hundred thousand of them fill the memory.
  const reader: { -readonly [K in keyof TensorboardReader]: TensorboardReader[K] } = { restBytes: 0, isDamaged: false, push: (chunk) => {
    const [scalars, plugins]: [TensorboardScalar[], TensorboardPlugin[]] = [[], []];
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (!reader.isDamaged && at + lengthBytes <= data.length) {
      const length = data.readUInt32LE(at) + 2 ** 32 * data.readUInt32LE(at + 4);
      reader.isDamaged = length > maxRecordBytes || maskedCrc(data, at, at + 8) !== data.readUInt32LE(at + 8);
      if (reader.isDamaged || at + lengthBytes + length + 4 > data.length) break;
      readEvent(protoReader(data, at + lengthBytes, at + lengthBytes + length), scalars, plugins);
      at += lengthBytes + length + 4;
    }
    rest = reader.isDamaged || at === data.length ? nothing : Buffer.from(data.subarray(at));
    reader.restBytes = rest.length;
    return { scalars, plugins };
  } };
  return reader;
}

/** By the first record: its checksum, and the version that it names. */
export function looksLikeTensorboard(head: Buffer): boolean {
  return head.length >= lengthBytes && maskedCrc(head, 0, 8) === head.readUInt32LE(8) && head.includes('brain.Event:');
}

const eventField = { wallTime: 1, step: 2, summary: 5 };
const valueField = { tag: 1, simple: 2, tensor: 8, metadata: 9 };

function readEvent(event: ProtoReader, scalars: TensorboardScalar[], plugins: TensorboardPlugin[]): void {
  let [wallTime, step] = [0, 0];
  const summaries: ProtoReader[] = [];
  while (nextField(event)) {
    const { field, number, from, to } = event;
    if (field === eventField.wallTime && number === undefined && to - from === 8) wallTime = event.bytes.readDoubleLE(from);
    if (field === eventField.step && number !== undefined) step = number;
    if (field === eventField.summary && number === undefined) summaries.push(readerInside(event));
  }
  for (const summary of summaries) {
    while (nextField(summary)) {
      if (summary.field !== 1 || summary.number !== undefined) continue;
      const { tag, value, plugin, content } = summaryValue(readerInside(summary));
      if (value !== undefined) scalars.push({ tag, step, value, wallTime });
      if (plugin !== undefined && content !== undefined) plugins.push({ tag, plugin, content, wallTime });
    }
  }
}

interface SummaryValue { readonly tag: string; readonly value: number | undefined; readonly plugin: string | undefined; readonly content: Buffer | undefined }

function summaryValue(reader: ProtoReader): SummaryValue {
  let tag = '';
  let simple: number | undefined;
  let [tensor, metadata]: (ProtoReader | undefined)[] = [];
  while (nextField(reader)) {
    if (reader.number !== undefined) continue;
    if (reader.field === valueField.tag) tag = textOf(reader);
    if (reader.field === valueField.simple) simple = reader.to - reader.from === 4 ? reader.bytes.readFloatLE(reader.from) : undefined;
    if (reader.field === valueField.tensor) tensor = readerInside(reader);
    if (reader.field === valueField.metadata) metadata = readerInside(reader);
  }
  const { plugin, content } = pluginOf(metadata);
  const isScalar = plugin === undefined || plugin === 'scalars';
  return { tag, plugin, content, value: simple ?? (tensor !== undefined && isScalar ? tensorScalar(tensor) : undefined) };
}

/** SummaryMetadata.plugin_data: name and content. */
function pluginOf(metadata: ProtoReader | undefined): { readonly plugin: string | undefined; readonly content: Buffer | undefined } {
  let [plugin, content]: [string | undefined, Buffer | undefined] = [undefined, undefined];
  while (metadata !== undefined && nextField(metadata)) {
    if (metadata.field !== 1 || metadata.number !== undefined) continue;
    const inside = readerInside(metadata);
    while (nextField(inside)) {
      if (inside.number !== undefined) continue;
      if (inside.field === 1) plugin = textOf(inside);
      if (inside.field === 2) content = inside.bytes.subarray(inside.from, inside.to);
    }
  }
  return { plugin, content };
}

const tensorField = { dtype: 1, content: 4, floats: 5, doubles: 6 };
const dtypes = { float: 1, double: 2 };

/** A tensor of one number. */
function tensorScalar(tensor: ProtoReader): number | undefined {
  let [dtype, found]: [number, number | undefined] = [dtypes.float, undefined];
  while (nextField(tensor)) {
    const { field, number, bytes, from } = tensor;
    if (number !== undefined) { if (field === tensorField.dtype) dtype = number; continue; }
    const length = tensor.to - from;
    if (field === tensorField.floats && length === 4) found = bytes.readFloatLE(from);
    if (field === tensorField.doubles && length === 8) found = bytes.readDoubleLE(from);
    if (field === tensorField.content && dtype === dtypes.float && length === 4) found = bytes.readFloatLE(from);
    if (field === tensorField.content && dtype === dtypes.double && length === 8) found = bytes.readDoubleLE(from);
  }
  return found;
}

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? (c >>> 1) ^ 0x82f6_3b78 : c >>> 1;
  return c >>> 0;
});

/** crc32c, rotated and shifted as TFRecord stores it. */
function maskedCrc(bytes: Buffer, from: number, end: number): number {
  let crc = 0xffff_ffff;
  for (let at = from; at < end; at += 1) crc = (crcTable[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  const plain = (crc ^ 0xffff_ffff) >>> 0;
  return (((plain >>> 15) | (plain << 17)) + 0xa282_ead8) >>> 0;
}
