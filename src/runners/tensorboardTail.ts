import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readHostile } from '../platform/safeRead.js';
import type { FileTail } from './fileTail.js';
import type { MetricReport } from './metricText.js';
import { createTensorboardReader, type TensorboardReader, type TensorboardScalar } from './tensorboardEvents.js';

const maxFileBytes = 64 * 2 ** 20;
const maxPollBytes = 2 ** 20;
/** Folders below the log folder, and event files in all: a trial writes a few. */
const [maxDepth, maxFiles] = [4, 200];

interface Followed { readonly reader: TensorboardReader; offset: number }

/** Follows the event files of a folder. Files that lay there before the trial began are another run's and not looked at. */
export function createTensorboardTail({ folder, within, onReport }: { readonly folder: string; readonly within: string; readonly onReport: (report: MetricReport) => void }): FileTail {
  const before = new Set(eventFiles(folder));
  const followed = new Map<string, Followed>();
  let problem: string | undefined;
  const readFile = (path: string, file: Followed): boolean => {
    const result = readHostile({ path, within, offset: file.offset, maxBytes: maxPollBytes });
    if ('refused' in result) {
      if (result.refused !== 'absent') problem ??= `${path} was not read: ${result.refused}`;
      return false;
    }
    file.offset += result.bytes.length;
    for (const report of reportsOf(file.reader.push(result.bytes).scalars)) onReport(report);
    if (file.reader.isDamaged) problem ??= `${path} is damaged; nothing after that was read`;
    if (file.offset > maxFileBytes) problem ??= `${path} is larger than 64 MiB; nothing after that was read`;
    return result.bytes.length > 0 && !file.reader.isDamaged && file.offset <= maxFileBytes;
  };
  const read = (toTheEnd: boolean): void => {
    for (const path of eventFiles(folder)) {
      if (before.has(path)) continue;
      const file = followed.get(path) ?? { reader: createTensorboardReader(), offset: 0 };
      followed.set(path, file);
      while (readFile(path, file) && toTheEnd);
    }
  };
  return {
    poll: () => { if (problem === undefined) read(false); },
    finish: () => { if (problem === undefined) read(true); },
    problem: () => problem,
  };
}

/** Scalars of one step, one after the other, are one report. */
function reportsOf(scalars: readonly TensorboardScalar[]): MetricReport[] {
  const reports: { readonly step: number; readonly metrics: Map<string, number>; readonly others: readonly string[] }[] = [];
  for (const { tag, step, value } of scalars) {
    const last = reports.at(-1);
    if (last?.step === step && !last.metrics.has(tag)) last.metrics.set(tag, value);
    else reports.push({ step, metrics: new Map([[tag, value]]), others: [] });
  }
  return reports;
}

function eventFiles(folder: string, depth = 0): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return depth < maxDepth ? eventFiles(path, depth + 1) : [];
      return entry.isFile() && entry.name.includes('tfevents') ? [path] : [];
    }).sort().slice(0, maxFiles);
  } catch {
    return [];
  }
}
