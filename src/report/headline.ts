import type { Comparison, Report } from '../model/comparison.js';
import { waivedBy } from '../model/waived.js';
import { titleMaxChars } from './limits.js';
import { breakCommands, clip, printableLine } from './printable.js';
import { verdictWords } from './words.js';

/** Title of a check run: plain text of at most 255 characters. */
export function checkTitle(report: Report): string {
  return clip(printableLine(lineFor(report)), titleMaxChars);
}

/** One line for a log or a terminal. */
export function summaryLine(report: Report): string {
  return breakCommands(`${verdictWords[report.verdict].mark} ${printableLine(lineFor(report))}`);
}

/** First, so that a title that is cut still says it. */
function accepted(study: Comparison): string {
  const [waiver] = waivedBy(study);
  return waiver === undefined ? '' : `Accepted by ${waiver.by}${waiver.until === undefined ? '' : ` until ${waiver.until}`}: `;
}

function lineFor(report: Report): string {
  const [only, ...others] = report.studies;
  const cut = report.incomplete && report.verdict !== 'INCOMPLETE' ? ' (run cut short)' : '';
  const [test, ...tests] = report.selfTests ?? [];
  if (test !== undefined) return `${test.sentence}${tests.length === 0 ? '' : `, and of ${String(tests.length)} more`}${cut}`;
  if (only === undefined) return report.problem?.sentence ?? `${verdictWords[report.verdict].label}${cut}`;
  if (others.length === 0) return `${accepted(only)}${only.verdict.sentence}${cut}`;
  const worst = report.studies.filter(({ verdict }) => verdict.kind === report.verdict).map(({ study }) => study);
  return `${verdictWords[report.verdict].label} in ${String(worst.length)} of ${String(report.studies.length)} studies: ${worst.join(', ')}${cut}`;
}
