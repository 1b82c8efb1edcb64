/** A field of a protobuf message: its number with an unsigned integer, or with the bytes of whatever else it holds. */
export type ProtoField = readonly [field: number, value: number | Buffer];

/** Fields in the order in which they stand; a fixed number is its bytes. Stops at anything malformed. */
export function* protoFields(message: Buffer): Generator<ProtoField, void> {
  const cursor = { at: 0 };
  while (cursor.at < message.length) {
    const key = varint(message, cursor);
    const [field, wire] = [Math.floor(key / 8), key & 7];
    if (wire === 0) { yield [field, varint(message, cursor)]; continue; }
    const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? varint(message, cursor) : undefined;
    if (length === undefined || cursor.at + length > message.length) return;
    yield [field, message.subarray(cursor.at, cursor.at + length)];
    cursor.at += length;
  }
}

function varint(message: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let scale = 1; cursor.at < message.length; scale *= 128) {
    const byte = message.readUInt8(cursor.at);
    cursor.at += 1;
    value += (byte & 127) * scale;
    if (byte < 128) break;
  }
  return value;
}
