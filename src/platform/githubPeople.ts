import type { Client } from './github.js';
import { missing } from './githubErrors.js';
import { UserError } from '../model/errors.js';

/** What somebody may do in this repository. */
export type Permission = 'admin' | 'write' | 'read' | 'none';

/** Somebody put a label on; `at` is ISO 8601, UTC. */
export interface LabelEvent { readonly id: number; readonly label: string; readonly by: string | undefined; readonly at: string; readonly added: boolean }

export interface CommitMessage { readonly sha: string; readonly message: string }

/** Events and commits that are read of one pull request at most. */
const mostPages = 5;

/** Who did what, for deciding whose word counts. */
export interface PeopleCalls {
  permission(login: string): Promise<Permission>;
  /** Of one issue or pull request, oldest first. */
  labelEvents(pullRequest: number): Promise<readonly LabelEvent[]>;
  /** Oldest first; GitHub lists at most 250. */
  commitMessages(pullRequest: number): Promise<readonly CommitMessage[]>;
  react(comment: number, content: '+1' | '-1' | 'confused' | 'rocket'): Promise<void>;
}

export function peopleCalls({ octokit, at, ask }: Client): PeopleCalls {
  const { repos, issues, pulls, reactions } = octokit.rest;
  return {
    permission: async (login) => {
      try {
        return await ask('read who may write here', async () => permissionOf((await repos.getCollaboratorPermissionLevel({ ...at, username: login })).data.permission));
      } catch (error) {
        // Somebody who was deleted, or an app that is no collaborator.
        if (error instanceof UserError && error.code === missing) return 'none';
        throw error;
      }
    },
    labelEvents: (pullRequest) => ask('read the events of the pull request', async () => {
      const found: LabelEvent[] = [];
      let pages = 0;
      for await (const { data } of octokit.paginate.iterator(issues.listEvents, { ...at, issue_number: pullRequest, per_page: 100 })) {
        for (const event of data) {
          if ((event.event === 'labeled' || event.event === 'unlabeled') && 'label' in event) found.push({ id: event.id, label: event.label.name, by: personOf(event.actor), at: event.created_at, added: event.event === 'labeled' });
        }
        if (++pages >= mostPages) break;
      }
      return found;
    }),
    commitMessages: (pullRequest) => ask('read the commits of the pull request', async () =>
      (await octokit.paginate(pulls.listCommits, { ...at, pull_number: pullRequest, per_page: 100 })).map(({ sha, commit }) => ({ sha, message: commit.message }))),
    react: (comment, content) => ask('react to the comment', async () => { await reactions.createForIssueComment({ ...at, comment_id: comment, content }); }),
  };
}

/** GitHub's own description of an event forgets that people delete their accounts. */
function personOf(actor: { readonly login: string } | null): string | undefined {
  return actor?.login;
}

/** `permission` folds the finer roles: maintain counts as write, triage as read (REST reference, repository collaborators). */
function permissionOf(text: string): Permission {
  return text === 'admin' || text === 'write' || text === 'read' ? text : 'none';
}
