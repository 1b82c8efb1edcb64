import type { Rng } from '../math/rng.js';
import type { StudyView } from '../model/ports.js';
import { improvementScore, type Criterion } from './gpAcquisition.js';
import { widened, type Surrogate } from './gpBelief.js';
import { posteriorOf } from './gpModel.js';
import { randomPlace } from './gpOptimize.js';
import { axisSpace } from './gpSpace.js';

const PORTFOLIO: readonly Criterion[] = ['logei', 'lcb', 'pi'];
/** Steps that are looked back on, and random points that each criterion could have taken at each. */
const LOOKS = 8;
const POINTS = 60;
const FEWEST = 4;

/**
 * The criterion for the next point, drawn by softmax of what each would have gained so far (Hoffman et al., "Portfolio
 * allocation for Bayesian optimization", 2011; η = 1 as in scikit-optimize). The gains are computed in hindsight: what
 * each would have picked from the same points at the last steps, valued by what the model expects there now. So the
 * history alone decides, and no state has to survive a restart.
 */
export function hedged({ space }: StudyView, { posterior, own }: Surrogate, rng: Rng): Criterion {
  const axes = axisSpace(space);
  const gains = new Float64Array(PORTFOLIO.length);
  for (let length = Math.max(FEWEST, own.points.length - LOOKS); length < own.points.length; length++) {
    const points = own.points.slice(0, length);
    const then = posteriorOf({ measures: posterior.measures, points, values: own.values.slice(0, length) }, posterior.hyper);
    const incumbent = Math.min(...points.map((point) => then.at(point).mean));
    const candidates = [...own.points.slice(length), ...Array.from({ length: POINTS }, () => {
      const seen = new Float64Array(axes.axes.length);
      axes.show(randomPlace(axes, rng), seen);
      return widened(seen, posterior);
    })];
    for (const [k, criterion] of PORTFOLIO.entries()) {
      const score = improvementScore(then, criterion, incumbent);
      const values = candidates.map((seen) => score.at(seen));
      const pick = candidates[values.indexOf(Math.max(...values))];
      if (pick !== undefined) gains[k] = (gains[k] ?? 0) - posterior.at(pick).mean;
    }
  }
  return drawn(gains, rng);
}

function drawn(gains: Float64Array, rng: Rng): Criterion {
  const most = Math.max(...gains);
  const shares = gains.map((gain) => Math.exp(gain - most));
  let u = rng.uniform() * shares.reduce((sum, share) => sum + share, 0);
  for (const [k, share] of shares.entries()) {
    u -= share;
    const criterion = PORTFOLIO[k];
    if (u < 0 && criterion !== undefined) return criterion;
  }
  return 'logei';
}
