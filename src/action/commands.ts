import { readAcceptance } from '../compare/waivers.js';
import { commandForms, parseCommand, type Command } from '../model/commandText.js';
import type { Comparison, Report } from '../model/comparison.js';
import { isExpired, morePairs, type Decision } from '../model/decision.js';
import { UserError } from '../model/errors.js';
import type { Trigger } from '../model/trigger.js';
import { gatedMetrics, waivedBy } from '../model/waived.js';
import type { GitHub, PullRequestFacts } from '../platform/github.js';
import { missing } from '../platform/githubErrors.js';
import type { WorkflowRun } from '../platform/githubRuns.js';
import { version } from '../version.js';
import { errorText, type Desk } from './desk.js';
import { reportOfRun } from './foundReport.js';
import type { History } from './history.js';
import type { PublishInputs } from './inputs.js';
import { reply, type Answer } from './reply.js';
import { postAgain, pullTrigger } from './postAgain.js';
import { mayWrite } from './waive.js';

type PublishDesk = Desk<PublishInputs>;
type Comment = Extract<Trigger, { kind: 'comment' }>;

const refused = (...lines: readonly string[]): Answer => ({ done: false, lines });
const done = (...lines: readonly string[]): Answer => ({ done: true, lines });

/** A comment under a pull request: if it is a command by somebody with write access, does what it says. Nothing of the pull request runs here. */
export async function runCommand(desk: PublishDesk, comment: Comment, history: History): Promise<void> {
  const { actions, github } = desk;
  const command = comment.isBot ? undefined : parseCommand(comment.body);
  if (command === undefined) {
    actions.notice('Nothing to do: the comment does not begin with a command such as /noregret retry.');
    return;
  }
  if (github === undefined) throw new UserError('token', 'A command needs a token.', { fix: 'Leave `github-token` to its default.' });
  const answer = await answerTo({ desk, github, history, comment }, command);
  await reply(desk, github, comment, answer);
}

interface Scene { readonly desk: PublishDesk; readonly github: GitHub; readonly history: History; readonly comment: Comment }

/** Whatever GitHub refuses is an answer too. */
async function answerTo(scene: Scene, command: Command): Promise<Answer> {
  const { github, comment } = scene;
  try {
    if (!(await mayWrite(github)(comment.by))) return refused('That takes write access to this repository, so nothing was done.', 'Ask somebody who may push here to write the same comment.');
    if (command.kind === 'wrong') return refused(command.why, ...commandForms);
    const pull = await github.pullRequest(comment.pullRequest);
    if (!pull.open) return refused('This pull request is closed.');
    const run = await lastRun(scene, pull);
    return 'lines' in run ? run : await obey(scene, { command, pull, run });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return refused(...errorText(error).split('\n'));
  }
}

/** The run that the comment is about: that of the head as it was when the comment was written. */
async function lastRun({ desk, github, comment }: Scene, pull: PullRequestFacts): Promise<WorkflowRun | Answer> {
  const { workflow } = desk.inputs;
  const head = pull.headSha.slice(0, 10);
  try {
    const [run] = await github.runsOf(workflow, pull.headSha);
    if (run === undefined) return refused(`There is nothing to go by: ${workflow} has not run for ${head}.`, 'Push a commit, or wait until the run has begun.');
    // Whoever wrote it cannot have meant what came afterwards.
    return run.createdAt > comment.at ? refused(`A newer commit, ${head}, came after this comment.`, 'Look at its report, then write the command again.') : run;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== missing) throw error;
    return refused(`This repository has no workflow ${workflow}.`, 'Give the file name of the one that measures as the input `workflow` of noregret/publish.');
  }
}

interface Order { readonly command: Exclude<Command, { kind: 'wrong' }>; readonly pull: PullRequestFacts; readonly run: WorkflowRun }

async function obey(scene: Scene, { command, pull, run }: Order): Promise<Answer> {
  const { github, desk } = scene;
  if (run.status !== 'completed') return refused(`Run ${run.id} is still at work.`, 'Wait for its report, then write the command again.');
  if (command.kind === 'retry') {
    await github.rerun(run.id);
    return done(`Run ${run.id} goes on as attempt ${run.attempt + 1}: the same seeds, and nothing is measured twice where its log was kept.`);
  }
  const report = await reportOfRun(desk, run.id, pullTrigger(pull));
  if (report === undefined) return refused(`Run ${run.id} left no report.`, 'Measure first: /noregret retry');
  if (report.studies.length === 0) return refused(report.problem?.sentence ?? 'Its report is empty.', 'Measure first: /noregret retry');
  return command.kind === 'accept' ? await accept(scene, { command, pull, run, report }) : await moreSeeds(scene, { command, pull, run, report });
}

