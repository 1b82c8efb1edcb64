import { z } from 'zod';
import { UserError } from '../model/errors.js';
import { parsePythonJson } from '../model/pythonNumbers.js';
import type { OptunaDistribution } from './optunaDistribution.js';

const attributes = z.union([
  z.object({ name: z.literal('FloatDistribution'), attributes: z.object({ step: z.number().nullable(), low: z.number(), high: z.number(), log: z.boolean() }) }),
  z.object({ name: z.literal('IntDistribution'), attributes: z.object({ log: z.boolean(), step: z.number(), low: z.number(), high: z.number() }) }),
  z.object({ name: z.literal('CategoricalDistribution'), attributes: z.object({ choices: z.array(z.union([z.null(), z.boolean(), z.number(), z.string()])) }) }),
]);

/** The same few texts stand in every trial. */
export function distributionParser(): (text: string) => OptunaDistribution {
  const known = new Map<string, OptunaDistribution>();
  return (text) => {
    const found = known.get(text) ?? readDistribution(text);
    known.set(text, found);
    return found;
  };
}

function readDistribution(text: string): OptunaDistribution {
  try {
    return attributes.parse(parsePythonJson(text));
  } catch {
    throw new UserError('optuna-op', `the distribution ${text.slice(0, 100)}`);
  }
}
