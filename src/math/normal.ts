import quantile from '@stdlib/stats-base-dists-normal-quantile';
import type { Rng } from './rng.js';

const SQRT1_2 = Math.SQRT1_2;
const SQRT_1_PI = 0.564189583547756287;
const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
/** Beyond this many deviations a double holds no mass: 1 - Φ(8.3) < 2^-53. */
const REACH = 8.3;
/** Narrower intervals are height times width, where a difference of two masses would lose digits. */
const NARROW = 1e-4;

/** Standard normal deviate by inversion: one uniform each, so that streams stay in step. */
export function standardNormal(rng: Rng): number {
  return quantile((Math.floor(rng.uniform() * 2 ** 52) + 0.5) / 2 ** 52, 0, 1);
}

/** Φ(z) to 15 digits, in the lower tail too: half of Cody's erfc ("Rational Chebyshev approximation for the error function", 1969). */
export function normalBelow(z: number): number {
  const x = Math.abs(z) * SQRT1_2;
  if (x <= 0.46875) return 0.5 + 0.5 * z * SQRT1_2 * nearZero(x * x);
  const tail = 0.5 * Math.exp(-x * x) * (x <= 4 ? middle(x) : far(x));
  return z < 0 ? tail : 1 - tail;
}

/** Φ(b) - Φ(a) for a <= b, without loss of digits in either tail. */
export function massBetween(a: number, b: number): number {
  if (a < -REACH && b > REACH) return 1;
  if (b - a < NARROW) return Math.exp(-0.125 * (a + b) * (a + b) - LOG_SQRT_2PI) * (b - a);
  return a > 0 ? normalBelow(-a) - normalBelow(-b) : normalBelow(b) - normalBelow(a);
}

/** erf(x) / x for x² up to 0.22. */
function nearZero(y: number): number {
  const top = (((1.85777706184603153e-1 * y + 3.1611237438705656) * y + 1.1386415415105016e2) * y + 3.77485237685302021e2) * y + 3.20937758913846947e3;
  const bottom = (((y + 2.36012909523441209e1) * y + 2.44024637934444173e2) * y + 1.28261652607737228e3) * y + 2.84423683343917062e3;
  return top / bottom;
}

/** erfc(x) exp(x²) for x from 0.47 to 4. */
function middle(x: number): number {
  const top = (((((((2.15311535474403846e-8 * x + 5.64188496988670089e-1) * x + 8.88314979438837594) * x + 6.61191906371416295e1) * x + 2.98635138197400131e2) * x
    + 8.81952221241769090e2) * x + 1.71204761263407058e3) * x + 2.05107837782607147e3) * x + 1.23033935479799725e3;
  const bottom = (((((((x + 1.57449261107098347e1) * x + 1.17693950891312499e2) * x + 5.37181101862009858e2) * x + 1.62138957456669019e3) * x
    + 3.29079923573345963e3) * x + 4.36261909014324716e3) * x + 3.43936767414372164e3) * x + 1.23033935480374942e3;
  return top / bottom;
}

/** The same for x above 4. */
function far(x: number): number {
  const y = 1 / (x * x);
  const top = ((((1.63153871373020978e-2 * y + 3.05326634961232344e-1) * y + 3.60344899949804439e-1) * y + 1.25781726111229246e-1) * y + 1.60837851487422766e-2) * y + 6.58749161529837803e-4;
  const bottom = ((((y + 2.56852019228982242) * y + 1.87295284992346725) * y + 5.27905102951428412e-1) * y + 6.05183413124413191e-2) * y + 2.33520497626869185e-3;
  return (SQRT_1_PI - (y * top) / bottom) / x;
}
