import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../model/comparison.js';
import type { Publisher } from '../model/ports.js';
import type { RunArtifacts } from '../platform/artifact.js';
import { summaryMaxBytes } from '../report/limits.js';
import type { Renderings } from './renderings.js';

export const reportJson = 'report.json';
export const reportHtml = 'report.html';
const reportMarkdown = 'report.md';

/** What must not wait for charts. JSON has no NaN: the schema admits finite numbers only. */
function plainFiles(report: Report, renderings: Renderings): Readonly<Record<string, string>> {
  return { [reportJson]: `${JSON.stringify(report, undefined, 1)}\n`, [reportMarkdown]: renderings.markdown(report, { maxBytes: summaryMaxBytes }) };
}

/** `report.json`, `report.md` and `report.html` in a folder, which is made; what stood there is replaced. */
export function filesPublisher(directory: string, renderings: Renderings): Publisher {
  return {
    name: 'files',
    publish: async (report) => {
      await mkdir(directory, { recursive: true });
      await rm(join(directory, reportHtml), { force: true });
      for (const [name, text] of Object.entries(plainFiles(report, renderings))) await writeFile(join(directory, name), text);
      await writeFile(join(directory, reportHtml), await renderings.html(report));
      return {};
    },
  };
}

/** Artifacts cannot be replaced, so each attempt has its own; readers take the latest. */
export const artifactName = (commentId: string, attempt: number): string => `noregret-${commentId}-${attempt}`;

export interface ArtifactOptions {
  readonly artifacts: Pick<RunArtifacts, 'upload'>;
  readonly renderings: Renderings;
  readonly name: string;
  /** Further files, e.g. records that the token could not push. */
  readonly extra: Readonly<Record<string, string>>;
}

/** The same files as an artifact of the run: how the report reaches `noregret/publish`. */
export function artifactPublisher({ artifacts, renderings, name, extra }: ArtifactOptions): Publisher {
  return {
    name: 'artifact',
    publish: async (report) => {
      // A failure to draw is told by the files' own sink; here it must not cost the hand-over.
      const html = await renderings.html(report).then((text) => ({ [reportHtml]: text }), () => ({}));
      await artifacts.upload(name, { ...plainFiles(report, renderings), ...html, ...extra });
      return {};
    },
  };
}
