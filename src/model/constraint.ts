import { Environment, EvaluationError, type ASTNode } from '@marcbachmann/cel-js';
import { constraintContext, constraintEnvironment, unknownReference } from './constraintNames.js';
import { decimalLiterals } from './constraintNumbers.js';
import { UserError } from './errors.js';
import type { Params } from './params.js';
import type { SearchSpace } from './searchSpace.js';

/** A CEL expression over parameter names, e.g. `units * layers <= 512`. */
interface Constraint {
  readonly source: string;
  readonly holds: (params: Params) => boolean;
}

interface ConstraintProblem {
  /** Position in `space.constraints`. */
  readonly index: number;
  /** Characters from the start of the expression. */
  readonly offset: number;
  readonly message: string;
}

interface Compiled { readonly constraints: readonly Constraint[]; readonly problems: readonly ConstraintProblem[] }

const compiledOf = new WeakMap<SearchSpace, Compiled>();

/** Parses and type-checks every constraint once per space; a faulty one is a problem, not an exception. */
export function compileConstraints(space: SearchSpace): Compiled {
  const known = compiledOf.get(space);
  if (known !== undefined) return known;
  const env = constraintEnvironment(space.parameters);
  const constraints: Constraint[] = [];
  const problems: ConstraintProblem[] = [];
  for (const [index, source] of space.constraints.entries()) {
    const problem = findProblem(env, source, space);
    if (problem === undefined) constraints.push(build(env, source));
    else problems.push({ index, ...problem });
  }
  const compiled = { constraints, problems };
  compiledOf.set(space, compiled);
  return compiled;
}

/**
 * True when no constraint is false. A constraint whose truth hangs on an inactive parameter holds: it says
 * nothing about a point where that parameter does not exist (`a < 1 && inactive > 2` is still false at a = 3).
 */
export function constraintsHold(space: SearchSpace, params: Params): boolean {
  return compileConstraints(space).constraints.every((constraint) => constraint.holds(params));
}

function findProblem(env: Environment, source: string, space: SearchSpace): { readonly offset: number; readonly message: string } | undefined {
  const parsed = attempt(() => env.parse(source));
  if (!parsed.ok) return { offset: parsed.offset, message: parsed.message };
  const unknown = unknownReference(parsed.value.ast, space.parameters);
  if (unknown !== undefined) return { offset: unknown.offset, message: `Unknown variable: ${unknown.name}` };
  const { text, originalOffset } = decimalLiterals(source, parsed.value.ast);
  const checked = env.check(text);
  if (!checked.valid) {
    return { offset: originalOffset(checked.error?.range?.start ?? 0), message: plainTypes(checked.error?.summary ?? 'not a valid expression') };
  }
  if (checked.type === 'bool' || checked.type === 'dyn') return undefined;
  return { offset: 0, message: `gives a ${plainTypes(checked.type ?? 'value')}, not true or false` };
}

function build(env: Environment, source: string): Constraint {
  const evaluate = env.parse(decimalLiterals(source, env.parse(source).ast).text);
  return {
    source,
    holds: (params) => {
      try {
        return evaluate(constraintContext(params)) !== false;
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        if (error.code === 'unknown_variable' || error.code === 'no_such_key') return true;
        throw new UserError('constraint', `constraint "${source}" cannot be computed: ${plainTypes(error.summary)}`, {
          fix: 'compare numbers with numbers and strings with strings',
          cause: error,
        });
      }
    },
  };
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly offset: number; readonly message: string };

function attempt<T extends { readonly ast: ASTNode }>(parse: () => T): Attempt<T> {
  try {
    return { ok: true, value: parse() };
  } catch (error) {
    const { range, summary } = error as { readonly range?: { readonly start: number }; readonly summary?: string };
    return { ok: false, offset: range?.start ?? 0, message: summary ?? String(error) };
  }
}

/** CEL's type names in the words of a configuration file. */
function plainTypes(message: string): string {
  return message.replaceAll(/dyn<(\w+)>/g, '$1').replaceAll(/\bdouble\b/g, 'number').replace('no such overload:', 'cannot compute');
}
