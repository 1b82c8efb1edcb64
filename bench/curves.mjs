// Real learning curves to replay a search with pruning on: YAHPO's lcbench surrogate and AlgoPerf's logs, read in place.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { openTask, readData } from './tasks.mjs';

const data = new URL(`${process.env.NOREGRET_DATA ?? '../../shared/data'}/`, import.meta.url);
const requireHere = createRequire(new URL('../.cache/ort/', import.meta.url));
const epochs = 52;

/** `draw(count, rng)` -> loss curves, one number per epoch; `best`: lowest loss of 0.5 M random points; `range`: of the target over the same. */
export async function lcbench(instance, lib) {
  const { drawPoint } = await import(`${lib}/samplers/draw.js`);
  const folder = 'yahpo_surrogates/models/lcbench';
  const [spec, encoding] = ['spec', 'encoding'].map((file) => readData(`${folder}/${file}.json`));
  const ort = requireHere('onnxruntime-node');
  const session = await ort.InferenceSession.create(new URL(`${folder}/model.onnx`, data).pathname, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const { space } = await openTask(`yahpo_lcbench_${instance}`);
  const [target] = spec.suggested_target;
  const at = spec.output.order.indexOf(target);
  const outputs = spec.output.order.length;
  const [low, high] = readData('yahpo_surrogates/open/lcbench.json.gz').instances.find((one) => one.instance === instance).target_range_0p5M_random[target];
  const task = encoding.OpenML_task_id[instance];
  const curve = async (params) => {
    const numbers = new Float32Array(epochs * spec.inputs.x_cont.order.length);
    for (let epoch = 1, i = 0; epoch <= epochs; epoch++) for (const key of spec.inputs.x_cont.order) numbers[i++] = key === 'epoch' ? epoch : params[key];
    const feeds = { x_cat: new ort.Tensor('int32', new Int32Array(epochs).fill(task), [epochs, 1]), x_cont: new ort.Tensor('float32', numbers, [epochs, spec.inputs.x_cont.order.length]) };
    const out = (await session.run(feeds)).output.data;
    return Array.from({ length: epochs }, (_, i) => -out[i * outputs + at]);
  };
  return {
    name: `lcbench ${instance}`, best: -high, range: high - low, epochs, space, curve,
    draw: async (count, rng) => {
      const curves = [];
      for (let i = 0; i < count; i++) curves.push(await curve(drawPoint(space, rng.fork(String(i)))));
      return curves;
    },
  };
}

const maximized = new Set(['fastmri', 'ogbg']);

/** A pool of real runs, drawn without replacement; a step is one evaluation. Values that were not finite are NaN. */
export function algoperf(workload) {
  const lines = gunzipSync(readFileSync(new URL(`algoperf_v05/open/${workload}.jsonl.gz`, data))).toString().trimEnd().split('\n');
  const sign = maximized.has(workload) ? -1 : 1;
  const pool = lines.map((line) => JSON.parse(line).curve.map(([, , value]) => (value === null ? Number.NaN : sign * value)));
  const finals = pool.map((curve) => curve.at(-1)).filter(Number.isFinite);
  return {
    name: `algoperf ${workload}`, best: Math.min(...finals), range: Math.max(...finals) - Math.min(...finals), epochs: Math.max(...pool.map(({ length }) => length)),
    draw: async (count, rng) => {
      const left = [...pool];
      return Array.from({ length: Math.min(count, left.length) }, () => left.splice(rng.integer(left.length), 1)[0]);
    },
  };
}
