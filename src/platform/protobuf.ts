/** A message that is read field by field where it lies: views of its parts would cost more than reading them. */
export interface ProtoReader {
  readonly bytes: Buffer;
  readonly end: number;
  at: number;
  /** Of the field that was read last. */
  field: number;
  /** Its unsigned integer; undefined where it holds bytes. */
  number: number | undefined;
  /** Where its bytes are; a fixed number is its bytes. */
  from: number; to: number;
}

export function protoReader(bytes: Buffer, from = 0, end = bytes.length): ProtoReader {
  return { bytes, end, at: from, field: 0, number: undefined, from, to: from };
}

/** Of the message that the field which was read last holds. */
export function readerInside({ bytes, from, to }: ProtoReader): ProtoReader {
  return protoReader(bytes, from, to);
}

/** What the field that was read last holds, as a text. */
export function textOf({ bytes, from, to }: ProtoReader): string {
  return bytes.toString('utf8', from, to);
}

/** Steps to the next field; false at the end and at anything malformed. */
export function nextField(reader: ProtoReader): boolean {
  if (reader.at >= reader.end) return false;
  const key = varint(reader);
  const wire = key & 7;
  reader.field = Math.floor(key / 8);
  reader.number = wire === 0 ? varint(reader) : undefined;
  if (wire === 0) return true;
  const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? varint(reader) : undefined;
  if (length === undefined || reader.at + length > reader.end) return false;
  reader.from = reader.at;
  reader.at += length;
  reader.to = reader.at;
  return true;
}

function varint(reader: ProtoReader): number {
  const first = reader.bytes[reader.at] ?? 0;
  // Nearly all fit into one byte.
  if (first < 128 && reader.at < reader.end) {
    reader.at += 1;
    return first;
  }
  let value = 0;
  for (let scale = 1; reader.at < reader.end; scale *= 128) {
    const byte = reader.bytes[reader.at] ?? 0;
    reader.at += 1;
    value += (byte & 127) * scale;
    if (byte < 128) break;
  }
  return value;
}
