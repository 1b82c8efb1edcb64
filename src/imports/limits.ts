/** How much of another tool's files is read. In one place, so that every format answers alike; what lies beyond is refused by name. */
export const limits = {
  /** Any one file. The largest real log seen (100,000 trials with curves) has 0.4 GB. */
  fileBytes: 2 * 2 ** 30,
  /** A file that is read whole: settings, one trial's document, a page of metadata. */
  documentBytes: 64 * 2 ** 20,
  /** One line, one row, one element of a list: one trial with its curves. */
  itemBytes: 16 * 2 ** 20,
  /** A program that tunes for a year at one trial in half a minute. */
  trials: 1_000_000,
  /** Entries of one folder; a trial has at most a few. */
  entries: 4_000_000,
  /** Points of one trial's curve that are kept, evenly spread; nobody looks at more. */
  curvePoints: 1000,
} as const;
