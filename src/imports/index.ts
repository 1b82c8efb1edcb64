import { csv } from './csv.js';
import { cvResultsCsv, cvResultsJson } from './cvResults.js';
import { deap } from './deap.js';
import { hpbandster } from './hpbandster.js';
import { hyperopt } from './hyperopt.js';
import type { Importer } from './importer.js';
import { kerasTuner } from './kerasTuner.js';
import { kopt } from './kopt.js';
import { mlflow } from './mlflow.js';
import { optunaJournal } from './optunaJournal.js';
import { optunaSqlite } from './optunaSqlite.js';
import { pickle } from './pickle.js';
import { rayTune } from './rayTune.js';
import { skopt } from './skopt.js';
import { spearmint } from './spearmint.js';
import { talosFolder } from './talos.js';
import { talosTable } from './talosTable.js';
import { tensorboard } from './tensorboard.js';
import { wandbRuns } from './wandb.js';
import { wandbCsv, wandbJson } from './wandbExport.js';

/** Formats that `noregret import` reads, told apart by content; the first one that knows a file or folder reads it. */
export const importers = {
  'optuna-journal': optunaJournal,
  'optuna-sqlite': optunaSqlite,
  'keras-tuner': kerasTuner,
  talos: talosFolder,
  'talos-table': talosTable,
  'ray-tune': rayTune,
  mlflow,
  wandb: wandbRuns,
  'wandb-json': wandbJson,
  'wandb-csv': wandbCsv,
  tensorboard,
  hpbandster,
  spearmint,
  kopt,
  hyperopt,
  skopt,
  pickle,
  'cv-results-json': cvResultsJson,
  'cv-results-csv': cvResultsCsv,
  deap,
  // Reads any table: after all others.
  csv,
} satisfies Readonly<Record<string, Importer>>;
