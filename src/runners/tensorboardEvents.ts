import { protoFields } from '../platform/protobuf.js';

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

/** TFRecord: length (8 bytes), its masked crc32c (4), data, crc (4). Data is an `Event` of event.proto. */
export function createTensorboardReader(): TensorboardReader {
  let rest: Buffer = Buffer.alloc(0);
  let isDamaged = false;
  return {
    get restBytes() { return rest.length; },
    get isDamaged() { return isDamaged; },
    push: (chunk) => {
      const [scalars, plugins]: [TensorboardScalar[], TensorboardPlugin[]] = [[], []];
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      while (!isDamaged && at + lengthBytes <= data.length) {
        const length = Number(data.readBigUInt64LE(at));
        isDamaged = length > maxRecordBytes || maskedCrc(data.subarray(at, at + 8)) !== data.readUInt32LE(at + 8);
        if (isDamaged || at + lengthBytes + length + 4 > data.length) break;
        readEvent(data.subarray(at + lengthBytes, at + lengthBytes + length), scalars, plugins);
        at += lengthBytes + length + 4;
      }
      rest = isDamaged ? Buffer.alloc(0) : Buffer.from(data.subarray(at));
      return { scalars, plugins };
    },
  };
}

/** By the first record: its checksum, and the version that it names. */
export function looksLikeTensorboard(head: Buffer): boolean {
  return head.length >= lengthBytes && maskedCrc(head.subarray(0, 8)) === head.readUInt32LE(8) && head.includes('brain.Event:');
}

const eventField = { wallTime: 1, step: 2, summary: 5 };
const valueField = { tag: 1, simple: 2, tensor: 8, metadata: 9 };

function readEvent(event: Buffer, scalars: TensorboardScalar[], plugins: TensorboardPlugin[]): void {
  let [wallTime, step] = [0, 0];
  const summaries: Buffer[] = [];
  for (const [field, value] of protoFields(event)) {
    if (field === eventField.wallTime && Buffer.isBuffer(value) && value.length === 8) wallTime = value.readDoubleLE(0);
    if (field === eventField.step && typeof value === 'number') step = value;
    if (field === eventField.summary && Buffer.isBuffer(value)) summaries.push(value);
  }
  for (const summary of summaries) {
    for (const [field, value] of protoFields(summary)) {
      if (field !== 1 || !Buffer.isBuffer(value)) continue;
      const found = summaryValue(value);
      if (found.value !== undefined) scalars.push({ tag: found.tag, step, value: found.value, wallTime });
      if (found.plugin !== undefined && found.content !== undefined) plugins.push({ tag: found.tag, plugin: found.plugin, content: found.content, wallTime });
    }
  }
}

interface SummaryValue { readonly tag: string; readonly value: number | undefined; readonly plugin: string | undefined; readonly content: Buffer | undefined }

function summaryValue(bytes: Buffer): SummaryValue {
  let tag = '';
  let [simple, tensor, metadata]: (Buffer | undefined)[] = [];
  for (const [field, value] of protoFields(bytes)) {
    if (!Buffer.isBuffer(value)) continue;
    if (field === valueField.tag) tag = value.toString('utf8');
    if (field === valueField.simple) simple = value;
    if (field === valueField.tensor) tensor = value;
    if (field === valueField.metadata) metadata = value;
  }
  const { plugin, content } = pluginOf(metadata);
  const isScalar = plugin === undefined || plugin === 'scalars';
  return { tag, plugin, content, value: simple?.length === 4 ? simple.readFloatLE(0) : tensor !== undefined && isScalar ? tensorScalar(tensor) : undefined };
}

/** SummaryMetadata.plugin_data: name and content. */
function pluginOf(metadata: Buffer | undefined): { readonly plugin: string | undefined; readonly content: Buffer | undefined } {
  let [plugin, content]: [string | undefined, Buffer | undefined] = [undefined, undefined];
  for (const [field, value] of protoFields(metadata ?? Buffer.alloc(0))) {
    if (field !== 1 || !Buffer.isBuffer(value)) continue;
    for (const [inner, part] of protoFields(value)) {
      if (!Buffer.isBuffer(part)) continue;
      if (inner === 1) plugin = part.toString('utf8');
      if (inner === 2) content = part;
    }
  }
  return { plugin, content };
}

const tensorField = { dtype: 1, content: 4, floats: 5, doubles: 6 };
const dtypes = { float: 1, double: 2 };

/** A tensor of one number. */
function tensorScalar(tensor: Buffer): number | undefined {
  let [dtype, found]: [number, number | undefined] = [dtypes.float, undefined];
  for (const [field, value] of protoFields(tensor)) {
    if (field === tensorField.dtype && typeof value === 'number') dtype = value;
    if (!Buffer.isBuffer(value)) continue;
    if (field === tensorField.floats && value.length === 4) found = value.readFloatLE(0);
    if (field === tensorField.doubles && value.length === 8) found = value.readDoubleLE(0);
    if (field === tensorField.content && dtype === dtypes.float && value.length === 4) found = value.readFloatLE(0);
    if (field === tensorField.content && dtype === dtypes.double && value.length === 8) found = value.readDoubleLE(0);
  }
  return found;
}

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? (c >>> 1) ^ 0x82f6_3b78 : c >>> 1;
  return c >>> 0;
});

/** crc32c, rotated and shifted as TFRecord stores it. */
function maskedCrc(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  const plain = (crc ^ 0xffff_ffff) >>> 0;
  return (((plain >>> 15) | (plain << 17)) + 0xa282_ead8) >>> 0;
}
