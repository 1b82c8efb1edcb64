import { LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, ParallelComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, ParallelChart, ScatterChart, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, ParallelComponent, TooltipComponent, SVGRenderer]);

/** ECharts with only what our charts need. */
export { init };

export const engineBase = { animation: false, textStyle: { fontFamily: 'inherit' }, aria: { enabled: false } };
