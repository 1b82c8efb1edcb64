const minus = '\u2212';

/**
 * A number for people: so many significant digits, no trailing zeros, a true minus sign (U+2212).
 * Powers of ten below 1e-4 and from 1e7 on are written as 1.2e-5.
 */
export function formatNumber(x: number, significantDigits = 4): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'n/a' : withMinus(x, '∞');
  if (x === 0) return '0';
  const rounded = Number(Math.abs(x).toPrecision(significantDigits));
  return withMinus(x, rounded < 1e-4 || rounded >= 1e7 ? shortExponent(rounded, significantDigits) : String(rounded));
}

/** As `formatNumber`, with a plus before what is above zero: for differences. */
export function formatSigned(x: number, significantDigits = 4): string {
  return x > 0 ? `+${formatNumber(x, significantDigits)}` : formatNumber(x, significantDigits);
}

/** An estimate with its interval, all to the decimals that the interval's width supports: `+0.0003 [−0.0021, +0.0027]`. */
export function formatInterval(estimate: number, low: number, high: number): string {
  const sign = signedTo(decimalsFor(estimate, (high - low) / 2));
  return `${sign(estimate)} [${sign(low)}, ${sign(high)}]`;
}

/** A share of one as whole per cent; never 0 % or 100 % unless exact. */
export function formatShare(share: number): string {
  const percent = Math.round(share * 100);
  if (percent === 0 && share > 0) return '< 1 %';
  if (percent === 100 && share < 1) return '> 99 %';
  return `${percent} %`;
}

/** Decimals that show two digits of the half width (or four of the estimate, where the interval is a point). */
function decimalsFor(estimate: number, halfWidth: number): number | undefined {
  const isPoint = halfWidth <= 1e-12 * Math.abs(estimate);
  const size = isPoint ? Math.abs(estimate) : halfWidth;
  if (!(size > 0) || !Number.isFinite(size)) return undefined;
  const decimals = (isPoint ? 3 : 1) - Math.floor(Math.log10(Number(size.toPrecision(2))));
  return decimals > 8 ? undefined : Math.max(0, decimals);
}

function signedTo(decimals: number | undefined): (x: number) => string {
  if (decimals === undefined) return (x) => formatSigned(x, 3);
  return (x) => {
    const text = Math.abs(x).toFixed(decimals);
    if (Number(text) === 0) return text;
    return x < 0 ? minus + text : `+${text}`;
  };
}

function shortExponent(x: number, significantDigits: number): string {
  const [mantissa = '', exponent = ''] = x.toExponential(significantDigits - 1).split('e');
  return `${Number(mantissa)}e${exponent.replace('+', '')}`;
}

function withMinus(x: number, text: string): string {
  return x < 0 ? minus + text : text;
}
