import type { Add } from './program.js';

const judgeExample = `
Forms of the file, CSV or one JSON object per line:
  seed,base,head               pairs, one row per seed; an empty value = that run failed
  base,head                    two sets of runs without common seeds (Welch); an empty cell = this side had fewer runs
  metric,seed,base,head        several metrics, row by row
  seed,base.acc,head.acc,base.loss,head.loss   several metrics, side by side
  two files                    a file of each side: seed and metrics as columns, or a number per line; pairs where both have seeds
Several metrics: PASS when all are shown not worse; worse or better is claimed at alpha / number of metrics.
  noregret judge runs.csv --margin acc=0.004,loss=1% --goal acc=maximize,loss=minimize
Looks are taken after fixed numbers of pairs. To go on after the last one, give all pairs again with --more-seeds.`;

export function addJudge(add: Add): void {
  add('judge', 'verdict on two sets of numbers, paired or not, one metric or several', () => import('./judge.js'))
    .argument('<file>', 'path, or - for standard input; with a second file, the runs of base')
    .argument('[head]', 'the runs of head')
    .requiredOption('--margin <margin>', 'smallest decline worth reporting: 0.004, 0.5% or auto; METRIC=… for one of several')
    .requiredOption('--goal <goal>', 'direction of the metric: minimize or maximize; METRIC=… for one of several')
    .option('--alpha <alpha>', 'one-sided error rate: 0.05, 0.025 or 0.01', '0.05')
    .option('--looks <looks>', 'numbers of pairs after which to look', '3,5,7,10')
    .option('--more-seeds', 'use all pairs, by intervals that hold at every number of pairs')
    .option('--unpaired', 'do not pair by seed')
    .option('--folds <n_test/n_train>', 'the seeds are resplits of one data set, e.g. 1/9 for ten folds (Nadeau-Bengio)')
    .option('--prior <sd/df>', 'noise of one paired difference that is known from before and its degrees of freedom, e.g. 0.004/12; moderates the variance')
    .option('--gate <metrics>', 'of several metrics those that decide (default: all, five at most)')
    .option('--metric <name>', 'name to print, where the file has none', 'value')
    .option('--resolution <step>', 'smallest step the metric can take, e.g. 1/|test set|')
    .addHelpText('after', judgeExample);
}

const planExample = `
Noise is the standard deviation of head - base at the same seed, when nothing changed. Without --noise it comes from the history
of the default branch; without --margin and --looks these come from the study file, whose seeds' noise the records hold.
  noregret plan --noise 0.4% --margin 0.5%
  noregret plan --noise 0.012 --margin auto --pairs 5`;

export function addPlan(add: Add): void {
  add('plan', 'what a number of pairs can detect: the smallest decline caught nine times in ten', () => import('./plan.js'))
    .option('--noise <sd>', 'of one paired difference: in the metric\'s unit, or in per cent of main (0.4%)')
    .option('--margin <margin>', 'smallest decline worth reporting: 0.004, 0.5% or auto (1.25 times the noise)')
    .option('--alpha <alpha>', 'one-sided error rate (default: the study file\'s, else 0.05)')
    .option('--looks <looks>', 'a list of looks to show beside the usual ones (default: the study file\'s)')
    .option('--pairs <n>', 'how many pairs there may be at most')
    .option('-c, --config <file>', 'study file (default: noregret.yml, .github/noregret.yml)')
    .option('--history <dir>', 'read this directory instead of the git branch')
    .option('--branch <name>', 'history branch', 'noregret')
    .addHelpText('after', planExample);
}
