import { reportFails } from '../compare/waivers.js';
import { UserError } from '../model/errors.js';
import type { Report } from '../model/comparison.js';
import type { Publisher } from '../model/ports.js';
import type { Comment, GitHub } from '../platform/github.js';
import { missing } from '../platform/githubErrors.js';
import { commentMaxBytes } from '../report/limits.js';
import type { Renderings } from './renderings.js';

export type CommentPolicy = 'always' | 'on-change' | 'on-alert' | 'never';

export interface CommentOptions {
  readonly github: Pick<GitHub, 'comments' | 'createComment' | 'updateComment' | 'login'>;
  readonly renderings: Pick<Renderings, 'markdown'>;
  readonly commentId: string;
  readonly policy: CommentPolicy;
}

/** Hidden first line by which our comment is found again. */
export const markerOf = (commentId: string): string => `<!-- noregret:${commentId} -->`;

/** GitHub may store other line ends than it was given. */
const sameText = (a: string, b: string): boolean => a.replaceAll('\r\n', '\n').trim() === b.replaceAll('\r\n', '\n').trim();

/** Whether a pull request without a comment of ours gets one. An existing one is always kept up to date, so that an old alert turns green. */
function worthStarting(policy: CommentPolicy, report: Report): boolean {
  switch (policy) {
    case 'always': return true;
    case 'on-change': return report.verdict !== 'NO_CHANGE' && report.verdict !== 'PASS';
    case 'on-alert': return report.verdict === 'REGRESSION' || report.verdict === 'INCOMPLETE' || reportFails(report, report.failOn);
    case 'never': return false;
  }
}

/** A token with write access may edit anybody's comment: the marker alone, which anybody can write, is not enough. */
export async function findOwn({ github }: { readonly github: Pick<GitHub, 'comments' | 'login'> }, marker: string, pullRequest: number): Promise<Comment | undefined> {
  const marked = (await github.comments(pullRequest)).filter(({ body }) => body.split(/\r?\n/, 1)[0] === marker);
  if (marked.length === 0) return undefined;
  const login = await github.login();
  return marked.find(({ author }) => author === login);
}

/** One comment per pull request and `comment-id`, updated in place, not touched when nothing changed. */
export function commentPublisher(options: CommentOptions): Publisher {
  const { github, renderings, commentId, policy } = options;
  const marker = markerOf(commentId);
  return {
    name: 'comment',
    publish: async (report, to) => {
      if (to.kind !== 'pull_request' || policy === 'never') return {};
      const body = renderings.markdown(report, { maxBytes: commentMaxBytes, marker });
      const own = await findOwn(options, marker, to.number);
      if (own === undefined) return worthStarting(policy, report) ? { url: (await github.createComment(to.number, body)).url } : {};
      if (sameText(own.body, body)) return { url: own.url };
      try {
        return { url: (await github.updateComment(own.id, body)).url };
      } catch (error) {
        // Deleted between our look and our write.
        if (!(error instanceof UserError) || error.code !== missing) throw error;
        return { url: (await github.createComment(to.number, body)).url };
      }
    },
  };
}
