import type { ChartTrial } from '../../model/blocks.js';
import { formatNumber } from '../../model/numberFormat.js';
import { choiceName } from '../axisScale.js';
import { escapeHtml } from '../htmlEscape.js';
import { clip } from '../printable.js';

export const tooltipStyle = {
  backgroundColor: 'var(--panel)', borderColor: 'var(--line)', textStyle: { color: 'var(--text)', fontSize: 12 }, confine: true, extraCssText: 'max-width:22rem;white-space:normal;overflow-wrap:anywhere',
};

const shownParams = 14;

/** Of a point: what is shown over it, put together when a person asks. */
export interface Tip { readonly tip: () => string }

/** A function, as ECharts copies objects by methods that the map of a trial's parameters may lack, or have as names of its own. */
export function tipOf(trial: ChartTrial, metric: string): Tip {
  return { tip: () => trialTooltip(trial, metric) };
}

/** Empty for what is no trial. */
export function shownTip({ data }: { readonly data: Partial<Tip> }): string {
  return data.tip?.() ?? '';
}

/** What a person sees over a trial. ECharts puts it in as HTML, so everything is escaped here. */
function trialTooltip(trial: ChartTrial, metric: string): string {
  const mark = trial.mark === 'best' ? ' · best' : trial.mark === 'incumbent' ? " · main's best" : '';
  const params = Object.entries(trial.params).slice(0, shownParams)
    .map(([name, value]) => `<br>${escapeHtml(clip(name, 40))}: ${escapeHtml(clip(typeof value === 'number' ? formatNumber(value) : choiceName(value), 40))}`);
  return `<b>trial ${String(trial.number)}</b>${mark}<br>${escapeHtml(clip(metric, 40))}: <b>${trial.value === undefined ? 'no value' : formatNumber(trial.value)}</b>${params.join('')}`;
}