interface Judged<C> extends Omit<Order, 'command'> { readonly command: C; readonly report: Report }

async function accept(scene: Scene, { command, pull, run, report }: Judged<Extract<Command, { kind: 'accept' }>>): Promise<Answer> {
  const { github, history, desk, comment } = scene;
  const { until } = command;
  const now = desk.clock.utc();
  if (isExpired({ until }, now)) return refused(`${until ?? ''} has passed.`, 'Give a date to come, or none.');
  const worse = report.studies.filter(({ verdict }) => verdict.kind === 'REGRESSION');
  if (worse.length === 0) return refused('There is no regression to accept.');
  const found = readAcceptance(worse.map((study) => ({ study, gated: gatedMetrics(study) })), command.words);
  if ('why' in found) return refused(found.why, commandForms[0]);
  const store = await history.open();
  const tree = await testMergeTree(github, pull);
  for (const { study, metrics, reason } of found) {
    await store.decide({ ...frameOf(comment, pull, study), at: now, kind: 'accept', metrics: [...metrics], reason, ...(until === undefined ? {} : { until }), ...(tree === undefined ? {} : { tree }) });
  }
  const shown = await postAgain({ desk, github, history }, { pull, run, report });
  const open = shown.report.studies.filter((study) => study.verdict.kind === 'REGRESSION' && waivedBy(study).length === 0).map(({ study }) => study);
  return done(
    `Accepted${until === undefined ? '' : ` until ${until}`}: ${found.map(({ study, metrics }) => `${metrics.length === 0 ? 'all gated metrics' : metrics.join(', ')} of ${study.study}`).join('; ')}.`,
    pull.fork ? 'On a fork it holds for this commit alone.' : 'It holds for this pull request.',
    ...(open.length === 0 ? [] : [`Not covered by it, and so still a failure: ${open.join(', ')}.`]),
    ...shown.lines,
  );
}

/** A push of this tree is then known to have been accepted; without it the push is merely measured more carefully. */
async function testMergeTree(github: GitHub, { mergeSha }: PullRequestFacts): Promise<string | undefined> {
  if (mergeSha === undefined) return undefined;
  return await github.treeOf(mergeSha).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
}

function frameOf({ comment, by }: Comment, { headSha, number }: PullRequestFacts, { study }: Comparison): Pick<Decision, 'schema' | 'tool' | 'id' | 'study' | 'sha' | 'by' | 'via'> & { pullRequest: number } {
  return { schema: 1, tool: `noregret ${version}`, id: `comment-${comment}`, study, sha: headSha, by, via: 'comment', pullRequest: number };
}

/** Only an undecided gate may go on: a verdict that was reached must not be asked for again until it suits. */
async function moreSeeds({ github, history, desk, comment }: Scene, { command, pull, run, report }: Judged<Extract<Command, { kind: 'more-seeds' }>>): Promise<Answer> {
  const open = report.studies.filter(({ verdict, gate }) => gate !== undefined && (verdict.kind === 'INCONCLUSIVE' || verdict.kind === 'NOT_CONFIRMED'));
  if (open.length === 0) return refused(`More seeds are for an undecided gate; here the verdict is ${report.verdict}.`);
  const store = await history.open();
  const asked = async ({ study }: Comparison): Promise<number> => (await store.decisions(study)).reduce((sum, one) => sum + (one.kind === 'more-seeds' && one.sha === pull.headSha ? one.pairs : 0), 0);
  const most = Math.max(...await Promise.all(open.map(asked)));
  if (most + command.pairs > morePairs.together) return refused(`Together that would be ${most + command.pairs} further pairs for this commit; ${morePairs.together} are the limit.`);
  for (const study of open) await store.decide({ ...frameOf(comment, pull, study), at: desk.clock.utc(), kind: 'more-seeds', pairs: command.pairs });
  await github.rerun(run.id);
  return done(
    `Up to ${most + command.pairs} further pairs for ${open.map(({ study }) => study).join(', ')}: run ${run.id} goes on as attempt ${run.attempt + 1}.`,
    'All pairs are then judged from the first one on, by an interval that holds at every number of pairs; it ends as soon as the answer is certain.',
  );
}
