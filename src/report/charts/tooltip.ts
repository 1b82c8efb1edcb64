import type { ChartTrial } from '../../model/blocks.js';
import { formatNumber } from '../../model/numberFormat.js';
import { choiceName } from '../axisScale.js';
import { escapeHtml } from '../htmlEscape.js';
import { clip } from '../printable.js';

export const tooltipStyle = {
  backgroundColor: 'var(--panel)', borderColor: 'var(--line)', textStyle: { color: 'var(--text)', fontSize: 12 }, confine: true, extraCssText: 'max-width:22rem;white-space:normal;overflow-wrap:anywhere',
};

const shownParams = 14;

/** What a person sees over a trial. ECharts puts it in as HTML, so everything is escaped here. */
export function trialTooltip(trial: ChartTrial, metric: string): string {
  const mark = trial.mark === 'best' ? ' · best' : trial.mark === 'incumbent' ? " · main's best" : '';
  const params = Object.entries(trial.params).slice(0, shownParams)
    .map(([name, value]) => `<br>${escapeHtml(clip(name, 40))}: ${escapeHtml(clip(typeof value === 'number' ? formatNumber(value) : choiceName(value), 40))}`);
  return `<b>trial ${String(trial.number)}</b>${mark}<br>${escapeHtml(clip(metric, 40))}: <b>${trial.value === undefined ? 'no value' : formatNumber(trial.value)}</b>${params.join('')}`;
}
