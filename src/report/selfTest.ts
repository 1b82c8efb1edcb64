import type { Block, ChartPair, Section, TableColumn, Text } from '../model/blocks.js';
import type { Report } from '../model/comparison.js';
import { durationWords } from '../model/durationWords.js';
import { formatNumber, formatShare } from '../model/numberFormat.js';
import type { Alarm, Range, SelfTest, SelfTestMetric } from '../model/selfTest.js';
import { code, plain, strong } from './spans.js';
import { paramText, plural } from './words.js';

/** The A/A self-tests of a report, study by study. */
export function selfTestSections({ selfTests = [] }: Report): readonly Section[] {
  return selfTests.flatMap((test) => {
    const of = (name: string, title: string, priority: number, blocks: readonly Block[]): Section[] => (blocks.length === 0 ? [] : [{ name: `${test.study}/${name}`, title: `${test.study}: ${title}`, priority, blocks }]);
    return [
      ...of('headline', 'Result', 100, [headline(test)]),
      ...of('findings', 'Findings', 90, findings(test)),
      ...of('alarms', 'False alarms', 85, alarms(test)),
      ...of('noise', 'Noise', 80, noise(test)),
      ...of('pictures', 'Pictures', 50, pictures(test)),
      ...of('warnings', 'Warnings', 70, test.warnings.length === 0 ? [] : [{ kind: 'list', items: test.warnings.map((warning) => [plain(warning)]) }]),
      ...of('run', 'What was run', 40, whatRan(test)),
      ...of('environment', 'Environment', 20, environment(test)),
    ];
  });
}

function headline({ sentence, findings: found, cut, rounds }: SelfTest): Block {
  const isBad = found.some(({ code: name }) => name === 'seed-ignored' || name === 'seed-without-effect' || name === 'too-many-alarms');
  if (rounds.length === 0 || (cut !== undefined && found.length === 0)) return { kind: 'headline', tone: 'unsure', mark: '🚧', text: [strong(sentence)] };
  return { kind: 'headline', tone: isBad ? 'bad' : 'good', mark: isBad ? '❌' : '✅', text: [strong(sentence)] };
}

function findings({ findings: found }: SelfTest): readonly Block[] {
  if (found.length === 0) return [];
  return [{ kind: 'list', items: found.map(({ isGood, text, fix }) => [plain(`${isGood ? '✓' : '⚠'} ${text}`), ...(fix === undefined ? [] : [plain(' '), strong('What to do:'), plain(` ${fix}`)])]) }];
}

const right = (label: string): TableColumn => ({ label, align: 'right' });
const left = (label: string): TableColumn => ({ label, align: 'left' });

const armWords: Readonly<Record<Alarm['arm'], string>> = {
  'same-seed': 'the same code, the same seed', neighbour: 'a change without effect, the same seed', 'other-seeds': 'the same code, other seeds',
};

function alarms({ alarms: found, alpha, metrics, looks }: SelfTest): readonly Block[] {
  const [objective] = metrics;
  if (found.length === 0) return objective === undefined ? [] : [{ kind: 'paragraph', text: [plain('No pair of runs differed, so that the gate has nothing to be wrong about: every comparison ends with "no change".')] }];
  const rows = found.map(({ arm, worse, better, confirmed, inconclusive, pairs }): readonly Text[] => [
    [plain(armWords[arm])], share(worse), share(better), [plain(formatShare(confirmed))], [plain(formatShare(inconclusive))], [plain(pairs.toFixed(1))],
  ]);
  return [
    { kind: 'heading', level: 3, text: [plain('What the gate says when nothing changed')] },
    { kind: 'table', columns: [left('two sides'), right('called worse'), right('called better'), right('worse, confirmed'), right('inconclusive'), right('pairs')], rows },
    { kind: 'paragraph', text: [plain(`Promised: at most ${formatShare(alpha)} called worse and ${formatShare(alpha)} called better. The gate itself, looks [${looks.join(', ')}], on ${String(found[0]?.paths ?? 0)} random orders of these rounds with the sides of each swapped at random; in brackets 95 % over the choice of rounds. Rounds of a kind that none of them showed are not in it: what goes wrong in one run of a hundred is seen by few self-tests.${found.some(({ arm }) => arm === 'other-seeds') ? ' "Other seeds" is what a comparison without paired seeds would see.' : ''}`)] },
  ];
}

function share({ value, low, high }: Range): Text {
  return [plain(low === high ? formatShare(value) : `${formatShare(value)} (${formatShare(low)}–${formatShare(high)})`)];
}

const fromWords: Readonly<Record<NonNullable<SelfTestMetric['paired']>['from'], string>> = {
  'same-seed': 'the same seed run twice', neighbour: 'a neighbouring configuration on the same seeds', 'other-seeds': 'two independent runs',
};

