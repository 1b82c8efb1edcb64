import { mean } from '../../math/describe.js';
import type { DriftSegment } from '../../model/drift.js';
import { canonicalJson } from '../../model/params.js';
import type { StudyRecord } from '../../model/record.js';
import { keyDifferences } from '../baseline.js';
import type { MeasuredCommit } from './line.js';
import type { Reading } from './reading.js';

/** Fewer seeds in common say too little about how two machines differ. */
const fewestBridging = 3;

/**
 * Cuts where the compatibility key or the incumbent changes: what is measured otherwise does not compare. A commit beside
 * the cut that was measured both ways on three seeds or more bridges it by the mean difference over those seeds.
 */
export function segmentsOf(commits: readonly MeasuredCommit[], { of }: Pick<Reading, 'of'>): readonly DriftSegment[] {
  const segments: DriftSegment[] = [];
  let start = 0;
  for (let i = 1; i <= commits.length; i++) {
    const [before, here] = [commits[i - 1], commits[i]];
    if (before !== undefined && here !== undefined && isAlike(before.record, here.record)) continue;
    segments.push({ start, end: i, ...cutAt({ commits, of }, segments.at(-1), start) });
    start = i;
  }
  return segments;
}

function isAlike(a: StudyRecord, b: StudyRecord): boolean {
  if (isSame(a.key, b.key) && isSame(a.incumbent.params, b.incumbent.params)) return true;
  return keyDifferences(a.key, b.key).length === 0 && canonicalJson(a.incumbent.params) === canonicalJson(b.incumbent.params);
}

interface Read { readonly commits: readonly MeasuredCommit[]; readonly of: Reading['of'] }

/** Plain values only, for most neighbours of ten thousand. */
function isSame(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function cutAt({ commits, of }: Read, previous: DriftSegment | undefined, at: number): Pick<DriftSegment, 'cutBy' | 'differs' | 'bridge'> {
  const [old, young] = [commits[at - 1], commits[at]];
  if (old === undefined || young === undefined) return { cutBy: 'start', differs: [] };
  const parameters = changedParameters(old.record, young.record);
  // The key holds a hash of the incumbent; named once is enough.
  const differs = parameters.length > 0 ? parameters : keyDifferences(old.record.key, young.record.key).map(({ field }) => field);
  const bridge = bridgeOf({ commits, of }, { from: previous?.start ?? 0, at });
  return { cutBy: parameters.length > 0 ? 'configuration' : 'environment', differs, ...(bridge === undefined ? {} : { bridge }) };
}

function changedParameters(a: StudyRecord, b: StudyRecord): readonly string[] {
  const [old, young] = [a.incumbent.params, b.incumbent.params];
  return [...new Set([...Object.keys(old), ...Object.keys(young)])].filter((name) => canonicalJson(old[name] ?? null) !== canonicalJson(young[name] ?? null));
}

function bridgeOf({ commits, of }: Read, { from, at }: { readonly from: number; readonly at: number }): DriftSegment['bridge'] {
  const [old, young] = [commits[at - 1]?.record, commits[at]?.record];
  if (old === undefined || young === undefined) return undefined;
  const beside = [...commits.slice(Math.max(from, at - 5), at).reverse(), ...commits.slice(at, at + 5)];
  for (const { record, others } of beside) {
    const both = [record, ...others];
    const before = both.find((one) => isAlike(one, old));
    const after = both.find((one) => isAlike(one, young));
    if (before === undefined || after === undefined) continue;
    const first = new Map(of(before).map(({ seed, value }) => [seed, value]));
    const differences = of(after).flatMap(({ seed, value }) => { const other = first.get(seed); return other === undefined ? [] : [value - other]; });
    if (differences.length >= fewestBridging) return { offset: mean(differences) ?? 0, seeds: differences.length };
  }
  return undefined;
}

/** Segments joined by bridges; `offsets` is what is added to each commit's values so that they read as in the last of them. */
export interface Chain { readonly start: number; readonly end: number; readonly offsets: readonly number[] }

export function chainsOf(segments: readonly DriftSegment[]): readonly Chain[] {
  const chains: { start: number; end: number; parts: number[][] }[] = [];
  let offset = 0;
  for (const [i, { start, end }] of [...segments.entries()].reverse()) {
    const joined = segments[i + 1]?.bridge;
    const last = chains.at(-1);
    const isJoined = last !== undefined && joined !== undefined;
    offset = isJoined ? offset + joined.offset : 0;
    const own = Array.from({ length: end - start }, () => offset);
    if (!isJoined) chains.push({ start, end, parts: [own] });
    else { last.start = start; last.parts.push(own); }
  }
  return chains.reverse().map(({ start, end, parts }) => ({ start, end, offsets: parts.reverse().flat() }));
}
