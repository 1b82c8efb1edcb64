// Spaces that the data has none of: many parameters, many choices, deep conditions. Their functions are made, their best loss is 0.
const lib = new URL(`${process.env.NOREGRET_LIB ?? '../lib'}/`, import.meta.url);

const parameter = (name, distribution, when) => ({ name, path: [name], distribution, ...(when === undefined ? {} : { when }) });
const floats = (count, prefix = 'x') => Array.from({ length: count }, (_, i) => parameter(`${prefix}${i}`, { name: 'uniform', low: 0, high: 1 }));
const sum = (list) => list.reduce((total, value) => total + value, 0);

/** Every second axis is ten times as steep as the one before it, none hangs together with another. */
function bowl(dimensions, rng) {
  const centre = Array.from({ length: dimensions }, () => 0.15 + 0.7 * rng.uniform());
  const steep = centre.map((_, i) => 10 ** (-2 * (i / Math.max(1, dimensions - 1))));
  return { parameters: floats(dimensions), loss: (p) => sum(centre.map((c, i) => steep[i] * (p[`x${i}`] - c) ** 2)) };
}

/** A curved valley in `dimensions` parameters (Rosenbrock's, on [-2, 2], moved). */
function valley(dimensions, rng) {
  const shift = Array.from({ length: dimensions }, () => 0.5 * (rng.uniform() - 0.5));
  return { parameters: floats(dimensions), loss: (p) => {
    const x = shift.map((s, i) => 4 * p[`x${i}`] - 2 + s);
    return sum(x.slice(1).map((next, i) => 100 * (next - x[i] ** 2) ** 2 + (1 - x[i]) ** 2)) / (100 * dimensions);
  } };
}

/** Six of `dimensions` parameters matter, by hills and pairs; the others do nothing. */
function few(dimensions, rng) {
  const used = Array.from({ length: dimensions }, (_, i) => ({ i, key: rng.uniform() })).sort((a, b) => a.key - b.key).slice(0, 6).map(({ i }) => i);
  const centre = used.map(() => 0.15 + 0.7 * rng.uniform());
  return { parameters: floats(dimensions), loss: (p) => {
    const gap = used.map((i, k) => p[`x${i}`] - centre[k]);
    return 1 - Math.exp(-sum(gap.map((g, k) => 4 * (g + 0.5 * (gap[k + 1] ?? 0)) ** 2))) + 0.05 * sum(gap.map((g) => 1 - Math.cos(6 * Math.PI * g)));
  } };
}

/** `dimensions` unordered choices of four, each with an effect of its own and one with its neighbour; the best by dynamic programming. */
function choices(dimensions, rng) {
  const names = ['a', 'b', 'c', 'd'];
  const own = Array.from({ length: dimensions }, () => names.map(() => rng.uniform()));
  const pair = Array.from({ length: dimensions - 1 }, () => names.map(() => names.map(() => rng.uniform())));
  const least = own.slice(1).reduce((best, effects, i) => effects.map((effect, b) => effect + Math.min(...best.map((value, a) => value + pair[i][a][b]))), own[0]);
  const best = Math.min(...least);
  return { parameters: own.map((_, i) => parameter(`c${i}`, { name: 'categorical', choices: names })), loss: (p) => {
    const at = own.map((_, i) => names.indexOf(p[`c${i}`]));
    return (sum(at.map((a, i) => own[i][a])) + sum(pair.map((table, i) => table[at[i]][at[i + 1]])) - best) / dimensions;
  } };
}

/** One choice of `count` models with four parameters each. */
function branches(count, rng) {
  const models = Array.from({ length: count }, (_, i) => ({ name: `m${i}`, least: i === 0 ? 0 : 0.02 + 0.2 * rng.uniform(), centre: Array.from({ length: 4 }, () => 0.15 + 0.7 * rng.uniform()) }));
  const order = models.toSorted((a, b) => a.centre[0] - b.centre[0]).map(({ name }) => name);
  return { parameters: [parameter('model', { name: 'categorical', choices: order }), ...models.flatMap(({ name }) => floats(4, `${name}_`).map((one) => ({ ...one, when: { model: [name] } })))], loss: (p) => {
    const { name, least, centre } = models.find((one) => one.name === p.model);
    return least + sum(centre.map((c, i) => (p[`${name}_${i}`] - c) ** 2));
  } };
}

const kinds = { bowl, valley, few, choices, branches };

/** `made_KIND_SIZE_INSTANCE`. */
export async function madeTask(name) {
  const { createRng } = await import(new URL('math/rng.js', lib));
  const [, kind, size, instance] = name.split('_');
  const { parameters, loss } = kinds[kind](Number(size), createRng(`${kind} ${size} ${instance}`));
  return { space: { constraints: [], parameters }, best: 0, evaluate: async (params) => loss(params) };
}
