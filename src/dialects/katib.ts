import type { ParamValue } from '../model/params.js';
import type { DialectReader, Draft, DraftParameter } from './dialect.js';
import { at, countAt, fieldsOf, goalAt, listOf, methodFor, numberOf, optional, placeOf, plainGoals, spoken, textOf, type Fields } from './fields.js';
import { bell, choices, constant, logUniform, rounded, stepped, uniform, unsaid, whole, wholeLog, withNote, type Form } from './form.js';

/** Katib's suggestion services by ours; those that are absent have none. */
const methods: Readonly<Record<string, string>> = { random: 'random', grid: 'grid', sobol: 'sobol', cmaes: 'cmaes', tpe: 'tpe', 'multivariate-tpe': 'tpe', bayesianoptimization: 'auto', hyperband: 'random' };

/** Services that draw through Optuna: steps from `min` on, each as likely as the other. The others round as Hyperopt does. */
const onOptuna: ReadonlySet<string> = new Set(['grid', 'cmaes', 'multivariate-tpe']);

/** Kubeflow Katib, `kind: Experiment` of v1beta1: every number is a text (kubeflow/katib, hyperopt/base_service.py). */
export const katib: DialectReader = {
  tool: 'Katib',
  detects: ({ root }) => isExperiment(at(root)),
  read: (root) => {
    const spec = at(root, 'spec');
    const objective = at(spec, 'objective');
    const algorithm = methodFor(textOf(at(spec, 'algorithm')['algorithmName']), methods, 'algorithm');
    const { earlyTerminate, notes, resource } = stopping(spec);
    const threshold = numberOf(objective['goal']);
    return {
      ...optional({
        name: textOf(at(root, 'metadata')['name']), metric: textOf(objective['objectiveMetricName']), goal: goalAt(objective, 'type', plainGoals), trials: countAt(spec, 'maxTrialCount'),
        method: algorithm.method, earlyTerminate, command: command(spec), threshold: Number.isFinite(threshold) ? threshold : undefined,
      }),
      parameters: listOf(spec['parameters']).map((parameter) => readParameter(at(parameter), { grid: algorithm.method === 'grid', isEven: onOptuna.has(spoken(at(spec, 'algorithm')['algorithmName'])) }, resource)),
      notes: [...notes, ...algorithm.notes, ...leftOut(spec)],
    };
  },
};

function isExperiment({ kind, apiVersion }: Fields): boolean {
  return kind === 'Experiment' && spoken(apiVersion).startsWith('kubeflow.org/');
}

interface Steps { readonly grid: boolean; readonly isEven: boolean }
interface Resource { readonly name: string; readonly most: number }

function readParameter(given: Fields, steps: Steps, resource: Resource | undefined): DraftParameter {
  const name = textOf(given['name']) ?? '';
  const found = { path: [name], at: placeOf(given) };
  const form = formOf(given['parameterType'], at(given['feasibleSpace']), steps);
  if (name === resource?.name) return { ...found, form: constant(resource.most, 'what hyperband of Katib sets: a full run here, stopped early') };
  return { ...found, form };
}

function formOf(type: ParamValue | undefined, space: Fields, { grid, isEven }: Steps): Form {
  if (type === 'categorical') return choices(listOf(space['list']));
  if (type === 'discrete') return choices(listOf(space['list']).map((item) => (Number.isNaN(numberOf(item)) ? item : numberOf(item))));
  if (type !== 'double' && type !== 'int') return unsaid(`its parameterType ${spoken(type)} is unknown`);
  const isWhole = type === 'int';
  const [low, high] = [numberOf(space['min']), numberOf(space['max'])];
  const step = space['step'] === undefined || space['step'] === '' ? undefined : numberOf(space['step']);
  const distribution = textOf(space['distribution']) ?? 'uniform';
  switch (distribution) {
    case 'uniform':
      if (step !== undefined) return isEven ? stepped({ low, high, step, whole: isWhole, grid }) : rounded({ low, high, step, whole: isWhole });
      return isWhole ? whole(low, high) : uniform(low, high);
    case 'logUniform':
      if (step !== undefined && !(isWhole && step === 1)) return rounded({ low, high, step, whole: isWhole, log: true });
      return isWhole ? wholeLog(low, high) : logUniform(low, high);
    case 'normal':
      return threeDeviations(low, high, { step, isWhole, log: false });
    case 'logNormal':
      return threeDeviations(low, high, { step, isWhole, log: true });
    default:
      return unsaid(`its distribution ${distribution} is unknown`);
  }
}

