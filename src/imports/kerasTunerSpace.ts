import { orderByDependency } from '../model/activity.js';
import type { ParamValue } from '../model/params.js';
import type { Condition, Distribution, Parameter, SearchSpace } from '../model/searchSpace.js';
import { fromOptuna } from '../stores/optunaDistribution.js';
import { fieldsAt, listAt, numberAt, paramAt, textAt, textOr, unreadable, type Fields, type Place } from './fields.js';

interface Read { readonly distribution: Distribution; readonly lost?: string }

/** `hyperparameters.space` of an oracle or a trial. UserErrors name the parameter. */
export function kerasTunerSpace(value: unknown, place: Place): { readonly space: SearchSpace; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const seen = new Map<string, Parameter>();
  for (const entry of listAt(value, place)) {
    const { class_name: kind, config } = fieldsAt(entry, place);
    const fields = fieldsAt(config, place);
    const name = textAt(fields['name'], { ...place, field: `${place.field ?? ''}: name` });
    if (name.startsWith('tuner/')) continue;
    const at = { ...place, field: `${place.field ?? ''}: ${name}` };
    const { distribution, lost } = distributionOf(String(kind), fields, at);
    if (lost !== undefined) notes.push(`${name}: ${lost} cannot be said here`);
    const when = conditionOf(fields['conditions'], at);
    // The same name under another condition is one parameter that is there more often.
    const before = seen.get(name);
    seen.set(name, { name, path: [name], distribution, ...(when === undefined || (before !== undefined && before.when === undefined) ? {} : { when }) });
  }
  return { space: { parameters: orderByDependency([...seen.values()]).ordered, constraints: [] }, notes };
}

function distributionOf(kind: string, fields: Fields, place: Place): Read {
  const at = (field: string): Place => ({ ...place, field: `${place.field ?? ''}.${field}` });
  switch (kind) {
    case 'Boolean': return { distribution: { name: 'categorical', choices: [true, false] } };
    case 'Fixed': return { distribution: { name: 'constant', value: paramAt(fields['value'], at('value')) } };
    case 'Choice': return { distribution: choiceOf(listAt(fields['values'], at('values')).map((value) => paramAt(value, at('values')))) };
    case 'Int': case 'Float': {
      const [low, high] = [numberAt(fields['min_value'], at('min_value')), numberAt(fields['max_value'], at('max_value'))];
      const step = typeof fields['step'] === 'number' ? fields['step'] : undefined;
      return numeric({ kind, low, high, step, sampling: textOr(fields['sampling']) ?? 'linear' });
    }
    default: throw unreadable(place, `is a ${JSON.stringify(kind)}, which is none of Keras Tuner 1.4`);
  }
}

function choiceOf(choices: readonly ParamValue[]): Distribution {
  const [only, second] = choices;
  return second === undefined && only !== undefined ? { name: 'constant', value: only } : { name: 'categorical', choices };
}

/** On a log scale the step is a factor: the values are a list. */
function numeric({ kind, low, high, step, sampling }: { readonly kind: 'Int' | 'Float'; readonly low: number; readonly high: number; readonly step: number | undefined; readonly sampling: string }): Read {
  const log = sampling === 'log';
  if (sampling === 'reverse_log' && step === undefined && low > 0 && low < high) {
    return { distribution: kind === 'Int' ? { name: 'q_reverse_log_uniform_values', low, high, q: 1, integer: true } : { name: 'reverse_log_uniform_values', low, high } };
  }
  if (log && step !== undefined && step > 1) {
    const count = Math.floor(Math.log(high / low) / Math.log(step) + 1e-9) + 1;
    return { distribution: choiceOf(Array.from({ length: Math.min(count, 1000) }, (_, i) => (kind === 'Int' ? Math.round(low * step ** i) : low * step ** i))), lost: 'the order of its values' };
  }
  const read = kind === 'Int'
    ? fromOptuna({ name: 'IntDistribution', attributes: { log, low, high, step: log ? 1 : step ?? 1 } })
    : fromOptuna({ name: 'FloatDistribution', attributes: { log, low, high, step: step ?? null } });
  return { distribution: read.distribution, ...(read.lost === undefined ? sampling === 'reverse_log' && low < high ? { lost: 'its reversed log scale' } : {} : { lost: read.lost }) };
}

function conditionOf(value: unknown, place: Place): Condition | undefined {
  const conditions = value === undefined || value === null ? [] : listAt(value, { ...place, field: `${place.field ?? ''}.conditions` });
  const found = conditions.map((one): [string, readonly ParamValue[]] => {
    const { name, values } = fieldsAt(fieldsAt(one, place)['config'], { ...place, field: `${place.field ?? ''}.conditions` });
    return [textAt(name, place), listAt(values, place).map((choice) => paramAt(choice, place))];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}
