import { Option, type Command } from 'commander';
import type { Add } from './program.js';

const importHelp = `
Read are, told apart by what stands in them:
  Keras Tuner project folders; Talos experiments; Ray Tune result folders; Optuna journals and SQLite files; MLflow file stores;
  TensorBoard event files; Weights & Biases sweep exports and offline runs; Hyperopt, Hyperas and kopt trials; scikit-learn,
  sklearn-deap and sklearn-genetic-opt results; scikit-optimize results; HpBandSter results; Spearmint's results.dat;
  any CSV with --metric and --params.
Hyperopt and scikit-optimize leave pickles at best, which execute code when they are loaded. Export the trials where they were made:
  noregret import --exporter > export_trials.py
  python -c "import export_trials as e; e.hyperopt(trials, space, 'trials.json')"        (or e.skopt(result, 'result.json'))
or let Python load a pickle that you trust: noregret import trials.pkl --trust`;

function withImportFlags(command: Command): Command {
  return command
    .option('--study-name <name>', 'which study, where there are several')
    .option('--format <name>', 'which one, where several tools left their results')
    .option('--metric <name>', 'which metric is the objective, where the files do not say')
    .addOption(new Option('--goal <goal>', 'its direction, where the files do not say').choices(['minimize', 'maximize']))
    .option('--choices <name=a,b>', 'values behind the indices of Hyperopt\'s hp.choice; name=number where it is a number', (flag: string, before: readonly string[] | undefined) => [...(before ?? []), flag])
    .option('--params <names>', 'columns of a plain table that are parameters, with commas between')
    .option('--state <column>', 'column of a plain table that says how a trial ended')
    .option('--seed <column>', 'column that holds the seed')
    .option('--trust', 'let Python load a pickle, which executes whatever stands in it');
}

/** `noregret import` and its flags. */
export function addImport(add: Add): void {
  withImportFlags(add('import', 'another tool\'s finished tuning as a study log of ours', () => import('./import.js')))
    .argument('[path]', 'file or folder of the other tool')
    .option('-o, --out <file>', 'where the log goes (default: NAME.jsonl)')
    .option('--exporter', 'print the Python file that exports Hyperopt and scikit-optimize results')
    .addHelpText('after', importHelp);
}
