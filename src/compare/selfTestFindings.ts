import { formatNumber, formatShare } from '../model/numberFormat.js';
import type { Alarm, SelfTest, SelfTestFinding, SelfTestMetric } from '../model/selfTest.js';

type Measured = Pick<SelfTest, 'alarms' | 'alpha' | 'looks' | 'metrics' | 'trees' | 'neighbour'>;

const deriveAll = 'Derive the data split, the shuffling and the initialisation from NOREGRET_SEED.';
const makeDeterministic = 'Seed every generator from NOREGRET_SEED (Python\'s random, numpy, the framework, data-loader workers) and set what the framework needs: '
  + 'PYTHONHASHSEED; torch.use_deterministic_algorithms(True) with CUBLAS_WORKSPACE_CONFIG=:4096:8; TF_DETERMINISTIC_OPS=1; a fixed number of threads. Under `env: { set: … }` each trial gets them.';
/** A correlation below this leaves pairing without a use: the variance of a difference shrinks by as much. */
const weak = 0.3;
/** Shares of a variance below and above which something has no part in it, and all. */
const [none, nearlyAll] = [0.25, 0.9];

/** What the objective says about the program, and all gated metrics about the gate; warnings first. */
export function findingsOf(measured: Measured): readonly SelfTestFinding[] {
  const [objective] = measured.metrics;
  if (objective === undefined) return [];
  const found = [...seedFindings(objective), ...pairingFindings(objective, measured), ...alarmFindings(measured), ...measured.metrics.flatMap((metric) => planFindings(metric, measured))];
  return [...found.filter(({ isGood }) => !isGood), ...found.filter(({ isGood }) => isGood)];
}

const good = (code: string, text: string): SelfTestFinding => ({ code, isGood: true, text });
const bad = (code: string, text: string, fix: string): SelfTestFinding => ({ code, isGood: false, text, fix });

function seedFindings({ name, seedSd, runSd, repeated, identical, seedShare }: SelfTestMetric): SelfTestFinding[] {
  if (seedSd === 0 && runSd === 0) return [bad('seed-ignored', `Every seed gave the same ${name}: the program ignores NOREGRET_SEED, so that every pair is the same measurement and the noise of training cannot be told from a change.`, deriveAll)];
  if (repeated === 0) return [];
  if (identical === repeated) return [good('deterministic', `The same seed gives the same result: ${repeated} of ${repeated} seeds were bit-identical when run again, so that a pull request without effect is told so after two pairs.`)];
  const again = `The same seed run again gives another ${name}: sd ${formatNumber(runSd, 2)} from run to run, against ${formatNumber(seedSd, 2)} from seed to seed${identical === 0 ? '' : ` (${identical} of ${repeated} seeds were identical)`}`;
  if (seedShare !== undefined && seedShare.value < none) {
    return [bad('seed-without-effect', `${again}. The seed decides ${shareWords(seedShare)} of the variance: NOREGRET_SEED hardly has a part in the result, and pairing by it gains nothing.`, `${deriveAll} ${makeDeterministic}`)];
  }
  const share = seedShare === undefined ? '' : ` The seed decides ${shareWords(seedShare)} of the variance.`;
  // A small rest costs little; it still keeps the canary from ever saying "nothing changed".
  return [bad('nondeterministic', `${again}.${share}`, makeDeterministic)];
}

function shareWords({ value, low, high }: NonNullable<SelfTestMetric['seedShare']>): string {
  return `${formatShare(value)} (${formatShare(low)} to ${formatShare(high)})`;
}

function pairingFindings({ name, neighbourCorrelation: r, paired, pairingRatio, seedShare }: SelfTestMetric, { neighbour }: Measured): SelfTestFinding[] {
  const gain = pairingRatio === undefined || pairingRatio >= 1 ? undefined : `pairing by seed is worth ${formatNumber(1 / pairingRatio, 2)} times as many runs`;
  if (r === undefined) {
    if (paired?.from === 'other-seeds' && neighbour === undefined) return [bad('pairing-unknown', `What a change of the code scatters on the same seed is not known: the program repeats itself, and the space has no continuous parameter to move a little. Until pushes have shown it, two independent runs stand for it (sd ${formatNumber(paired.sd, 2)}).`, 'Nothing to do: the pairs of pushes to the default branch will tell.')];
    return gain === undefined || seedShare === undefined || seedShare.value < none ? [] : [good('pairing-gains', `One seed drives ${seedShare.value > nearlyAll ? 'nearly all' : 'a good part'} of the noise: ${gain}.`)];
  }
  const beside = `a neighbouring configuration on the same seeds correlates with main's best by ${formatNumber(r.value, 2)} (${formatNumber(r.low, 2)} to ${formatNumber(r.high, 2)})`;
  if (r.value < weak) return [bad('pairing-gains-nothing', `Pairing gains nothing for ${name} once anything changes: ${beside}. The seed drives the initialisation, but what the seeds share (the data split, the order of the data) is not drawn from it, or hardly matters.`, `${deriveAll} If it already is so, this is the noise of your training: more pairs help (see the looks).`)];
  return [good('pairing-gains', `One seed drives split, order and initialisation well enough for pairs: ${beside}${gain === undefined ? '' : `; ${gain}`}.`)];
}

