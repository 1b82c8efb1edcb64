import normalCdf from '@stdlib/stats-base-dists-normal-cdf';

const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
/** Below this, φ(z) + zΦ(z) loses digits to cancellation. */
const TAIL = -3;

/**
 * ln E[max(0, z + N(0, 1))] = ln(φ(z) + zΦ(z)), to about 13 digits however small: expected improvement in units of the
 * standard deviation (Ament et al., "Unexpected improvements to expected improvement", 2023), by the continued
 * fraction of Mills' ratio in the tail, where their formula needs a scaled error function.
 */
export function logImprovement(z: number): number {
  if (z > TAIL) return Math.log(density(z) + z * normalCdf(z, 0, 1));
  const c = fraction(-z);
  return -0.5 * z * z - LOG_SQRT_2PI + Math.log(c / (c - z));
}

/** Derivative of `logImprovement`: Φ(z) / (φ(z) + zΦ(z)). */
export function logImprovementSlope(z: number): number {
  if (z <= TAIL) return 1 / fraction(-z);
  const below = normalCdf(z, 0, 1);
  return below / (density(z) + z * below);
}

/** ln Φ(z), to about 13 digits however small. */
export function logBelow(z: number): number {
  return z > TAIL ? Math.log(normalCdf(z, 0, 1)) : -0.5 * z * z - LOG_SQRT_2PI - Math.log(fraction(-z) - z);
}

/** φ(z) / Φ(z): the derivative of `logBelow`. */
export function logBelowSlope(z: number): number {
  return z > TAIL ? density(z) / normalCdf(z, 0, 1) : fraction(-z) - z;
}

function density(z: number): number {
  return Math.exp(-0.5 * z * z - LOG_SQRT_2PI);
}

/** C(t) of Laplace's continued fraction (1 - Φ(t)) / φ(t) = 1 / (t + C(t)), for t of at least 3. */
function fraction(t: number): number {
  let c = 0;
  for (let k = Math.ceil(400 / (t * t)) + 8; k >= 1; k--) c = k / (t + c);
  return c;
}
