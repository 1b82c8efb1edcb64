import type { Block, Document, Section } from '../model/blocks.js';
import type { Comparison, Report } from '../model/comparison.js';
import { formatInterval } from '../model/numberFormat.js';
import { verdictKinds } from '../model/verdict.js';
import { sections } from './index.js';
import { checkTitle } from './headline.js';
import { selfTestSections } from './selfTest.js';
import { code, plain, strong } from './spans.js';
import { shortSha, value, verdictWords } from './words.js';

/** The report as data: one document, a group of sections per study, the worst study first. */
export function buildDocument(report: Report): Document {
  const studies = [...report.studies].sort((a, b) => verdictKinds.indexOf(a.verdict.kind) - verdictKinds.indexOf(b.verdict.kind));
  const several = studies.length > 1;
  const body = [...problem(report), ...(several ? [overview(studies, report)] : []), ...studies.flatMap((study) => studySections(study, report, several)), ...selfTestSections(report)];
  // The verdict stays the first line.
  return { title: checkTitle(report), sections: [...body.slice(0, 1), ...cutShort(report), ...body.slice(1), footer(report)] };
}

function studySections(study: Comparison, report: Report, several: boolean): readonly Section[] {
  return Object.entries(sections).flatMap(([name, builder]) => {
    const { title, priority } = builder;
    const blocks = builder.build(study, report);
    if (blocks.length === 0) return [];
    const heading: readonly Block[] = several && name === 'headline' ? [{ kind: 'heading', level: 3, text: [plain(study.study)] }] : [];
    return [{ name: several ? `${study.study}/${name}` : name, title: several ? `${study.study}: ${title}` : title, priority, blocks: [...heading, ...blocks] }];
  });
}

function overview(studies: readonly Comparison[], report: Report): Section {
  const { mark, tone } = verdictWords[report.verdict];
  return {
    name: 'overview', title: 'Overview', priority: 110, blocks: [
      { kind: 'headline', tone, mark, text: [strong(checkTitle(report))] },
      {
        kind: 'table',
        columns: [{ label: 'study', align: 'left' }, { label: 'verdict', align: 'left' }, { label: 'metric', align: 'left' }, { label: 'change', align: 'left' }, { label: 'margin', align: 'right' }],
        rows: studies.map(({ study, verdict, metric, effect, margin }) => [
          [strong(study)],
          [plain(`${verdictWords[verdict.kind].mark} ${verdictWords[verdict.kind].label}`)],
          [plain(metric.name)],
          effect === undefined ? value(undefined) : [plain(formatInterval(effect.value, effect.low, effect.high))],
          value(margin?.value),
        ]),
      },
    ],
  };
}

function problem({ problem: found, verdict, studies }: Report): readonly Section[] {
  if (found === undefined) return [];
  const { mark, tone } = verdictWords[verdict];
  const first: Block = studies.length === 0 ? { kind: 'headline', tone, mark, text: [strong(found.sentence)] } : { kind: 'paragraph', text: [strong(found.sentence)] };
  const fix: readonly Block[] = found.fix === undefined ? [] : found.fix.includes('\n') ? [{ kind: 'code', language: 'text', text: found.fix }] : [{ kind: 'paragraph', text: [plain(found.fix)] }];
  return [{ name: 'problem', title: 'Problem', priority: 120, blocks: [first, ...fix] }];
}

function cutShort(report: Report): readonly Section[] {
  if (!report.incomplete) return [];
  const text = [strong('This run was cut short.'), plain(isMeasured(report) ? ' Every number below was measured and holds; run it again and it goes on where it stopped.' : ' Nothing was measured.')];
  return [{ name: 'cut-short', title: 'Cut short', priority: 97, blocks: [{ kind: 'paragraph', text }] }];
}

function isMeasured({ studies, selfTests = [] }: Report): boolean {
  const runs = studies.map(({ budget: { complete, pruned, failed, infeasible, reused } }) => complete + pruned + failed + infeasible + reused);
  return runs.some((count) => count > 0) || selfTests.some(({ rounds }) => rounds.length > 0);
}

function footer(report: Report): Section {
  const against = report.baseSha === undefined ? [] : [plain(' against '), code(shortSha(report.baseSha))];
  const attempt = report.attempt !== undefined && report.attempt > 1 ? [plain(`, attempt ${String(report.attempt)}`)] : [];
  return { name: 'footer', title: 'Footer', priority: 95, blocks: [{ kind: 'paragraph', text: [code(shortSha(report.headSha)), ...against, plain(` · ${report.tool}`), ...attempt] }] };
}
