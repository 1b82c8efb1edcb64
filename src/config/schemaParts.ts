import { z } from 'zod';
import { layerShapes } from '../model/layerShape.js';
import { roles } from '../model/searchSpace.js';
import { alphaLimits, whyNotLooks } from '../model/gateDesign.js';
import { distributionNames } from './distributionKeys.js';
import { durationMs, durationPattern } from './duration.js';

/** `example` is correct configuration text; shown with every error at that key. */
interface KeyMeta { readonly description: string; readonly example: string }
declare module 'zod' {
  interface GlobalMeta { example?: string }
}

export const described = <T extends z.ZodType>(schema: T, description: string, example: string): T => {
  const meta: KeyMeta = { description, example };
  return schema.meta({ ...meta });
};

export const text = z.string().min(1);
export const count = z.int().min(1);
export const words = z.array(text).min(1);
export const duration = z.string({ error: 'must be a length of time with its unit' }).regex(durationPattern, { error: 'must be a length of time with its unit' })
  .refine((value) => durationMs(value) !== undefined, { error: 'must be longer than nothing' });

export const margin = z.union([z.number().positive(), z.literal('auto'), z.string().regex(/^\d+(\.\d+)?%$/, { error: 'must be a number in the metric\'s own unit, a percentage of main such as 0.5%, or auto' })], { error: 'must be a positive number, a percentage or auto' });
export const alpha = z.number().min(alphaLimits.low).max(alphaLimits.high);
export const looks = z.array(z.number()).superRefine((value, context) => {
  const why = whyNotLooks(value);
  if (why !== undefined) context.addIssue({ code: 'custom', message: why });
});
export const goal = z.enum(['minimize', 'maximize']);

/** How much patience there is with a run; numbers in earlyStopping.ts. */
export const patiencePresets = ['lazy', 'moderate', 'strict', 'kopt'] as const;

const anyValue = z.json();
const shapeName = z.enum(layerShapes);

/** Shapes only; which keys go together is checked where the space is built. */
export const parameter: z.ZodType = z.strictObject({
  distribution: described(z.enum(distributionNames).optional(), 'Distribution, by its W&B name; inferred when absent.', 'distribution: log_uniform_values'),
  values: described(z.array(anyValue).optional(), 'Choices.', 'values: [16, 32, 64]'),
  probabilities: described(z.array(z.number().min(0)).optional(), 'One probability per choice; they sum to 1.', 'probabilities: [0.3, 0.7]'),
  value: described(anyValue.optional(), 'A constant.', 'value: 32'),
  min: described(z.number().optional(), 'Smallest value.', 'min: 0.001'),
  max: described(z.number().optional(), 'Largest value.', 'max: 0.1'),
  q: described(z.number().optional(), 'Step of a `q_` distribution.', 'q: 8'),
  mu: described(z.number().optional(), 'Mean.', 'mu: 0'),
  sigma: described(z.number().optional(), 'Standard deviation.', 'sigma: 1'),
  a: described(z.number().optional(), 'First shape of `beta`.', 'a: 2'),
  b: described(z.number().optional(), 'Second shape of `beta`.', 'b: 5'),
  default: described(anyValue.optional(), 'Declared default: the first trial of a search.', 'default: 0.01'),
  when: described(z.record(z.string(), anyValue).optional(), 'Exists only where these parameters have these values (one value or a list).', 'when: { optimizer: sgd }'),
  role: described(z.enum(roles).optional(), 'What it is, where its name does not say: a pull request that changes the others and keeps the learning rate is told so.', 'role: batch_size'),
  shape: described(z.union([shapeName, z.array(shapeName).min(1), z.strictObject({ values: z.array(shapeName).min(1), probabilities: z.array(z.number().min(0)).optional(), default: shapeName.optional() })]).optional(), 'Makes it a list of layer widths: how they go from layer to layer.', 'shape: [constant, funnel]'),
  get layers() { return described(part(), 'Of a `shape`: number of layers.', 'layers: { min: 1, max: 4 }'); },
  get width() { return described(part(), 'Of a `shape`: width that the layers start from; with `free` that of each.', 'width: { values: [32, 64, 128] }'); },
  get last() { return described(part(), 'Of a `funnel`, `triangle` or `slope`: width that the layers come to.', 'last: 10'); },
  get slope() { return described(part(), 'Of a `slope`: share by which each layer is narrower than the one before.', 'slope: { min: 0.1, max: 0.5 }'); },
  get parameters() {
    return described(z.record(z.string(), parameter).optional(), 'Nested parameters; reach the program as one map.', 'parameters: { lr: { min: 0.001, max: 0.1 } }');
  },
});

function part(): z.ZodOptional<z.ZodUnion<readonly [z.ZodNumber, typeof parameter]>> {
  return z.union([z.number(), parameter]).optional();
}
