import type { Publisher } from '../model/ports.js';
import type { Actions } from '../platform/actions.js';
import { summaryMaxBytes } from '../report/limits.js';
import type { Renderings } from './renderings.js';

/** The page of the workflow run: needs no permission, so it is where the report always is. */
export function jobSummaryPublisher(actions: Pick<Actions, 'summary'>, renderings: Pick<Renderings, 'markdown'>): Publisher {
  return {
    name: 'job summary',
    publish: async (report) => {
      await actions.summary(renderings.markdown(report, { maxBytes: summaryMaxBytes - 1 }));
      return {};
    },
  };
}
