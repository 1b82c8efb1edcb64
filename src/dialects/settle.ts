import { contains } from '../model/distributionImage.js';
import { UserError } from '../model/errors.js';
import { reservedName, type ParamValue } from '../model/params.js';
import type { Draft, DraftParameter } from './dialect.js';
import { invalid } from './fields.js';
import { unsaid, type Keys } from './form.js';
import { gridBudget } from './gridBudget.js';
import { settleCommand } from './settleCommand.js';

/** Takes back what the parts of a draft rule out between them: children of what is left out, grids that are none. UserError for parameters that are wrong. */
export function settle(draft: Draft): Draft {
  refuseFaults(draft.parameters);
  const parameters = withoutOrphans(draft.parameters).map(withSoundDefault);
  return withSoundCommand(withGridBudget(withSoundMethod({ ...draft, parameters })));
}

function withSoundMethod(draft: Draft): Draft {
  const continuous = draft.parameters.filter(({ form }) => form.said && !hasGrid(form.keys)).map(nameOf);
  if (draft.method !== 'grid' || continuous.length === 0) return draft;
  return { ...without(draft, 'method'), notes: [...draft.notes, `method grid: left out, since ${continuous.join(', ')} ${continuous.length === 1 ? 'has' : 'have'} no steps`] };
}

function withGridBudget(draft: Draft): Draft {
  if (draft.method !== 'grid' || draft.trials !== undefined) return draft;
  const { trials, notes } = gridBudget(draft.parameters.reduce((product, { form }) => product * (form.said ? gridPoints(form.keys) : 1), 1));
  return { ...draft, ...(trials === undefined ? {} : { trials }), notes: [...draft.notes, ...notes] };
}

function withSoundCommand({ command, ...draft }: Draft): Draft {
  if (command === undefined) return draft;
  const { command: left, notes } = settleCommand(command, draft.parameters.filter(({ form }) => form.said).map(nameOf));
  return { ...draft, ...(left === undefined ? {} : { command: left }), notes: [...draft.notes, ...notes] };
}

export function nameOf({ path }: Pick<DraftParameter, 'path'>): string {
  return path.join('.');
}

function refuseFaults(parameters: readonly DraftParameter[]): void {
  const seen = new Set<string>();
  const faults = parameters.flatMap((parameter) => {
    const { path, form, at } = parameter;
    const name = nameOf(parameter);
    if (seen.has(name)) return [invalid(at, `is ${name} once more`)];
    seen.add(name);
    if (path.some((key) => key === '')) return [invalid(at, 'has no name')];
    if (path.includes(reservedName)) return [invalid(at, `is called "${reservedName}", which cannot be a name`)];
    return !form.said && form.fault === true ? [invalid(at, `is no search space: ${form.why}`)] : [];
  });
  const [fault, ...others] = faults;
  if (fault === undefined) return;
  throw others.length === 0 ? fault : new UserError(fault.code, `${fault.message} (${others.length} more: ${others.map(({ message }) => message).join(' ')})`, { fix: fault.fix ?? '' });
}

function without<T extends object, K extends keyof T>(members: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => name !== key)) as Omit<T, K>;
}

/** Repeated until nothing changes: a child that is left out may itself have children. */
function withoutOrphans(parameters: readonly DraftParameter[]): readonly DraftParameter[] {
  const said = new Map(parameters.filter(({ form }) => form.said).map((parameter) => [nameOf(parameter), parameter]));
  const next = parameters.map((parameter) => {
    const fault = parameter.form.said ? whyOrphan(parameter, said) : undefined;
    return fault === undefined ? parameter : { ...parameter, form: unsaid(fault) };
  });
  return next.every(({ form }, i) => form.said === parameters[i]?.form.said) ? next : withoutOrphans(next);
}

function whyOrphan({ when = {} }: DraftParameter, said: ReadonlyMap<string, DraftParameter>): string | undefined {
  for (const [parent, values] of Object.entries(when)) {
    const found = said.get(parent);
    if (found === undefined) return `it depends on ${parent}, which is no parameter that is left`;
    const never = values.filter((value) => found.form.said && !canBe(found.form.keys, value));
    if (values.length === 0 || never.length > 0) return `it needs ${parent} to be ${never.map((value) => JSON.stringify(value)).join(' or ') || 'nothing'}, which it never is`;
  }
  return undefined;
}

function withSoundDefault(parameter: DraftParameter): DraftParameter {
  const { form, default: declared } = parameter;
  if (declared === undefined || !form.said || canBe(form.keys, declared)) return parameter;
  return { ...without(parameter, 'default'), note: [parameter.note, `its default ${JSON.stringify(declared)} is no value of its range: left out`].filter((text) => text !== undefined).join('; ') };
}

function canBe({ value, values, distribution, min: low = -Infinity, max: high = Infinity, q = 1, float = false, mu = 0, sigma = 1 }: Keys, wanted: ParamValue): boolean {
  if (value !== undefined) return contains({ name: 'constant', value }, wanted);
  if (values !== undefined) return contains({ name: 'categorical', choices: values }, wanted);
  switch (distribution) {
    case 'int_uniform':
    case 'uniform':
    case 'log_uniform_values':
    case 'reverse_log_uniform_values':
      return contains({ name: distribution, low, high }, wanted);
    case 'q_uniform':
    case 'q_log_uniform_values':
    case 'q_reverse_log_uniform_values':
      return contains({ name: distribution, low, high, q, integer: !float }, wanted);
    case 'normal':
    case 'log_normal':
      return contains({ name: distribution, mu, sigma }, wanted);
    case 'q_normal':
    case 'q_log_normal':
      return contains({ name: distribution, mu, sigma, q, integer: !float }, wanted);
    case undefined:
    default:
      return false;
  }
}

function hasGrid({ value, values, probabilities, distribution }: Keys): boolean {
  return value !== undefined || (values !== undefined && probabilities === undefined) || distribution === 'int_uniform' || distribution === 'q_uniform';
}

function gridPoints({ value, values, min: low = 0, max: high = 0, q = 1, distribution }: Keys): number {
  if (value !== undefined) return 1;
  if (values !== undefined) return values.length;
  return Math.max(1, distribution === 'int_uniform' ? high - low + 1 : Math.ceil((high - low) / q));
}
