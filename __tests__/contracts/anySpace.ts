import fc from 'fast-check';
import { quantile } from '../../src/model/distribution.js';
import type { ParamValue } from '../../src/model/params.js';
import type { Distribution, Parameter, SearchSpace } from '../../src/model/searchSpace.js';

const finite = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
/** One-value ranges are as likely as wide ones. */
const range = (value: fc.Arbitrary<number>): fc.Arbitrary<{ low: number; high: number }> => fc.tuple(value, value, fc.nat(3))
  .map(([a, b, n]) => ({ low: Math.min(a, b), high: n === 0 ? Math.min(a, b) : Math.max(a, b) }));
const wholeRange = (min: number, max: number): fc.Arbitrary<{ low: number; high: number }> => range(fc.integer({ min, max }));
const step = fc.constantFrom(1, 3, 64, 0.25, 0.1, 1e-3).chain((q) => fc.record({ q: fc.constant(q), integer: Number.isInteger(q) ? fc.boolean() : fc.constant(false) }));
const positive = range(finite(-15, 15).map((exponent) => 10 ** exponent));
const exponents = range(finite(-35, 35));
const bell = fc.record({ mu: finite(-5, 5), sigma: finite(1e-3, 5) });
const shape = fc.record({ a: finite(0.05, 20), b: finite(0.05, 20) });
const choice: fc.Arbitrary<ParamValue> = fc.oneof(
  fc.constantFrom<ParamValue>(true, false, null, 'adam', '', '1', 1, 0, -0.5, [1, 2], { a: [null] }), fc.integer(), fc.string({ maxLength: 4 }),
);

const categorical: fc.Arbitrary<Distribution> = fc.uniqueArray(choice, { minLength: 1, maxLength: 6, selector: (value) => JSON.stringify(value) }).chain((choices) => fc.oneof(
  fc.constant<Distribution>({ name: 'categorical', choices }),
  fc.array(fc.nat(4), { minLength: choices.length, maxLength: choices.length }).map((weights): Distribution => {
    const all = weights.reduce((sum, w) => sum + w, 0);
    return { name: 'categorical', choices, ...(all > 0 ? { probabilities: weights.map((w) => w / all) } : {}) };
  }),
));

const listed: readonly fc.Arbitrary<Distribution>[] = [
  choice.map((value) => ({ name: 'constant', value })),
  categorical,
  wholeRange(-4, 4).map((r) => ({ name: 'int_uniform', ...r })),
];

