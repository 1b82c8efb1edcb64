import { contains } from '../model/distributionImage.js';
import type { ParamValue } from '../model/params.js';
import type { Draft, DraftParameter } from './dialect.js';
import { unsaid, type Keys } from './form.js';
import { settleCommand } from './settleCommand.js';

/** Takes back what the parts of a draft rule out between them: names twice, children of what is left out, grids that are none. */
export function settle(draft: Draft): Draft {
  const parameters = withoutOrphans(withoutTwins(draft.parameters)).map(withSoundDefault);
  return withSoundCommand(withSoundMethod({ ...draft, parameters }));
}

function withSoundMethod(draft: Draft): Draft {
  const continuous = draft.parameters.filter(({ form }) => form.said && !hasGrid(form.keys)).map(nameOf);
  if (draft.method !== 'grid' || continuous.length === 0) return draft;
  const { method: _, ...rest } = draft;
  return { ...rest, notes: [...draft.notes, `method grid: left out, since ${continuous.join(', ')} ${continuous.length === 1 ? 'has' : 'have'} no steps`] };
}

function withSoundCommand({ command, ...draft }: Draft): Draft {
  if (command === undefined) return draft;
  const { command: left, notes } = settleCommand(command, draft.parameters.filter(({ form }) => form.said).map(nameOf));
  return { ...draft, ...(left === undefined ? {} : { command: left }), notes: [...draft.notes, ...notes] };
}

export function nameOf({ path }: Pick<DraftParameter, 'path'>): string {
  return path.join('.');
}

function withoutTwins(parameters: readonly DraftParameter[]): readonly DraftParameter[] {
  const seen = new Set<string>();
  return parameters.map((parameter) => {
    const isTwin = seen.has(nameOf(parameter));
    seen.add(nameOf(parameter));
    return isTwin ? { ...parameter, form: unsaid('its name stands twice') } : parameter;
  });
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
  const { default: _, ...rest } = parameter;
  return { ...rest, note: [parameter.note, `its default ${JSON.stringify(declared)} is no value of its range: left out`].filter((text) => text !== undefined).join('; ') };
}

function canBe({ value, values, distribution, min: low = -Infinity, max: high = Infinity, q = 1, float = false, mu = 0, sigma = 1 }: Keys, wanted: ParamValue): boolean {
  if (value !== undefined) return contains({ name: 'constant', value }, wanted);
  if (values !== undefined) return contains({ name: 'categorical', choices: values }, wanted);
  switch (distribution) {
    case 'int_uniform':
    case 'uniform':
    case 'log_uniform_values':
      return contains({ name: distribution, low, high }, wanted);
    case 'q_uniform':
    case 'q_log_uniform_values':
      return contains({ name: distribution, low, high, q, integer: !float }, wanted);
    case 'normal':
    case 'log_normal':
      return contains({ name: distribution, mu, sigma }, wanted);
    case 'q_normal':
    case 'q_log_normal':
      return contains({ name: distribution, mu, sigma, q, integer: !float }, wanted);
    default:
      return false;
  }
}

function hasGrid({ value, values, probabilities, distribution }: Keys): boolean {
  return value !== undefined || (values !== undefined && probabilities === undefined) || distribution === 'int_uniform' || distribution === 'q_uniform';
}
