import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Posted } from '../app/publish.js';
import type { Comparison, Report } from '../model/comparison.js';
import type { Params } from '../model/params.js';
import type { SelfTest } from '../model/selfTest.js';
import { verdictKinds } from '../model/verdict.js';
import type { Actions } from '../platform/actions.js';
import { reportHtml, reportJson } from '../publishers/files.js';

/** Best found here: the re-scored winner, else the best trial of the search, else main's best as measured here. */
function bestOf(study: Comparison): { readonly params?: Params; readonly value?: number } {
  const { search, incumbent, metrics, metric } = study;
  const winner = search?.rescore.find((candidate) => candidate.winner);
  if (winner !== undefined) return { params: winner.params, ...(winner.mean === undefined ? {} : { value: winner.mean }) };
  const trial = search?.trials.find(({ number }) => number === search.bestTrial);
  if (trial !== undefined) return { params: trial.params, ...(trial.value === undefined ? {} : { value: trial.value }) };
  const head = metrics.find(({ name }) => name === metric.name)?.head;
  return incumbent === undefined ? {} : { params: incumbent.params, ...(head === undefined ? {} : { value: head }) };
}

function studyOutput(study: Comparison): Readonly<Record<string, unknown>> {
  const { params, value } = bestOf(study);
  return {
    study: study.study, verdict: study.verdict.kind, reason: study.verdict.reason, metric: study.metric.name,
    effect: study.effect?.value, low: study.effect?.low, high: study.effect?.high, margin: study.margin?.value,
    baselineSha: measuredBase(study), bestParams: params, bestValue: value, trials: completed(study),
  };
}

/** False alarms as a pull request without effect would see them. */
function selfTestOutput({ study, alarms, metrics: [objective], findings, cut }: SelfTest): Readonly<Record<string, unknown>> {
  const alarm = alarms.find(({ arm }) => arm !== 'other-seeds');
  return {
    study, worse: alarm?.worse, better: alarm?.better, noise: objective?.paired, seedSd: objective?.seedSd, runSd: objective?.runSd,
    margin: objective?.margin, catchable: objective?.catchable, findings: findings.map(({ code }) => code), cut,
  };
}

const completed = (study: Comparison): number => study.search?.trials.filter(({ state }) => state === 'complete').length ?? 0;
const text = (value: number | string | undefined): string => (value === undefined ? '' : String(value));

/** All outputs of `action.yml`; the plain ones describe the worst study. */
export function outputsOf(report: Report, posted: readonly Posted[], reportDir: string): Readonly<Record<string, string>> {
  const worst = [...report.studies].sort((a, b) => verdictKinds.indexOf(a.verdict.kind) - verdictKinds.indexOf(b.verdict.kind))[0];
  const best = worst === undefined ? {} : bestOf(worst);
  const file = (name: string): string => (existsSync(join(reportDir, name)) ? join(reportDir, name) : '');
  const url = (name: string): string => posted.find((sink) => sink.name === name)?.url ?? '';
  return {
    verdict: report.verdict,
    effect: text(worst?.effect?.value), 'interval-low': text(worst?.effect?.low), 'interval-high': text(worst?.effect?.high),
    'baseline-sha': text(worst === undefined ? undefined : measuredBase(worst)),
    'best-params': best.params === undefined ? '' : JSON.stringify(best.params), 'best-value': text(best.value),
    trials: text(worst === undefined ? 0 : completed(worst)),
    'report-json': file(reportJson), 'report-html': file(reportHtml),
    'comment-url': url('comment'), 'check-url': url('check'),
    studies: JSON.stringify(report.studies.map(studyOutput)),
    'self-test': report.selfTests === undefined ? '' : JSON.stringify(report.selfTests.map(selfTestOutput)),
  };
}

export function setOutputs(actions: Pick<Actions, 'setOutput'>, outputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(outputs)) actions.setOutput(name, value);
}

function measuredBase({ baseline }: Comparison): string | undefined {
  return baseline?.source === 'none' ? undefined : baseline?.measuredSha;
}
