import type { ParamValue } from '../model/params.js';
import type { DialectReader, Draft, DraftParameter } from './dialect.js';
import { at, countOf, fieldsOf, listOf, numberOf, textOf, type Fields } from './document.js';
import { bell, choices, constant, logUniform, stepped, uniform, unsaid, whole, wholeLog, withNote, type Form } from './form.js';
import { optional } from './optional.js';

/** Katib's suggestion services by ours; those that are absent have none. */
const methods: Readonly<Record<string, string>> = { random: 'random', grid: 'grid', sobol: 'sobol', cmaes: 'cmaes', tpe: 'tpe', 'multivariate-tpe': 'tpe', bayesianoptimization: 'auto', hyperband: 'random' };

/** Kubeflow Katib, `kind: Experiment` of v1beta1: every number is a text (kubeflow/katib, hyperopt/base_service.py). */
export const katib: DialectReader = {
  tool: 'Katib',
  detects: ({ root }) => at(root)['kind'] === 'Experiment' && String(at(root)['apiVersion']).startsWith('kubeflow.org/'),
  read: ({ root }) => {
    const spec = at(root, 'spec');
    const objective = at(spec, 'objective');
    const method = methods[textOf(at(spec, 'algorithm')['algorithmName']) ?? ''];
    const { earlyTerminate, notes, resource } = stopping(spec);
    const isGrid = method === 'grid';
    return {
      ...optional({
        name: textOf(at(root, 'metadata')['name']), metric: textOf(objective['objectiveMetricName']), trials: countOf(spec['maxTrialCount']), method, earlyTerminate, command: command(spec),
        goal: objective['type'] === 'maximize' ? 'maximize' as const : objective['type'] === 'minimize' ? 'minimize' as const : undefined,
        threshold: Number.isFinite(numberOf(objective['goal'])) ? numberOf(objective['goal']) : undefined,
      }),
      parameters: listOf(spec['parameters']).map((parameter) => readParameter(fieldsOf(parameter) ?? {}, isGrid, resource)),
      notes: [...notes, ...leftOut(spec, method)],
    };
  },
};

interface Resource { readonly name: string; readonly most: number }

function readParameter({ name, parameterType: type, feasibleSpace }: Fields, isGrid: boolean, resource: Resource | undefined): DraftParameter {
  const path = [textOf(name) ?? ''];
  if (resource !== undefined && path[0] === resource.name) return { path, form: constant(resource.most, 'what hyperband of Katib sets: a full run here, stopped early') };
  return { path, form: formOf(String(type), at(feasibleSpace), isGrid) };
}

function formOf(type: string, space: Fields, grid: boolean): Form {
  const list = listOf(space['list']);
  if (type === 'categorical') return choices(list);
  if (type === 'discrete') return choices(list.map((item) => (Number.isNaN(numberOf(item)) ? item : numberOf(item))));
  if (type !== 'double' && type !== 'int') return unsaid(`its parameterType ${JSON.stringify(type)} is unknown`);
  const isWhole = type === 'int';
  const [low, high] = [numberOf(space['min']), numberOf(space['max'])];
  const step = space['step'] === undefined || space['step'] === '' ? undefined : numberOf(space['step']);
  switch (space['distribution']) {
    case undefined:
    case 'uniform':
      if (step !== undefined) return stepped({ low, high, step, whole: isWhole, grid });
      return isWhole ? whole(low, high) : uniform(low, high);
    case 'logUniform':
      if (step !== undefined && !(isWhole && step === 1)) return stepped({ low, high, step, whole: isWhole, log: true });
      return isWhole ? wholeLog(low, high) : logUniform(low, high);
    case 'normal':
      return threeDeviations(low, high, { step, isWhole, log: false });
    case 'logNormal':
      return threeDeviations(low, high, { step, isWhole, log: true });
    default:
      return unsaid(`its distribution ${JSON.stringify(space['distribution'])} is unknown`);
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
  const { algorithmName: name } = at(spec, 'earlyStopping');
  const ofAlgorithm = settings(at(spec, 'algorithm'));
  if (at(spec, 'algorithm')['algorithmName'] === 'hyperband') {
    const [most, eta] = [numberOf(ofAlgorithm['r_l']), Number.isNaN(numberOf(ofAlgorithm['eta'])) ? 3 : numberOf(ofAlgorithm['eta'])];
    const resource = textOf(ofAlgorithm['resource_name']);
    const named = resource === undefined || !(most > 0) ? {} : { resource: { name: resource, most } };
    if (most >= eta && Number.isInteger(eta)) return { ...named, earlyTerminate: { type: 'hyperband', max_resource: most, eta }, notes: [`algorithm hyperband: random search with early_terminate; it counts steps that the program reports, up to ${most}`] };
    return { ...named, notes: ['algorithm hyperband: random search alone, since its r_l and eta leave no rung to stop at'] };
  }
  if (name === undefined) return { notes: [] };
  if (name !== 'medianstop') return { notes: [`earlyStopping ${JSON.stringify(name)}: left out`] };
  const given = settings(at(spec, 'earlyStopping'));
  const [trials, start] = [numberOf(given['min_trials_required']), numberOf(given['start_step'])];
  return { earlyTerminate: { type: 'median', startup_trials: trials >= 0 ? trials : 3, warmup: start >= 0 ? start : 4 }, notes: ['earlyStopping medianstop: as median, which compares best values so far where Katib compares averages'] };
}

function settings(algorithm: Fields): Fields {
  return Object.fromEntries(listOf(algorithm['algorithmSettings']).map((setting) => [String(at(setting)['name']), at(setting)['value'] ?? null]));
}

function leftOut(spec: Fields, method: string | undefined): readonly string[] {
  const algorithm = at(spec, 'algorithm')['algorithmName'];
  const stray = Object.keys(settings(at(spec, 'algorithm'))).filter(() => algorithm !== 'hyperband');
  return [
    ...(method === undefined ? [`algorithm ${JSON.stringify(algorithm ?? null)}: left out`] : []),
    ...(stray.length === 0 ? [] : [`algorithmSettings ${stray.join(', ')}: left out`]),
    ...(spec['nasConfig'] === undefined ? [] : ['nasConfig: left out; architectures are not searched for']),
    ...(spec['parameterConstraints'] === undefined ? [] : ['parameterConstraints: left out']),
  ];
}

/** The primary container's command; `${trialParameters.x}` by the parameter that x refers to. */
function command(spec: Fields): readonly string[] | undefined {
  const template = at(spec, 'trialTemplate');
  const containers = containersIn(template['trialSpec'] ?? null);
  const chosen = containers.find(({ name }) => name === template['primaryContainerName']) ?? containers[0];
  const words = [...listOf(chosen?.['command']), ...listOf(chosen?.['args'])].map(String);
  if (words.length === 0) return undefined;
  const references = new Map(listOf(template['trialParameters']).map((parameter) => [String(at(parameter)['name']), String(at(parameter)['reference'])]));
  return words.map((word) => word.replaceAll(/\$\{trialParameters\.([^{}]+)\}/g, (_, name: string) => `\${param:${references.get(name) ?? name}}`));
}

function containersIn(value: ParamValue): readonly Fields[] {
  if (Array.isArray(value)) return value.flatMap((item: ParamValue) => containersIn(item));
  const fields = fieldsOf(value);
  if (fields === undefined) return [];
  return Object.entries(fields).flatMap(([key, inner]) => (key === 'containers' ? listOf(inner).map((item) => at(item)) : containersIn(inner)));
}
