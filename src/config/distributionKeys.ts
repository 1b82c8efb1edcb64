/** Keys that a distribution needs, and those it may have, besides `default` and `when`. */
export interface DistributionKeys { readonly needs: readonly string[]; readonly may: readonly string[]; readonly example: string }

const range = (example: string): DistributionKeys => ({ needs: ['min', 'max'], may: [], example });
const steps = (example: string): DistributionKeys => ({ needs: ['min', 'max'], may: ['q'], example });
const free = (may: readonly string[], example: string): DistributionKeys => ({ needs: [], may, example });

export const distributionKeys = {
  constant: { needs: ['value'], may: [], example: '{ value: 32 }' },
  categorical: { needs: ['values'], may: ['probabilities'], example: '{ values: [sgd, adam] }' },
  categorical_w_probabilities: { needs: ['values', 'probabilities'], may: [], example: '{ values: [sgd, adam], probabilities: [0.3, 0.7] }' },
  int_uniform: range('{ min: 1, max: 5 }'),
  uniform: range('{ distribution: uniform, min: 0.0, max: 0.5 }'),
  q_uniform: steps('{ distribution: q_uniform, min: 0, max: 100, q: 10 }'),
  log_uniform: range('{ distribution: log_uniform, min: -9.2, max: -2.3 }'),
  log_uniform_values: range('{ distribution: log_uniform_values, min: 0.0001, max: 0.1 }'),
  inv_log_uniform: range('{ distribution: inv_log_uniform, min: 2.3, max: 9.2 }'),
  inv_log_uniform_values: range('{ distribution: inv_log_uniform_values, min: 0.0001, max: 0.1 }'),
  q_log_uniform: steps('{ distribution: q_log_uniform, min: 3.5, max: 5.5, q: 1 }'),
  q_log_uniform_values: steps('{ distribution: q_log_uniform_values, min: 32, max: 256, q: 8 }'),
  reverse_log_uniform_values: range('{ distribution: reverse_log_uniform_values, min: 0.001, max: 0.999 }'),
  q_reverse_log_uniform_values: steps('{ distribution: q_reverse_log_uniform_values, min: 1, max: 100, q: 1 }'),
  normal: free(['mu', 'sigma'], '{ distribution: normal, mu: 0, sigma: 1 }'),
  q_normal: free(['mu', 'sigma', 'q'], '{ distribution: q_normal, mu: 100, sigma: 20, q: 5 }'),
  log_normal: free(['mu', 'sigma'], '{ distribution: log_normal, mu: -4, sigma: 1 }'),
  q_log_normal: free(['mu', 'sigma', 'q'], '{ distribution: q_log_normal, mu: 4, sigma: 1, q: 1 }'),
  beta: free(['a', 'b'], '{ distribution: beta, a: 2, b: 5 }'),
  q_beta: free(['a', 'b', 'q'], '{ distribution: q_beta, a: 2, b: 5, q: 0.1 }'),
} as const satisfies Record<string, DistributionKeys>;

export type DistributionName = keyof typeof distributionKeys;

export const distributionNames = Object.keys(distributionKeys) as [DistributionName, ...DistributionName[]];