/** The promise is at most alpha in each direction. An interval above it is a broken promise; a value above it may be luck. */
function alarmFindings({ alarms, alpha }: Measured): SelfTestFinding[] {
  const isBroken = ({ worse, better }: Alarm): boolean => worse.low > alpha || better.low > alpha;
  const broken = alarms.filter((one) => one.arm !== 'other-seeds').filter(isBroken);
  const [worst] = broken;
  if (worst !== undefined) return [bad('too-many-alarms', `The gate raises more false alarms here than it promises: worse ${formatShare(worst.worse.value)}, better ${formatShare(worst.better.value)}, at most ${formatShare(alpha)} each. The noise is far from a bell curve: outliers, or values that cluster.`, 'Look at the picture of the differences; cap or repair runs that go astray, judge a smoother metric (a loss instead of a rounded score), or set `resolution:`.')];
  return [];
}

function planFindings({ name, margin, marginKind, marginNote, catchable, caughtAtMargin, looksNeeded }: SelfTestMetric, { looks }: Measured): SelfTestFinding[] {
  const notes = marginNote === undefined ? [] : [bad('margin', marginNote, 'See `margin:` in the study file.')];
  if (margin === undefined || caughtAtMargin === undefined) return notes;
  const list = `[${looks.join(', ')}]`;
  const wanted = catchable === undefined ? '' : ` ${list} catch a decline of ${formatNumber(catchable, 2)} nine times in ten.`;
  if (caughtAtMargin >= 0.885) return [...notes, good('margin-fits', `The margin of ${name} fits: a decline of ${formatNumber(margin, 3)}${marginKind === 'auto' ? ' (auto)' : ''} is caught by looks ${list} ${formatShare(caughtAtMargin)} of the time.`)];
  const fixes = [
    ...(catchable === undefined ? [] : [`Set \`margin: ${formatNumber(catchable, 2)}\``]),
    ...(looksNeeded === undefined ? [] : [`\`looks: [${looksNeeded.join(', ')}]\` for the margin as it is`]),
  ];
  return [...notes, bad('margin-too-small', `The margin of ${name}, ${formatNumber(margin, 3)}, is small for this noise: a decline by it is caught by looks ${list} only ${formatShare(caughtAtMargin)} of the time.${wanted}`, `${fixes.join(', or ') || 'Lower the noise first'}.`)];
}

/** The one line that everybody reads. */
export function selfTestSentence(measured: Measured & Pick<SelfTest, 'study' | 'rounds' | 'cut' | 'findings'>): string {
  const { study, rounds, cut, findings, alpha, alarms } = measured;
  const start = `A/A self-test of ${study}`;
  if (measured.metrics.length === 0 || rounds.length === 0) return `${start}: nothing could be measured`;
  const shortened = cut === undefined ? '' : ` (cut short after ${rounds.length} rounds)`;
  const broken = findings.find(({ code }) => code === 'seed-ignored' || code === 'too-many-alarms' || code === 'seed-without-effect');
  const [first] = alarms.filter(({ arm }) => arm !== 'other-seeds');
  const deterministic = findings.some(({ code }) => code === 'deterministic');
  if (broken?.code === 'seed-ignored') return `${start}: NOREGRET_SEED is ignored${shortened}`;
  if (broken?.code === 'seed-without-effect') return `${start}: NOREGRET_SEED hardly has a part in the result${shortened}`;
  const rate = first === undefined ? '' : `unchanged code is called worse ${formatShare(first.worse.value)} of the time (${formatShare(first.worse.low)} to ${formatShare(first.worse.high)}; promised: at most ${formatShare(alpha)})`;
  if (broken !== undefined) return `${start}: ${rate}${shortened}`;
  if (first === undefined || first.arm === 'neighbour') return `${start}: ${deterministic ? 'the same seed gives the same result' : 'no false alarm is possible'}${rate === '' ? '' : `; a change without effect is called worse ${rate.slice('unchanged code is called worse '.length)}`}${shortened}`;
  return `${start}: ${rate}${shortened}`;
}
