import type { Block, Text } from '../model/blocks.js';
import { UserError } from '../model/errors.js';
import type { GitHub } from '../platform/github.js';
import { missing } from '../platform/githubErrors.js';
import { findOwn } from '../publishers/comment.js';
import { renderMarkdown } from '../report/markdown.js';
import { clip, printableLine } from '../report/printable.js';
import { code, plain, strong } from '../report/spans.js';
import { errorText, type Desk } from './desk.js';

/** What became of a command. `lines` are whole sentences for people; the first says it, the rest explain. */
export interface Answer { readonly done: boolean; readonly lines: readonly string[] }

type Talks = Pick<GitHub, 'comments' | 'createComment' | 'updateComment' | 'login' | 'react'>;

export interface Asked { readonly pullRequest: number; readonly comment: number; readonly body: string; readonly by: string }

const shownCommand = 200;
const maxBytes = 10_000;

/** A sign on the comment, and the words in one comment of ours that holds the last answer: no two commands make two of them. */
export async function reply(desk: Pick<Desk, 'actions' | 'inputs'>, github: Talks, asked: Asked, answer: Answer): Promise<void> {
  const { actions, inputs } = desk;
  for (const line of answer.lines) actions.line(printableLine(line));
  try {
    await github.react(asked.comment, answer.done ? '+1' : '-1');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    actions.warn(errorText(error));
  }
  const marker = `<!-- noregret-reply:${inputs.commentId} -->`;
  const body = renderMarkdown({ title: 'noregret', sections: [{ name: 'reply', title: 'Answer', priority: 100, blocks: replyBlocks(asked, answer) }] }, { maxBytes, marker });
  await putComment(github, { pullRequest: asked.pullRequest, marker, body });
}

function replyBlocks({ body, by }: Asked, { done, lines }: Answer): readonly Block[] {
  const typed = clip(printableLine(body.split(/[\r\n]/, 1)[0] ?? ''), shownCommand);
  const [first = '', ...rest] = lines;
  const head: Text = [plain(`${done ? '👍' : '👎'} `), code(typed), plain(` by ${by}: `), strong(first)];
  return [{ kind: 'paragraph', text: head }, ...(rest.length === 0 ? [] : [{ kind: 'list', items: rest.map((line): Text => [plain(line)]) } satisfies Block])];
}

async function putComment(github: Talks, { pullRequest, marker, body }: { readonly pullRequest: number; readonly marker: string; readonly body: string }): Promise<void> {
  const own = await findOwn({ github }, marker, pullRequest);
  if (own === undefined) {
    await github.createComment(pullRequest, body);
    return;
  }
  try {
    await github.updateComment(own.id, body);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== missing) throw error;
    await github.createComment(pullRequest, body);
  }
}