function noise({ metrics }: SelfTest): readonly Block[] {
  if (metrics.length === 0) return [];
  const dash: Text = [plain('–')];
  const number = (x: number | undefined, digits = 3): Text => (x === undefined ? dash : [plain(formatNumber(x, digits))]);
  // A metric is a column, and labels are short: there are more quantities than metrics, and a phone is narrow.
  const quantities: readonly (readonly [string, (metric: SelfTestMetric) => Text])[] = [
    ['mean', ({ mean }) => number(mean, 4)],
    ['sd from seed to seed', ({ seedSd }) => number(seedSd)],
    ['sd, same seed again', ({ runSd, repeated }) => (repeated === 0 ? dash : number(runSd))],
    ['seed\'s share of variance', ({ seedShare }) => (seedShare === undefined ? dash : share(seedShare))],
    ['sd of an unchanged pair', ({ paired }) => number(paired?.sd)],
    ['its 95 % interval', ({ paired }) => (paired === undefined ? dash : [plain(`${formatNumber(paired.low, 2)}–${formatNumber(paired.high, 2)}`)])],
    ['pairing saves runs, times', ({ pairingRatio }) => number(pairingRatio === undefined ? undefined : 1 / pairingRatio, 2)],
    ['margin', ({ margin, marginKind }) => (margin === undefined ? dash : [plain(`${formatNumber(margin, 3)}${marginKind === 'auto' ? ' (auto)' : ''}`)])],
    ['declines of it caught', ({ caughtAtMargin }) => (caughtAtMargin === undefined ? dash : [plain(formatShare(caughtAtMargin))])],
    ['margin caught 9 in 10', ({ catchable }) => number(catchable)],
  ];
  const rows = quantities.map(([label, of]) => [[plain(label)], ...metrics.map(of)]);
  const sources = metrics.flatMap(({ name, paired }) => (paired === undefined ? [] : [`${metrics.length > 1 ? `${name}: ` : ''}${fromWords[paired.from]}, ${plural(paired.df, 'degree')} of freedom`]));
  return [
    { kind: 'heading', level: 3, text: [plain('Noise')] },
    { kind: 'table', columns: [left('quantity'), ...metrics.map(({ name }) => right(name))], rows },
    ...(sources.length === 0 ? [] : [{ kind: 'paragraph' as const, text: [plain(`An unchanged pair is the difference that the gate sees when nothing changed: ${sources.join('; ')}. In brackets 95 %.`)] }]),
  ];
}

/** The differences as the gate sees them: what a verdict is read from when nothing changed. */
function pictures({ metrics, rounds }: SelfTest): readonly Block[] {
  const [objective] = metrics;
  if (objective === undefined) return [];
  const { name, goal, margin } = objective;
  const chart = (title: string, pairs: readonly ChartPair[]): Block[] => (pairs.length < 2 || pairs.every(({ base, head }) => base === head) ? [] : [{ kind: 'chart', title, chart: { kind: 'pairs', metric: name, goal, margin: margin ?? 0, pairs } }]);
  const pairsOf = (which: 'second' | 'neighbour'): ChartPair[] => rounds.flatMap(({ seed, first, [which]: other }) => (first === undefined || other === undefined ? [] : [{ seed, base: first, head: other }]));
  const values = rounds.flatMap(({ first }) => first ?? []);
  // Each seed beside the next one: what two runs differ by that share no seed.
  const independent = rounds.flatMap(({ seed, first }, i) => {
    const next = rounds[(i + 1) % rounds.length]?.first;
    return first === undefined || next === undefined || values.length < 3 ? [] : [{ seed, base: first, head: next }];
  });
  return [
    ...chart('The same code and seed, run twice', pairsOf('second')),
    ...chart('A neighbouring configuration, on the same seeds', pairsOf('neighbour')),
    ...chart('Without pairing: each seed beside the next', independent),
  ];
}

function whatRan({ asked, rounds, runs, reused, failed, firstFailure, wallSeconds, incumbent, neighbour, trees, plan, cut }: SelfTest): readonly Block[] {
  const sources = { record: 'main\'s best', defaults: 'the declared defaults', middle: 'the middle of the space, as nothing better is known' } as const;
  const params = (point: SelfTest['incumbent']['params']): Text => Object.entries(point).flatMap(([key, value], i) => [plain(`${i === 0 ? '' : ', '}${key} `), ...paramText(value)]);
  return [{ kind: 'details', summary: [plain('What was run')], open: false, blocks: [{ kind: 'facts', items: [
    { label: 'Rounds', value: [plain(`${String(rounds.length)} of ${plural(asked, 'seed')}${cut === undefined ? '' : `, ended early: ${cut}`}`)] },
    { label: 'Runs', value: [plain(`${plural(runs, 'run')} in ${durationWords(wallSeconds)}${reused === 0 ? '' : `, ${String(reused)} of them taken over from an earlier attempt`}${failed === 0 ? '' : `, ${String(failed)} failed`}`)] },
    ...(firstFailure === undefined ? [] : [{ label: 'First failure', value: [plain(firstFailure)] }]),
    { label: 'Configuration', value: [plain(`${sources[incumbent.source]}: `), ...params(incumbent.params)] },
    ...(neighbour === undefined ? [] : [{ label: 'Neighbour', value: params(neighbour) }]),
    { label: 'Sides', value: [plain(trees === 'two' ? 'a tree of its own for each, as on a pull request' : 'one tree, run twice')] },
    ...(plan === undefined ? [] : [{ label: 'Announced', value: [plain(plan)] }]),
  ] }] }];
}

function environment({ environment: found }: SelfTest): readonly Block[] {
  const fields = Object.entries(found);
  if (fields.length === 0) return [];
  return [{ kind: 'details', summary: [plain('Environment')], open: false, blocks: [{ kind: 'facts', items: fields.map(([label, text]) => ({ label, value: [code(text)] })) }] }];
}
