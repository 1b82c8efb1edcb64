import type { Command } from 'commander';
import type { Add } from './program.js';

const rangeHelp = `
The program gets NOREGRET_LR_RANGE="START END STEPS", raises its rate by the same factor at each iteration, and reports both:
  noregret {"step": 0, "lr": 1e-05, "loss": 1.09}
A tfjs module needs to do nothing. docs/guide/lr-range.md has the lines for PyTorch.`;

const batchHelp = `
Each size is one process. It gets NOREGRET_STEPS and may end after so many steps; it reports each of them:
  noregret {"step": 0, "loss": 1.09}          besides, if it likes: "examples" (counted on), "seconds", "data_size"
A tfjs module needs to do nothing. Out of memory is told from other failures, which end the search.`;

const smokeHelp = `
The program gets NOREGRET_SMOKE=1 and may make itself short; it then says so with its first report:
  noregret {"smoke": 1, "full_steps": 90}
One that does not is ended as soon as it has reported the objective. With \`smoke: true\` in the study file a short form runs before
the first search by itself. Nothing of this is a trial: no log, no record and no search counts it.`;

function common(command: Command): Command {
  return command.option('-c, --config <file>', 'study file (default: noregret.yml, .github/noregret.yml)').option('--timeout <duration>', 'time limit of one run, e.g. 10m');
}

/** The practitioner's guide as commands: `lr-range`, `batch-size`, `smoke`. */
export function addGuide(add: Add): void {
  common(add('lr-range', 'learning-rate range test: which rates are worth searching', () => import('./lrRange.js')))
    .option('--parameter <name>', 'which parameter is the rate, where its name does not say so')
    .option('--start <rate>', 'smallest rate', '1e-5')
    .option('--end <rate>', 'largest rate', '10')
    .option('--steps <n>', 'iterations', '500')
    .option('--loss <name>', 'name under which the loss is reported (default: loss, train_loss, or a metric to be minimized)')
    .option('--apply', 'narrow the parameter in the study file to what was found')
    .addHelpText('after', rangeHelp);
  common(add('batch-size', 'the largest batch that fits into memory, and from where on a larger one does not pay', () => import('./batchSize.js')))
    .option('--parameter <name>', 'which parameter is the batch size, where its name does not say so')
    .option('--start <n>', 'first size', '32')
    .option('--limit <n>', 'largest size to try', '65536')
    .option('--warmup <n>', 'steps of each run that are not timed', '5')
    .option('--steps <n>', 'steps of each run that are', '10')
    .option('--exact', 'to the last example, not within a sixteenth')
    .option('--loss <name>', 'name under which the loss is reported (default: loss, train_loss)')
    .option('--apply', 'take sizes that do not fit out of the study file')
    .addHelpText('after', batchHelp);
  common(add('smoke', 'one short run before a search: does a trial start, report, repeat, go on; how long will it all take', () => import('./smoke.js')))
    .option('--checkpoint', 'also ask whether a second run goes on where the first one stopped (done anyhow where early stopping needs it)')
    .addHelpText('after', smokeHelp);
}
