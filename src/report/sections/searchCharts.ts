import type { ChartAxis, ChartTrial, SearchChart } from '../../model/blocks.js';
import type { Comparison } from '../../model/comparison.js';
import { choiceName } from '../axisScale.js';
import type { SectionBuilder } from '../index.js';
import { plain } from '../spans.js';
import { searchedParameters } from '../words.js';

/** How the search went and where its good values lie. */
export const searchCharts: SectionBuilder = {
  title: 'Search charts',
  priority: 40,
  build(comparison) {
    const trials = chartTrials(comparison);
    if (trials.filter((trial) => trial.value !== undefined).length < 2) return [];
    const axes = chartAxes(comparison);
    const chart = (kind: SearchChart['kind']): SearchChart => ({ kind, metric: comparison.metric.name, goal: comparison.metric.goal, axes, trials });
    return [{ kind: 'details', summary: [plain('How the search went')], open: true, blocks: [
      { kind: 'chart', title: 'Convergence', chart: chart('convergence') },
      ...(axes.length === 0 ? [] : [
        { kind: 'chart' as const, title: 'Where the good trials lie', chart: chart('parallel') },
        { kind: 'chart' as const, title: 'Each hyperparameter alone', chart: chart('slices') },
      ]),
    ] }];
  },
};

function chartTrials({ search }: Comparison): readonly ChartTrial[] {
  return search?.trials.filter(({ state }) => state !== 'running').map(({ number, params, value, anchor }) => {
    const mark = anchor === 'incumbent' ? 'incumbent' : number === search.bestTrial ? 'best' : undefined;
    return { number, params, ...(value === undefined ? {} : { value }), ...(mark === undefined ? {} : { mark }) };
  }) ?? [];
}

function chartAxes(comparison: Comparison): readonly ChartAxis[] {
  return searchedParameters(comparison).map(({ name, log, low, high, choices, curve }) => ({
    name, log, ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }), ...(choices === undefined ? {} : { choices: choices.map(choiceName) }), ...(curve === undefined ? {} : { curve }),
  }));
}
