/**
 * Trainings of some 50 ms whose answer we know: accuracy falls with the distance of log10(lr) from an optimum, plus noise
 * drawn from the seed. What a pull request changes is the optimum, the level, or that it fails.
 */
export interface Training {
  /** log10 of the best learning rate. */
  readonly optimum?: number;
  readonly level?: number;
  readonly noise?: number;
  /** Draws other noise from the same seed, as any real change of the code does. */
  readonly salt?: number;
  /** Statements run before the score is printed, e.g. `process.exit(3)`. */
  readonly before?: string;
}

export function trainingSource({ optimum = -1, level = 0.9, noise = 0.002, salt = 0, before = '' }: Training = {}): string {
  return `import { readFileSync } from 'node:fs';
const { lr } = JSON.parse(readFileSync(process.env.NOREGRET_PARAMS, 'utf8'));
let state = (Number(process.env.NOREGRET_SEED) + ${salt}) >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
${before}
const accuracy = ${level} - 0.02 * (Math.log10(lr) - ${optimum}) ** 2 + ${noise} * normal();
console.log('noregret ' + JSON.stringify({ step: 1, accuracy }));
`;
}

export interface Study { readonly name?: string; readonly trials?: number; readonly extra?: string; readonly command?: string }

export function studySource({ name = 'demo', trials = 8, extra = '', command = '[node, train.mjs]' }: Study = {}): string {
  return `name: ${name}
metric: { name: accuracy, goal: maximize, margin: 0.02 }
method: random
parameters:
  lr: { distribution: log_uniform_values, min: 1.0e-4, max: 1, default: 0.1 }
command: ${command}
budget: { trials: ${trials} }
parallel: 2
${extra}`;
}

/** Writes a model as large as its width; trained on from one, it begins where that ended. */
const transferProgram = (salt: number): string => `import { readFileSync, writeFileSync } from 'node:fs';
const { NOREGRET_PARAMS, NOREGRET_SEED, NOREGRET_TRIAL_DIR, NOREGRET_BASE_CHECKPOINT } = process.env;
const { hidden } = JSON.parse(readFileSync(NOREGRET_PARAMS, 'utf8'));
const start = NOREGRET_BASE_CHECKPOINT === undefined ? 0 : JSON.parse(readFileSync(NOREGRET_BASE_CHECKPOINT, 'utf8')).level;
const level = start + hidden.reduce((a, b) => a + b, 0);
writeFileSync(NOREGRET_TRIAL_DIR + '/model.json', JSON.stringify({ level }));
for (const step of [1, 2]) console.log('noregret ' + JSON.stringify({ step, acc: level + (Number(NOREGRET_SEED) % 97) / 1e4 + ((Number(NOREGRET_SEED) + ${salt}) % 13) / 1e5 }));
`;
const transferStudy = (more: string): string => `metric: { name: acc, goal: maximize, margin: 0.01 }
parameters: { hidden: { shape: { values: [constant, funnel], default: funnel }, layers: { min: 1, max: 2, default: 2 }, width: { values: [4, 8], default: 8 }, last: 2 } }
command: [node, train.mjs]
budget: { trials: 4 }
verdict: { search: never }
${more}`;
/** A study that leaves a model, and one that trains on from it. */
export const transferFiles = (salt: number): Record<string, string> => ({ 'train.mjs': transferProgram(salt), 'noregret.yml': transferStudy('name: scratch\ncheckpoint: model.json\n'), 'transfer.yml': transferStudy('name: onwards\ntransfer: scratch\n') });
