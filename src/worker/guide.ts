import { rateAt, type RateRange } from '../math/lrRange.js';
import { guideVariables } from '../model/guide.js';

/** What is used of an optimizer. Its rate is a field, and a method besides where the field alone would not do (sgd, momentum). */
interface Optimizer { learningRate?: number; setLearningRate?: (rate: number) => void }
interface Scalar { dataSync(): ArrayLike<number>; dispose(): void }
type Minimize = (this: Optimizer, f: () => Scalar, returnCost?: boolean, variables?: readonly unknown[]) => Scalar | null;
type Options = Readonly<Record<string, unknown>>;
type Fit = (this: { stopTraining?: boolean }, ...args: unknown[]) => Promise<unknown>;
interface Trainable { readonly Optimizer?: { readonly prototype: { minimize: Minimize } }; readonly LayersModel?: { readonly prototype: { fit: Fit; fitDataset: Fit } } }

export type Report = (metrics: Readonly<Record<string, unknown>>) => void;
type ModuleReport = (...args: readonly unknown[]) => void;

/** Runs of the guide need no help of the module: every step that an optimizer of this `tf` takes is ours to see. */
export function installGuide(tf: object, env: Readonly<Record<string, string | undefined>>, report: Report): { readonly isOurs: (metrics: unknown) => boolean } {
  const trainable: Trainable = tf;
  const range = parseRange(env[guideVariables.range]);
  const steps = Number(env[guideVariables.steps] ?? Number.NaN);
  if (range !== undefined) testRange(trainable, range, report);
  else if (steps > 0) countSteps(trainable, steps, report);
  else if (env[guideVariables.smoke] !== undefined) twoEpochs(trainable, report);
  // In a range test what the module reports of its own would be read as the test's.
  return { isOurs: (metrics) => range === undefined || (typeof metrics === 'object' && metrics !== null && 'lr' in metrics) };
}

/** The module's `report` without what does not belong into a range test. */
export function guarded(report: ModuleReport, isOurs: (metrics: unknown) => boolean): ModuleReport {
  return (...args) => { if (isOurs(args.at(-1))) report(...args); };
}

function parseRange(text: string | undefined): RateRange | undefined {
  const [start = Number.NaN, end = Number.NaN, steps = Number.NaN] = (text ?? '').split(' ').map(Number);
  return start > 0 && end > start && steps > 0 ? { start, end, steps } : undefined;
}

/** The rate is raised before each step of the first optimizer that takes one; the process ends with the range. */
function testRange(tf: Trainable, range: RateRange, report: Report): void {
  endless(tf);
  let first: Optimizer | undefined;
  let step = 0;
  eachStep(tf, (optimizer) => {
    first ??= optimizer;
    if (optimizer === first) setRate(optimizer, rateAt(range, step));
  }, (optimizer, loss) => {
    if (optimizer !== first) return;
    report({ step, lr: rateAt(range, step), loss });
    step += 1;
    if (step >= range.steps) process.exit(0);
  });
}

function countSteps(tf: Trainable, steps: number, report: Report): void {
  let fit: { readonly rows: number; readonly batch: number } | undefined;
  endless(tf, (options, data) => {
    const rows = rowsOf(data);
    const batch = typeof options['batchSize'] === 'number' ? options['batchSize'] : defaultBatch;
    if (rows !== undefined) fit = { rows, batch: Math.min(batch, rows) };
  });
  let step = 0;
  eachStep(tf, () => undefined, (_, loss) => {
    step += 1;
    report({ step, loss, seconds: performance.now() / 1000, ...(fit === undefined ? {} : { data_size: fit.rows, examples: examplesAfter(step, fit) }) });
    if (step >= steps) process.exit(0);
  });
}

/** What `model.fit` takes unless told. */
const defaultBatch = 32;

/** The last batch of an epoch is what is left of the rows. */
function examplesAfter(step: number, { rows, batch }: { readonly rows: number; readonly batch: number }): number {
  const perEpoch = Math.ceil(rows / batch);
  return Math.floor(step / perEpoch) * rows + (step % perEpoch) * batch;
}

/** Rows of a tensor, or of the first of several inputs. */
function rowsOf(data: unknown): number | undefined {
  const first: unknown = Array.isArray(data) ? data[0] : data;
  const rows: unknown = typeof first === 'object' && first !== null && 'shape' in first && Array.isArray(first.shape) ? first.shape[0] : undefined;
  return typeof rows === 'number' ? rows : undefined;
}

function setRate(optimizer: Optimizer, rate: number): void {
  if (optimizer.setLearningRate !== undefined) optimizer.setLearningRate(rate);
  else optimizer.learningRate = rate;
}

function eachStep({ Optimizer }: Trainable, before: (optimizer: Optimizer) => void, after: (optimizer: Optimizer, loss: number) => void): void {
  if (Optimizer === undefined) return;
  const { minimize } = Optimizer.prototype;
  Optimizer.prototype.minimize = function (f, returnCost, variables) {
    before(this);
    const cost = minimize.call(this, f, true, variables);
    after(this, cost?.dataSync()[0] ?? Number.NaN);
    if (returnCost === true) return cost;
    cost?.dispose();
    return null;
  };
}

/** A module's own number of epochs, callbacks and validation would end the test before it is over, or cost time between its steps. */
function endless(tf: Trainable, see: (options: Options, data: unknown) => void = () => undefined): void {
  eachFit(tf, (options, data) => {
    see(options, data);
    return { ...options, epochs: Number.MAX_SAFE_INTEGER, callbacks: [], validationData: undefined };
  });
}

/** Two, because the first one takes longer: only their difference tells how long a training takes. */
function twoEpochs(tf: Trainable, report: Report): void {
  eachFit(tf, (options) => {
    const epochs = typeof options['epochs'] === 'number' ? options['epochs'] : 1;
    report({ smoke: 1, full_steps: epochs });
    return { ...options, epochs: Math.min(2, epochs) };
  });
}

function eachFit({ LayersModel }: Trainable, change: (options: Options, data: unknown) => object): void {
  if (LayersModel === undefined) return;
  for (const name of ['fit', 'fitDataset'] as const) {
    const original = LayersModel.prototype[name];
    // The options come last: fit(x, y, options), fitDataset(dataset, options).
    const at = name === 'fit' ? 2 : 1;
    LayersModel.prototype[name] = function (...args) {
      const given = args[at];
      return original.call(this, ...args.slice(0, at), change(typeof given === 'object' && given !== null ? { ...given } : {}, args[0]));
    };
  }
}
