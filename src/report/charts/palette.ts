/**
 * Colours are CSS variables of the page, so that one drawing serves light and dark. Ranks run from pale to strong in
 * one hue; marks differ in hue and in shape (blue and orange of Okabe and Ito, "Color Universal Design", 2008).
 */
export const palette = {
  text: 'var(--text)', faint: 'var(--faint)', line: 'var(--line)', panel: 'var(--panel)',
  ranks: ['var(--rank-0)', 'var(--rank-1)', 'var(--rank-2)', 'var(--rank-3)', 'var(--rank-4)'],
  best: 'var(--best)', incumbent: 'var(--incumbent)', bad: 'var(--bad)', good: 'var(--good)', band: 'var(--band)',
} as const;

/** From 0 (best) to 1 (worst): the strongest colour for the best fifth. */
export function rankColour(share: number): string {
  return palette.ranks[palette.ranks.length - 1 - Math.min(palette.ranks.length - 1, Math.floor(share * palette.ranks.length))] ?? palette.faint;
}
