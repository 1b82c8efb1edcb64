import type { Report } from '../model/comparison.js';
import type { VerdictKind } from '../model/verdict.js';
import { titleMaxChars } from './limits.js';
import { breakCommands, clip, printableLine } from './printable.js';
import { plural, verdictWords } from './words.js';

/** Title of a check run: plain text of at most 255 characters. */
export function checkTitle(report: Report): string {
  return clip(printableLine(lineFor(report)), titleMaxChars);
}

/** One line for a log or a terminal. */
export function summaryLine(report: Report): string {
  return breakCommands(`${verdictWords[report.verdict].mark} ${printableLine(lineFor(report))}`);
}

function lineFor(report: Report): string {
  const [only, ...others] = report.studies;
  const cut = report.incomplete && report.verdict !== 'INCOMPLETE' ? ' (run cut short)' : '';
  if (only === undefined) return report.problem?.sentence ?? `${verdictWords[report.verdict].label}${cut}`;
  if (others.length === 0) return `${only.verdict.sentence}${cut}`;
  const counts = new Map<VerdictKind, number>();
  for (const { verdict } of report.studies) counts.set(verdict.kind, (counts.get(verdict.kind) ?? 0) + 1);
  const parts = [...counts].map(([kind, count]) => `${String(count)} ${verdictWords[kind].label.toLowerCase()}`);
  return `${verdictWords[report.verdict].label} (worst of ${plural(report.studies.length, 'study', 'studies')}): ${parts.join(', ')}${cut}`;
}