/** Katib takes min and max for three standard deviations to either side, and draws beyond them too. */
function threeDeviations(low: number, high: number, { step, isWhole, log }: { readonly step: number | undefined; readonly isWhole: boolean; readonly log: boolean }): Form {
  const [from, to] = log ? [Math.log(low), Math.log(high)] : [low, high];
  const q = step ?? (isWhole ? 1 : undefined);
  const form = bell({ mu: (from + to) / 2, sigma: (to - from) / 6, ...(q === undefined ? {} : { q }), whole: isWhole, log });
  return withNote(form, `${low}…${high} are three standard deviations to either side: 0.3 % is drawn beyond, as in Katib`);
}

interface Stopping { readonly earlyTerminate?: Draft['earlyTerminate']; readonly notes: readonly string[]; readonly resource?: Resource }

function stopping(spec: Fields): Stopping {
  if (at(spec, 'algorithm')['algorithmName'] === 'hyperband') return hyperband(settings(at(spec, 'algorithm'), 'algorithmSettings'));
  const { algorithmName: name } = at(spec, 'earlyStopping');
  if (name === undefined) return { notes: [] };
  if (name !== 'medianstop') return { notes: [`earlyStopping ${spoken(name)}: left out`] };
  const { min_trials_required: trials, start_step: start, ...others } = settings(at(spec, 'earlyStopping'), 'algorithmSettings');
  return {
    earlyTerminate: { type: 'median', startup_trials: numberOr(trials, 3), warmup: numberOr(start, 4) },
    notes: ['earlyStopping medianstop: as median, which compares best values so far where Katib compares averages', ...Object.keys(others).map((key) => `earlyStopping ${key}: left out`)],
  };
}

function hyperband({ r_l: limit, eta: rate, resource_name: named }: Fields): Stopping {
  const [most, eta, name] = [numberOf(limit), numberOr(rate, 3), textOf(named)];
  const resource = name === undefined || !(most > 0) ? {} : { resource: { name, most } };
  if (!(most >= eta) || !Number.isInteger(eta) || eta < 2) return { ...resource, notes: ['algorithm hyperband: random search alone, since its r_l and eta leave no rung to stop at'] };
  return { ...resource, earlyTerminate: { type: 'hyperband', max_resource: most, eta }, notes: [`algorithm hyperband: random search with early_terminate; it counts steps that the program reports, up to ${most}`] };
}

/** As Katib's own default where nothing usable is given. */
function numberOr(value: ParamValue | undefined, fallback: number): number {
  const number = numberOf(value);
  return number >= 0 ? number : fallback;
}

/** A list of name and value, both texts. */
function settings(of: Fields, key: string): Fields {
  return Object.fromEntries(listOf(of[key]).map((setting) => [spoken(at(setting)['name']), at(setting)['value'] ?? null]));
}

function leftOut(spec: Fields): readonly string[] {
  const { algorithmName: algorithm, ...others } = { algorithmName: at(spec, 'algorithm')['algorithmName'], ...settings(at(spec, 'algorithm'), 'algorithmSettings') };
  const stray = algorithm === 'hyperband' ? [] : Object.keys(others);
  return [
    ...(stray.length === 0 ? [] : [`algorithmSettings ${stray.join(', ')}: left out`]),
    ...(spec['nasConfig'] === undefined ? [] : ['nasConfig: left out; architectures are not searched for']),
  ];
}

/** The primary container's command; `${trialParameters.x}` by the parameter that x refers to. */
function command(spec: Fields): readonly string[] | undefined {
  const template = at(spec, 'trialTemplate');
  const containers = containersIn(template['trialSpec'] ?? null);
  const chosen = containers.find(({ name }) => name === template['primaryContainerName']) ?? containers[0];
  const words = [...listOf(chosen?.['command']), ...listOf(chosen?.['args'])].map(spoken);
  if (words.length === 0) return undefined;
  const references = new Map(listOf(template['trialParameters']).map((parameter) => [spoken(at(parameter)['name']), spoken(at(parameter)['reference'])]));
  return words.map((word) => word.replaceAll(/\$\{trialParameters\.([^{}]+)\}/g, (_, name: string) => `\${param:${references.get(name) ?? name}}`));
}

function containersIn(value: ParamValue): readonly Fields[] {
  if (Array.isArray(value)) return value.flatMap((item: ParamValue) => containersIn(item));
  return Object.entries(fieldsOf(value) ?? {}).flatMap(([key, inner]) => (key === 'containers' ? listOf(inner).map((item) => at(item)) : containersIn(inner)));
}
