import type { Add } from './program.js';

const planExample = `
Noise is the standard deviation of head - base at the same seed, when nothing changed. Without --noise it comes from the history
of the default branch; without --margin and --looks these come from the study file, whose seeds' noise the records hold.
  noregret plan --noise 0.4% --margin 0.5%
  noregret plan --noise 0.012 --margin auto --pairs 5`;

/** `noregret plan` and its flags. */
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