const named = (name: Distribution['name'], ...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<Distribution> => fc.tuple(...parts)
  .map((given) => Object.assign({ name }, ...given) as Distribution);

/** Every distribution of `searchSpace.ts`, at its odd ends: thirty decades, one value, thousands of values. */
const anyDistribution: fc.Arbitrary<Distribution> = fc.oneof(
  ...listed,
  wholeRange(-1e6, 1e6).map((r): Distribution => ({ name: 'int_uniform', ...r })),
  fc.integer({ min: 1000, max: 4000 }).map((n): Distribution => ({ name: 'categorical', choices: Array.from({ length: n }, (_, i) => `c${i}`) })),
  named('uniform', range(finite(-1e6, 1e6))), named('uniform', range(finite(0, 1))),
  named('log_uniform_values', positive), named('inv_log_uniform_values', positive), named('reverse_log_uniform_values', positive),
  named('log_uniform', exponents), named('inv_log_uniform', exponents),
  named('q_uniform', range(finite(-50, 50)), step), named('q_log_uniform_values', range(finite(-2, 4).map((x) => 10 ** x)), step), named('q_log_uniform', range(finite(-3, 7)), step),
  named('normal', bell), named('log_normal', bell), named('q_normal', bell, step), named('q_log_normal', bell, step),
  named('beta', shape), named('q_beta', shape, step),
);

/** Dots, slashes and the names that objects are born with. */
const names = ['x', 'units', 'a.b', 'a.c', 'constructor', 'with space', 'lr/0'];

type Links = readonly { readonly parent: number; readonly values: number }[];

/** Up to five parameters, some of them conditional on one before them. */
function spaces(distribution: fc.Arbitrary<Distribution>, constraints: (parameters: readonly Parameter[]) => fc.Arbitrary<readonly string[]>): fc.Arbitrary<SearchSpace> {
  const parts = fc.tuple(
    fc.array(distribution, { minLength: 1, maxLength: 5 }), fc.shuffledSubarray(names, { minLength: 5 }),
    fc.array(fc.record({ parent: fc.nat(11), values: fc.nat(7) }), { minLength: 5, maxLength: 5 }),
  );
  return parts.map(([distributions, order, links]) => parametersOf(distributions, order, links))
    .chain((parameters) => constraints(parameters).map((texts) => ({ parameters, constraints: texts })));
}

function parametersOf(distributions: readonly Distribution[], order: readonly string[], links: Links): readonly Parameter[] {
  return distributions.map((distribution, i): Parameter => {
    const name = order[i]!;
    const { parent, values } = links[i]!;
    const on = parent < i ? parentValues(distributions[parent]!, values) : [];
    return { name, path: name.split('.'), distribution, ...(on.length > 0 ? { when: { [order[parent]!]: on } } : {}) };
  });
}

/** Some values of a parent that others may hang on; none where it has no list. */
function parentValues(d: Distribution, pick: number): readonly ParamValue[] {
  const all = d.name === 'constant' ? [d.value] : d.name === 'categorical' ? d.choices.slice(0, 4) : d.name === 'int_uniform' ? [d.low, Math.floor((d.low + d.high) / 2)] : [];
  return all.filter((_, i) => ((pick >> (i % 3)) & 1) === 1);
}

/** Upper or lower limits that cut off a part of the range of a number, or of a sum of two. */
function looseConstraints(parameters: readonly Parameter[]): fc.Arbitrary<readonly string[]> {
  const numbers = parameters.filter(({ distribution: d }) => d.name !== 'constant' && d.name !== 'categorical');
  if (numbers.length === 0) return fc.constant([]);
  const one = fc.tuple(fc.constantFrom(...numbers), finite(0.1, 0.9), fc.boolean()).map(([{ name, distribution }, u, below]) => {
    const limit = quantile(distribution, u) as number;
    return `double(params["${name}"]) ${below ? '<=' : '>='} double("${limit}")`;
  });
  return fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(one, { minLength: 1, maxLength: 2 }));
}

/** Of the whole numbers: one value forbidden, or two never equal; often none. A constraint on an absent parameter holds. */
function smallConstraints(parameters: readonly Parameter[]): fc.Arbitrary<readonly string[]> {
  const numbers = parameters.filter(({ distribution: d }) => d.name === 'int_uniform').map(({ name }) => `params["${name}"]`);
  const [first, second] = numbers;
  if (first === undefined) return fc.constant([]);
  return fc.constantFrom<readonly string[]>([], [`${first} != 1`], [`${first} != 0`, `${first} <= 1`], second === undefined ? [] : [`${first} != ${second}`]);
}

const none = (): fc.Arbitrary<readonly string[]> => fc.constant([]);

/** Any distribution, conditions, constraints: what a file may hold. */
export const anySpace: fc.Arbitrary<SearchSpace> = spaces(anyDistribution, looseConstraints);

/** Listed values only, without probabilities: what `grid` accepts too. */
export const anyListedSpace: fc.Arbitrary<SearchSpace> = spaces(
  fc.oneof(...listed).map((d): Distribution => (d.name === 'categorical' ? { name: d.name, choices: d.choices } : d)), none,
);

/** At most some hundred points, conditions and constraints among them. */
export const anySmallSpace: fc.Arbitrary<SearchSpace> = spaces(fc.oneof(
  fc.integer({ min: 1, max: 3 }).map((n): Distribution => ({ name: 'categorical', choices: ['a', true, 3].slice(0, n) })),
  wholeRange(0, 2).map((r): Distribution => ({ name: 'int_uniform', ...r })),
  fc.constant<Distribution>({ name: 'constant', value: 'c' }),
), smallConstraints).filter(({ parameters }) => parameters.length <= 4);
