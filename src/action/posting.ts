import { postEverywhere, type Posted } from '../app/publish.js';
import { reportFails } from '../compare/waivers.js';
import type { Report } from '../model/comparison.js';
import type { Publisher } from '../model/ports.js';
import type { Trigger } from '../model/trigger.js';
import { forbidden } from '../platform/githubErrors.js';
import type { CheckPublisher } from '../publishers/checkRun.js';
import { commentPublisher } from '../publishers/comment.js';
import { artifactName, artifactPublisher, filesPublisher } from '../publishers/files.js';
import { jobSummaryPublisher } from '../publishers/jobSummary.js';
import { reportDirOf } from './context.js';
import { errorText, type Desk } from './desk.js';
import { outputsOf, setOutputs } from './outputs.js';

export interface Posting {
  readonly report: Report;
  readonly to: Trigger;
  /** Comment and check; false leaves them to `noregret/publish`. */
  readonly post: boolean;
  readonly check: CheckPublisher | undefined;
  readonly summary: boolean;
  /** Undefined: no artifact. */
  readonly artifactExtra: Readonly<Record<string, string>> | undefined;
}

/** In the order of what must not be lost: files and summary need nobody's permission. */
function publishersOf(desk: Desk, { post, check, summary, artifactExtra }: Posting): readonly Publisher[] {
  const { actions, inputs, context, github, artifacts, renderings } = desk;
  return [
    filesPublisher(reportDirOf(context, inputs.commentId), renderings),
    ...(summary ? [jobSummaryPublisher(actions, renderings)] : []),
    ...(post && check !== undefined ? [check] : []),
    ...(post && github !== undefined ? [commentPublisher({ github, renderings, commentId: inputs.commentId, policy: inputs.comment })] : []),
    ...(artifactExtra === undefined || artifacts === undefined ? [] : [artifactPublisher({ artifacts, renderings, name: artifactName(inputs.commentId, context.attempt), extra: artifactExtra })]),
  ];
}

/** A read-only token beside an artifact is how the two-job workflow is meant to be, so it is told, not warned about. */
function tell(desk: Desk, posted: readonly Posted[], handedOver: boolean): void {
  const failures = posted.flatMap(({ error }) => error ?? []);
  const refused = failures.filter(({ code }) => code === forbidden);
  const lines = new Set(refused.flatMap(({ fix = '' }) => fix.split('\n').filter((line) => /^ {2}[\w-]+: \w+$/.test(line))));
  if (handedOver && refused.length > 0) desk.actions.line(`This token may not post; noregret/publish posts the report from the artifact. Without such a job add to this one:\npermissions:\n${[...lines].join('\n')}`);
  for (const error of failures) if (!(handedOver && refused.includes(error))) desk.actions.warn(errorText(error));
}

const wrote = (posted: readonly Posted[], names: readonly string[]): boolean => posted.some(({ name, error }) => names.includes(name) && error === undefined);

/** Posts everywhere, sets the outputs and only then fails the job, if the verdict is one that fails it here. */
export async function finish(desk: Desk, posting: Posting): Promise<void> {
  const { actions, inputs, context, renderings } = desk;
  const { report, to } = posting;
  const posted = await postEverywhere(report, to, publishersOf(desk, posting));
  const handedOver = wrote(posted, ['artifact']);
  tell(desk, posted, handedOver);
  setOutputs(actions, outputsOf(report, posted, reportDirOf(context, inputs.commentId)));
  const title = renderings.title(report);
  actions.line(title);
  const postedHere = wrote(posted, ['check', 'comment']);
  const counts = to.kind === 'push' || to.kind === 'schedule' || to.kind === 'manual' ? inputs.failOnPush : true;
  if (counts && reportFails(report, report.failOn) && (postedHere || !handedOver)) actions.fail(title);
}
