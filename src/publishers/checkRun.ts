import { reportConclusion } from '../compare/waivers.js';
import type { Report } from '../model/comparison.js';
import type { Publisher } from '../model/ports.js';
import type { Trigger } from '../model/trigger.js';
import type { CheckState, GitHub } from '../platform/github.js';
import { checkMaxChars, titleMaxChars } from '../report/limits.js';
import { clip, printableLine } from '../report/printable.js';
import type { Renderings } from './renderings.js';

export interface CheckOptions {
  readonly github: Pick<GitHub, 'createCheck' | 'updateCheck'>;
  readonly renderings: Pick<Renderings, 'markdown' | 'title'>;
  /** Page of the workflow run. */
  readonly detailsUrl: string;
  /** Told after every change which check runs are still open, so that a later step can close what a kill left. */
  readonly onOpen: (ids: readonly number[]) => void;
}

export interface CheckPublisher extends Publisher {
  /** Opens a running check for each study. */
  start(studies: readonly string[], to: Trigger): Promise<void>;
}

/** The commit that people look at: a pull request's own head, never the merge commit that was checked out. */
export function checkedSha(to: Trigger): string | undefined {
  switch (to.kind) {
    case 'pull_request': case 'merge_group': case 'workflow_run': return to.headSha;
    case 'push': case 'schedule': case 'manual': return to.sha;
    case 'comment': case 'label': case 'unsupported': return undefined;
  }
}

const checkName = (study: string | undefined): string => (study === undefined ? 'noregret' : clip(`noregret / ${printableLine(study)}`, titleMaxChars));

/** A report of one study alone, for a check of its own. */
const partsOf = (report: Report): readonly (readonly [string, Report])[] =>
  report.studies.length === 0 ? [[checkName(undefined), report]] : report.studies.map((study) => [checkName(study.study), { ...report, verdict: study.verdict.kind, studies: [study] }]);

/** One check run per study, `noregret / <study>`: running while we work, then the verdict (product.md §5). */
export function checkRunPublisher({ github, renderings, detailsUrl, onOpen }: CheckOptions): CheckPublisher {
  const open = new Map<string, number>();
  const stateOf = (report: Report): CheckState => ({
    title: clip(renderings.title(report), titleMaxChars), summary: renderings.markdown(report, { maxBytes: checkMaxChars }), conclusion: reportConclusion(report), detailsUrl,
  });
  const finish = async (name: string, sha: string, state: CheckState): Promise<string> => {
    const id = open.get(name);
    const { url } = id === undefined ? await github.createCheck(name, sha, state) : await github.updateCheck(id, state);
    if (open.delete(name)) onOpen([...open.values()]);
    return url;
  };
  return {
    name: 'check',
    start: async (studies, to) => {
      const sha = checkedSha(to);
      if (sha === undefined) return;
      for (const name of studies.map(checkName)) {
        open.set(name, (await github.createCheck(name, sha, { title: 'Running', summary: 'Trials are running; the verdict follows.', detailsUrl })).id);
        onOpen([...open.values()]);
      }
    },
    publish: async (report, to) => {
      const sha = checkedSha(to);
      if (sha === undefined) return {};
      const urls: string[] = [];
      const parts = partsOf(report);
      for (const [name, part] of parts) urls.push(await finish(name, sha, stateOf(part)));
      // Announced, but not in the report: the run ended before it came to them.
      const without = { ...report, verdict: 'INCOMPLETE' as const, studies: [] };
      for (const name of [...open.keys()]) await finish(name, sha, { ...stateOf(without), title: 'Incomplete: not reached' });
      return urls[0] === undefined ? {} : { url: urls[0] };
    },
  };
}
