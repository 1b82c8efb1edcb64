import { mean, sum } from './describe.js';

/** Pearson's correlation, -1…1. Undefined where either side is constant. */
export function pearson(x: readonly number[], y: readonly number[]): number | undefined {
  const [centreX, centreY] = [mean(x) ?? 0, mean(y) ?? 0];
  const dx = x.map((value) => value - centreX);
  const dy = y.map((value) => value - centreY);
  const scale = Math.sqrt(sum(dx.map((d) => d * d)) * sum(dy.map((d) => d * d)));
  return scale > 0 ? sum(dx.map((d, i) => d * (dy[i] ?? 0))) / scale : undefined;
}

/** Kendall's tau-b, -1…1: pairs in the same order against pairs in opposite order, ties accounted for. Undefined where either side is constant. */
export function kendall(x: readonly number[], y: readonly number[]): number | undefined {
  let [balance, movedX, movedY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [Math.sign((x[i] ?? 0) - (x[j] ?? 0)), Math.sign((y[i] ?? 0) - (y[j] ?? 0))];
      balance += a * b;
      movedX += a * a;
      movedY += b * b;
    }
  }
  return movedX > 0 && movedY > 0 ? balance / Math.sqrt(movedX * movedY) : undefined;
}
