import { UserError } from '../model/errors.js';
import { own } from '../model/own.js';
import type { OptunaDistribution } from '../stores/optunaDistribution.js';
import { distributionParser } from '../stores/optunaDistributionText.js';
import { OptunaParams } from '../stores/optunaParams.js';
import { noAttrs, noFacts, optunaStates, tell, type OptunaStudy, type OptunaTrial } from '../stores/optunaReplay.js';
import { checkTrials } from './foreign.js';
import type { Importer } from './importer.js';
import { parsed } from './jsonPieces.js';
import { optunaStudyOf } from './optunaStudy.js';
import type { Source } from './source.js';
import { openSqlite, sqliteMagic, type SqliteFile, type SqlRow, type SqlValue } from './sqliteFile.js';

const states: Readonly<Record<string, number>> = { RUNNING: optunaStates.running, COMPLETE: optunaStates.complete, PRUNED: optunaStates.pruned, FAIL: optunaStates.fail, WAITING: optunaStates.waiting };
const special: Readonly<Record<string, number>> = { INF_POS: Infinity, INF_NEG: -Infinity, NAN: Number.NaN };

/** The SQLite file of Optuna's RDBStorage, schema 12 (Optuna 3 to 5). */
export const optunaSqlite: Importer = {
  tool: 'Optuna', takes: 'an SQLite file (RDBStorage)',
  detects: (source) => !source.isFolder && source.head().toString('latin1', 0, 16) === sqliteMagic && hasStudies(source),
  read: (source) => {
    const file = openSqlite(source);
    try {
      return { studies: studiesOf(file, source.name).map((study) => optunaStudyOf(study, 'optuna-sqlite')), notes: [] };
    } finally {
      file.close();
    }
  },
};

/** A damaged file is ours to refuse if its tables are not to be seen. */
function hasStudies(source: Source): boolean {
  try {
    const file = openSqlite(source);
    file.close();
    return file.tables.includes('studies') && file.tables.includes('trials');
  } catch (error) {
    if (error instanceof UserError) return true;
    throw error;
  }
}

function studiesOf(file: SqliteFile, name: string): readonly OptunaStudy[] {
  for (const { schema_version: version } of file.rows('version_info')) {
    if (version !== 12) throw new UserError('optuna-schema', `${name} has version ${String(version)} of Optuna's tables; 12 is read (Optuna 3 to 5).`, { fix: 'Bring it up with Optuna itself: optuna storage upgrade --storage sqlite:///FILE' });
  }
  const studies = new Map<number, OptunaStudy>();
  for (const row of file.rows('studies')) studies.set(int(row, 'study_id'), { id: int(row, 'study_id'), name: String(row['study_name']), directions: [], systemAttrs: new Map(), ownAttrs: [], trials: [], distributions: new Map(), changed: new Set(), begun: 0 });
  const directions = [...file.rows('study_directions')].sort((a, b) => int(a, 'objective') - int(b, 'objective'));
  const all = [...studies.values()].map((study): OptunaStudy => ({ ...study, directions: directions.filter((row) => int(row, 'study_id') === study.id).map(({ direction }) => (direction === 'MAXIMIZE' ? 2 : direction === 'MINIMIZE' ? 1 : 0)) }));
  for (const row of file.rows('study_system_attributes')) all.find(({ id }) => id === int(row, 'study_id'))?.systemAttrs.set(String(row['key']), json(row['value_json']));
  const trials = trialsOf(file, name);
  for (const { trial, study, number } of trials.values()) {
    const list = all.find(({ id }) => id === study)?.trials;
    if (list !== undefined) list[number] = trial;
  }
  // Numbers are dense in Optuna; a file that was worked on by hand may lack some.
  return all.map((study) => begun({ ...study, trials: Object.values(study.trials) }));
}

/** What a replay would know by now: trials began in the order of their numbers, the last one's distributions hold. */
function begun(study: OptunaStudy): OptunaStudy {
  for (const trial of study.trials) {
    if (trial.state !== optunaStates.waiting) trial.begunAt = study.begun++;
    for (const [name, { distribution }] of trial.params) study.distributions.set(name, distribution);
  }
  return study;
}

interface Numbered { readonly trial: OptunaTrial; readonly study: number; readonly number: number }

function trialsOf(file: SqliteFile, name: string): ReadonlyMap<number, Numbered> {
  const [trials, none] = [new Map<number, Numbered>(), OptunaParams.none()];
  for (const row of file.rows('trials')) {
    const [id, state] = [int(row, 'trial_id'), own(states, String(row['state']))];
    if (state === undefined) throw new UserError('import-unreadable', `${name}: trial ${id} has the state ${JSON.stringify(row['state'])}.`, { fix: 'Is this a file of Optuna 3 to 5?' });
    trials.set(id, { study: int(row, 'study_id'), number: int(row, 'number'), trial: { id, state, values: undefined, start: time(row['datetime_start']), complete: time(row['datetime_complete']), params: none, facts: noFacts, begunAt: undefined, systemAttrs: noAttrs } });
    checkTrials(trials.size, name);
  }
  const parse = distributionParser();
  for (const row of file.rows('trial_params')) {
    const known = distributionOf(parse, String(row['distribution_json']));
    const trial = trials.get(int(row, 'trial_id'))?.trial;
    if (trial !== undefined) trial.params = trial.params.with(String(row['param_name']), { internal: number(row['param_value']), distribution: known });
  }
  for (const row of file.rows('trial_values')) {
    const trial = trials.get(int(row, 'trial_id'))?.trial;
    if (trial === undefined) continue;
    const [objective, value] = [int(row, 'objective'), special[String(row['value_type'])] ?? number(row['value'])];
    const { values = [] } = trial;
    // A list that grows by an index takes room for sixteen more.
    trial.values = objective === values.length ? values.concat(value) : Object.assign([...values], { [objective]: value });
  }
  for (const row of file.rows('trial_intermediate_values')) {
    const trial = trials.get(int(row, 'trial_id'))?.trial;
    if (trial !== undefined) tell(trial, [{ kind: 'report', step: int(row, 'step'), value: special[String(row['intermediate_value_type'])] ?? number(row['intermediate_value']) }]);
  }
  for (const row of file.rows('trial_system_attributes')) {
    const trial = trials.get(int(row, 'trial_id'))?.trial;
    if (trial !== undefined) trial.systemAttrs = new Map(trial.systemAttrs).set(String(row['key']), json(row['value_json']));
  }
  return trials;
}

/** The journal's reader checks a distribution; the same text stands in both. UserError `import-unreadable`. */
function distributionOf(parse: (text: string) => OptunaDistribution, text: string): OptunaDistribution {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('import-unreadable', `The distribution ${text.slice(0, 100)} is none of Optuna 3 to 5.`, { fix: 'Export the study with Optuna itself: trials_dataframe().to_csv(...).' });
  }
}

function int(row: SqlRow, column: string): number {
  return number(row[column]);
}

function number(value: SqlValue | undefined): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function json(value: SqlValue | undefined): unknown {
  return typeof value === 'string' ? parsed(value) : undefined;
}

/** SQLAlchemy writes `2026-01-01 00:00:00.000000`. */
function time(value: SqlValue | undefined): number | undefined {
  return typeof value === 'string' ? Date.parse(value.replace(' ', 'T')) : undefined;
}
