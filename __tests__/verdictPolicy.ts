import type { VerdictPolicy } from '../src/model/config.js';

/** For configurations that tests write out; a new key of `verdict` has its one place here. */
export const verdictPolicy: VerdictPolicy = { alpha: 0.05, looks: [3, 5, 7, 10], search: 'always', rescore: 3, drift: 'on-alarm', variance: 'own' };
