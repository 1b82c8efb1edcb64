// The tuning tasks of `../shared/data`, read in place: exhaustive tables and YAHPO's surrogates, by the protocol of `peers/README.md`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { madeTask } from './madeTasks.mjs';

const data = new URL(`${process.env.NOREGRET_DATA ?? '../../shared/data'}/`, import.meta.url);
/** `npm i --prefix .cache/ort --ignore-scripts onnxruntime-node`: a measuring aid, no dependency of the project. */
const requireHere = createRequire(new URL('../.cache/ort/', import.meta.url));

export const openTasks = [
  'fcnet_protein_structure', 'fcnet_protein_structure~noisy', 'hpobench_mlp_kc1', 'hpobench_mlp_vehicle', 'hpobench_mlp_vehicle~noisy',
  'nasbench201_cifar100', 'yahpo_lcbench_167168', 'yahpo_xgb_12',
];
/** Never looked at when the eight are reported: the check that nothing was fitted to them. */
export const validationTasks = [
  'fcnet_naval_propulsion', 'fcnet_naval_propulsion~noisy', 'hpobench_mlp_australian', 'hpobench_mlp_australian~noisy', 'hpobench_mlp_car', 'hpobench_mlp_kc1~noisy',
  'nasbench201_cifar100~noisy', 'yahpo_lcbench_189906', 'yahpo_xgb_1501', 'yahpo_rpart_14', 'yahpo_glmnet_40981', 'yahpo_glmnet_1489',
];

export function readData(path) {
  const bytes = readFileSync(new URL(path, data));
  return JSON.parse(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

/**
 * `space` as the configuration reader gives it; `evaluate(params)` -> the true score as a loss (mean over the
 * training seeds); `observe(params, rng)` -> what a trial sees; `best` -> the loss that regret is counted from.
 */
export async function openTask(name) {
  const [base, noisy] = name.split('~');
  const task = base.startsWith('made_') ? await madeTask(base) : base.startsWith('yahpo_') ? await surrogate(base) : table(base);
  return { ...task, name, noisy: noisy === 'noisy', observe: noisy === 'noisy' ? task.oneSeed : task.evaluate };
}

const parameter = (name, distribution, when) => ({ name, path: [name], distribution, ...(when === undefined ? {} : { when }) });

function table(name) {
  const about = readData(`tabular/open/${name}.json`);
  const lines = gunzipSync(readFileSync(new URL(`tabular/open/${name}.csv.gz`, data))).toString().trimEnd().split('\n').slice(1);
  const sign = about.direction === 'maximize' ? -1 : 1;
  const rows = lines.map((line) => line.split(',').filter((cell) => cell !== '').map((cell) => sign * Number(cell)));
  const means = Float64Array.from(rows, (row) => row.reduce((sum, value) => sum + value, 0) / row.length);
  const sorted = means.toSorted();
  const indexOf = (params) => about.params.reduce((index, { name: key, kind, choices }) => index * choices.length + (kind === 'ordinal' ? params[key] : choices.indexOf(params[key])), 0);
  return {
    space: { constraints: [], parameters: about.params.map(({ name: key, kind, choices }) => parameter(key, kind === 'ordinal'
      ? { name: 'int_uniform', low: 0, high: choices.length - 1 } : { name: 'categorical', choices })) },
    best: sorted[0],
    evaluate: async (params) => means[indexOf(params)],
    oneSeed: async (params, rng) => { const row = rows[indexOf(params)]; return row[rng.integer(row.length)]; },
    rankOf: (loss) => lowerBound(sorted, loss) / sorted.length,
  };
}

function lowerBound(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const scenarios = { lcbench: 'lcbench', xgb: 'rbv2_xgboost', rpart: 'rbv2_rpart', glmnet: 'iaml_glmnet' };

async function surrogate(name) {
  const [, short, instance] = name.split('_');
  const scenario = scenarios[short];
  const folder = `yahpo_surrogates/models/${scenario}`;
  const [configSpace, spec, encoding] = ['config_space', 'spec', 'encoding'].map((file) => readData(`${folder}/${file}.json`));
  const known = readData(`yahpo_surrogates/open/${scenario}.json.gz`).instances.find((one) => one.instance === instance);
  const model = await openModel(`${folder}/model.onnx`, spec, encoding);
  const [target, direction] = spec.suggested_target;
  const index = spec.output.order.indexOf(target);
  const sign = direction === 'max' ? -1 : 1;
  for (const { config, output } of known.reference_points) {
    const got = (await model(config))[index];
    if (Math.abs(got - output[index]) > 1e-4 * Math.max(1e-3, Math.abs(output[index]))) throw new Error(`${name}: ${got}, the reference says ${output[index]}`);
  }
  const fixed = { ...spec.full_fidelity, [spec.instance_param]: instance };
  return {
    space: spaceOf(configSpace, fixed), best: sign * known.target_range_0p5M_random[target][direction === 'max' ? 1 : 0],
    evaluate: async (params) => sign * (await model({ ...params, ...fixed }))[index],
  };
}

/** Outputs for one configuration; inactive parameters are absent from it. */
async function openModel(path, { inputs }, encoding) {
  const ort = requireHere('onnxruntime-node');
  const session = await ort.InferenceSession.create(new URL(path, data).pathname, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return async (config) => {
    const categories = Int32Array.from(inputs.x_cat.order, (key) => encoding[key][config[key] ?? '#na#']);
    const numbers = Float32Array.from(inputs.x_cont.order, (key) => config[key] ?? 0);
    const feeds = { x_cat: new ort.Tensor('int32', categories, [1, categories.length]), x_cont: new ort.Tensor('float32', numbers, [1, numbers.length]) };
    return (await session.run(feeds)).output.data;
  };
}

function spaceOf({ hyperparameters, conditions }, fixed) {
  const parameters = hyperparameters.filter(({ name }) => !Object.hasOwn(fixed, name)).map((one) => {
    const found = conditions.find(({ child }) => child === one.name);
    const when = found === undefined ? undefined : { [found.parent]: found.values ?? [found.value] };
    return parameter(one.name, distributionOf(one), when);
  });
  return { constraints: [], parameters };
}

function distributionOf({ type, log, lower: low, upper: high, choices }) {
  switch (type) {
    case 'categorical': return { name: 'categorical', choices };
    case 'uniform_int': return log ? { name: 'q_log_uniform_values', low, high, q: 1, integer: true } : { name: 'int_uniform', low, high };
    case 'uniform_float': return { name: log ? 'log_uniform_values' : 'uniform', low, high };
  }
  throw new Error(`no such type: ${type}`);
}
