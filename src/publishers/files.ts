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

/** A report as files, by name. JSON has no NaN: the schema admits finite numbers only. */
async function filesOf(report: Report, renderings: Renderings): Promise<Readonly<Record<string, string>>> {
  return {
    [reportJson]: `${JSON.stringify(report, undefined, 1)}\n`,
    [reportMarkdown]: renderings.markdown(report, { maxBytes: summaryMaxBytes }),
    [reportHtml]: await renderings.html(report),
  };
}

/** `report.json`, `report.md` and `report.html` in a folder, which is made; what stood there is replaced. The JSON is written first. */
export function filesPublisher(directory: string, renderings: Renderings): Publisher {
  return {
    name: 'files',
    publish: async (report) => {
      await mkdir(directory, { recursive: true });
      await rm(join(directory, reportHtml), { force: true });
      await writeFile(join(directory, reportJson), `${JSON.stringify(report, undefined, 1)}\n`);
      for (const [name, text] of Object.entries(await filesOf(report, renderings))) await writeFile(join(directory, name), text);
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
      await artifacts.upload(name, { ...(await filesOf(report, renderings)), ...extra });
      return {};
    },
  };
}
