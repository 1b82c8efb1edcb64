import type { Block, Text } from '../../model/blocks.js';
import type { Comparison } from '../../model/comparison.js';
import { formatSigned } from '../../model/numberFormat.js';
import { waivedBy } from '../../model/waived.js';
import type { Waiver } from '../../model/waiver.js';
import type { SectionBuilder } from '../index.js';
import { clip } from '../printable.js';
import { code, plain, strong } from '../spans.js';
import { plural, shortSha } from '../words.js';

const shownReason = 320;
const shownWaivers = 12;

/** Who accepts this decline, whose word does not count and why, and how far main has come since the last acceptance. */
export const acceptance: SectionBuilder = {
  title: 'Accepted declines',
  priority: 93,
  build(comparison) {
    const waivers = (comparison.waivers ?? []).toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).slice(0, shownWaivers);
    const covering = waivedBy(comparison);
    const items = waivers.map((waiver): Text => waiverText(waiver, comparison.verdict.kind !== 'REGRESSION' || covering.includes(waiver)));
    const since = sinceText(comparison);
    return [
      ...(covering.length === 0 ? [] : [{ kind: 'paragraph', text: [strong('Accepted: the numbers stay what they are, the check is neutral and the job does not fail.')] } satisfies Block]),
      ...(items.length === 0 ? [] : [{ kind: 'list', items } satisfies Block]),
      ...(since === undefined ? [] : [{ kind: 'paragraph', text: since } satisfies Block]),
    ];
  },
};

const where: Readonly<Record<Waiver['via'], string>> = {
  comment: 'in a comment', label: 'with the label', trailer: 'in a commit message', 'command-line': 'on the command line', merge: 'by merging',
};

/** What counts is said first. */
const order: readonly Waiver['state'][] = ['in-force', 'expired', 'refused'];

function waiverText({ state, by, via, metrics, reason, until, why }: Waiver, covers: boolean): Text {
  const what: Text = metrics.length === 0 ? [plain('all gated metrics')] : metrics.flatMap((name, i): Text => [plain(i === 0 ? '' : ', '), code(clip(name, 80))]);
  const said = clip(reason, shownReason);
  switch (state) {
    case 'refused': return [strong('Does not count'), plain(`, by ${by} ${where[via]} (${said}): ${clip(why ?? '', shownReason).replace(/\.$/u, '')}.`)];
    case 'expired': return [strong(`Expired on ${until ?? ''}`), plain(`, accepted by ${by} ${where[via]}, `), ...what, plain(`: ${said}`)];
    case 'in-force': return [strong(`Accepted by ${by}${until === undefined ? '' : ` until ${until}`}`), plain(` ${where[via]}${covers ? '' : ', which does not cover this'}, `), ...what, plain(`: ${said}`)];
  }
}

/** A neutral line: the comparison above is with the parent, whatever was accepted (decisions.md 11). */
function sinceText({ accepted, metric }: Comparison): Text | undefined {
  if (accepted === undefined) return undefined;
  const { sha, by, at, reason, until, expired, effect, pairs } = accepted;
  const moved = effect === undefined || pairs === undefined ? '' : `: ${metric.name} ${formatSigned(effect)} since then, on ${plural(pairs, 'seed')} measured at both`;
  const period = until === undefined ? '' : expired ? `, expired on ${until}` : `, until ${until}`;
  return [plain('Last accepted decline on main: '), code(shortSha(sha)), plain(`, by ${by} on ${at.slice(0, 10)}${period} (${clip(reason, shownReason)})${moved}.`)];
}
