import { lineOf } from '../compare/drift/line.js';
import { objectiveReading } from '../compare/drift/reading.js';
import { seriesOf } from '../compare/drift/series.js';
import type { MainDrift } from '../model/driftFindings.js';
import type { Repository } from '../model/ports.js';
import type { MainLine } from './baseline.js';
import type { StageContext } from './context.js';

/** One record is a point, and nothing can have moved. */
const fewestCommits = 2;

/** Kept among the findings. */
export async function noteMainDrift({ found, tools }: Pick<StageContext, 'found' | 'tools'>, main: MainLine): Promise<void> {
  const drift = await mainDriftOf(main, tools.repository);
  if (drift !== undefined) found.mainDrift = drift;
}

/**
 * How main moved along the records that were fetched anyhow, its newest commit first in `firstParents`: what has added up
 * since the last release tag, and the newest change found. Undefined where there is nothing to tell.
 */
async function mainDriftOf({ firstParents, records }: MainLine, repository: Pick<Repository, 'lastTag'>): Promise<MainDrift | undefined> {
  const { commits } = lineOf(records, firstParents);
  const [newest, tip] = [commits.at(-1)?.record, firstParents[0]];
  if (newest === undefined || tip === undefined || commits.length < fewestCommits) return undefined;
  const release = await repository.lastTag(tip);
  const series = seriesOf({ commits, firstParents, ...(release === undefined ? {} : { release }) }, objectiveReading(newest.metric));
  if (series === undefined) return undefined;
  const { alarms, points, sinceRelease } = series;
  const last = alarms.at(-1);
  if (last === undefined && (sinceRelease === undefined || 'why' in sinceRelease)) return undefined;
  return {
    commits: points.length,
    ...(sinceRelease === undefined || 'why' in sinceRelease ? {} : { sinceRelease }),
    ...(last === undefined ? {} : { alarm: { kind: last.kind, sha: last.sha, better: last.better, ago: points.length - 1 - last.index, ...(last.before === undefined ? {} : { before: last.before }), ...(last.after === undefined ? {} : { after: last.after }) } }),
  };
}
