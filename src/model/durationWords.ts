import { formatNumber } from './numberFormat.js';

/** A length of time as people read it everywhere: `4.2 s`, `42 s`, `14 min`, `3 h 20 min`. */
export function durationWords(seconds: number): string {
  if (seconds < 10) return `${formatNumber(Math.round(seconds * 10) / 10)} s`;
  if (seconds < 90) return `${String(Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${String(minutes)} min`;
  return minutes % 60 === 0 ? `${String(minutes / 60)} h` : `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

/** A guess of what is still to come, never nothing: `about` belongs before it. */
export function timeLeftWords(seconds: number): string {
  return durationWords(Math.max(1, Math.ceil(seconds)));
}
