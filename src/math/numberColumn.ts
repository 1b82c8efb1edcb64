export type NumberArray = Int32Array | Float64Array;

/** Numbers that come one by one, however many. */
export interface NumberColumn {
  /** How many there are. */
  readonly length: number;
  push(value: number): void;
  at(index: number): number | undefined;
  /** Those so far, without a copy. */
  values(): NumberArray;
}

const firstRoom = 64;
/** Room that was never written to costs no memory, copies do: few large steps. */
const growth = 16;

/**
 * Four bytes a number while all are small whole ones, eight from the first other; outside the heap, where V8 neither boxes
 * them nor keeps what an array has outgrown until it collects.
 */
export function numberColumn(): NumberColumn {
  let room: NumberArray = new Int32Array(firstRoom);
  let length = 0;
  const moveInto = (larger: NumberArray): void => {
    larger.set(room);
    room = larger;
  };
  return {
    push: (value) => {
      const isWide = room instanceof Float64Array || !Object.is(value | 0, value);
      if (length === room.length) moveInto(isWide ? new Float64Array(length * growth) : new Int32Array(length * growth));
      else if (isWide && room instanceof Int32Array) moveInto(new Float64Array(room.length));
      room[length++] = value;
    },
    get length() { return length; },
    at: (index) => (index < length ? room[index] : undefined),
    values: () => room.subarray(0, length),
  };
}
