// What the simulations of the verdict have in common: our own engine, normal deviates, shares with their standard errors.
const lib = new URL(`${process.env.NOREGRET_LIB ?? '../lib'}/`, import.meta.url);
const { createRng } = await import(new URL('math/rng.js', lib));

export const engine = (path) => import(new URL(path, lib));

/** Pairs of standard normal deviates (Box and Muller, 1958), one at a time: five times as fast as inversion. */
export function normals(seed) {
  const rng = createRng(seed);
  let spare;
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - rng.uniform()));
    const angle = 2 * Math.PI * rng.uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { normal, uniform: () => rng.uniform(), integer: (n) => rng.integer(n) };
}

export const standardError = (share, n) => Math.sqrt((share * (1 - share)) / n);
export const percent = (share, digits = 1) => (100 * share).toFixed(digits);
/** Mean of numbers. */
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Results stand where the pictures of docs/statistics.md look for them. */
export const resultsFolder = new URL('../.cache/verdict/', import.meta.url);
