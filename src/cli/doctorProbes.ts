import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { probeGpus } from '../executors/gpus.js';
import { installOf, libraries, requirementOf, standing } from '../external/libraries.js';
import { parseJson } from '../model/json.js';
import type { Environment } from '../platform/environment.js';
import { runLimited } from '../platform/limitedRun.js';
import { clip, printableLine } from '../report/printable.js';
import { probeTfjs } from '../runners/tfjsProbe.js';

/** One thing that may be there. */
export interface Part {
  readonly group: 'tools' | 'python' | 'tfjs' | 'devices' | 'clusters';
  readonly name: string;
  /** The interpreter that a package belongs to; python3 unless given. */
  readonly interpreter?: string;
  readonly state: 'found' | 'missing' | 'unusable';
  readonly version?: string;
  /** Where it is, or why it cannot be used. */
  readonly detail?: string;
  readonly fix?: string;
}

/** `env`: what a trial would see, hence without secrets. */
export interface Place { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly timeoutMs: number }

/** Packages of Python that are looked for, besides those of adapters, and what for. */
const readers: Readonly<Record<string, string>> = {
  'scikit-learn': 'reads pickled searches (`noregret import`)', wandb: 'scripts that report to Weights & Biases',
};

interface Answer { readonly text: string; readonly failure?: 'absent' | 'late' | 'failed' }

/** Runs a program that should only say what it is; it and all that it started are dead afterwards. */
async function ask(argv: readonly string[], { cwd, env, timeoutMs }: Place): Promise<Answer> {
  let text = '';
  const { ending, isLate } = await runLimited({ argv, cwd, env, marker: `doctor-${randomUUID()}`, onOutput: (_stream, chunk) => { text = (text + chunk.toString('utf8')).slice(0, 20_000); } }, { timeoutMs });
  if (isLate) return { text, failure: 'late' };
  if (ending.kind === 'not-started') return { text: '', failure: 'absent' };
  return ending.kind === 'exited' && ending.code === 0 ? { text } : { text, failure: 'failed' };
}

/** A program that prints its version. */
export async function program(part: Pick<Part, 'group' | 'name'> & { readonly argv: readonly string[]; readonly fix: string }, place: Place): Promise<Part> {
  const { group, name, argv, fix } = part;
  const { text, failure } = await ask(argv, place);
  if (failure === 'absent') return { group, name, state: 'missing', fix };
  const version = /\d+(\.\d+)+[\w.+-]*/.exec(text)?.[0];
  if (failure !== undefined || version === undefined) return { group, name, state: 'unusable', detail: whyNot(failure, place), fix };
  return { group, name, state: 'found', version };
}

/** What runs us, and what trials get where that is another one. */
export async function node(place: Place): Promise<Part> {
  const own = { group: 'tools', name: 'node', state: 'found', version: process.versions.node } as const;
  const { state, version } = await program({ group: 'tools', name: 'node', argv: ['node', '--version'], fix: '' }, place);
  if (version === own.version) return own;
  return { ...own, detail: version === undefined ? `runs noregret; ${state === 'missing' ? 'there is none' : 'what is called node says no version'} in PATH` : `runs noregret; trials get ${version}` };
}

function whyNot(failure: Answer['failure'], { timeoutMs }: Place): string {
  return failure === 'late' ? `no answer in ${timeoutMs / 1_000} s` : failure === 'failed' ? 'it fails when asked for its version' : 'its answer holds no version';
}

const versions = z.object({ python: z.string(), path: z.string(), packages: z.record(z.string(), z.string().nullable()) });
/** Written by us, run by the interpreter: metadata only, so that nothing is imported. */
const script = `import importlib.metadata as m, json, sys
def v(n):
    try:
        return m.version(n)
    except Exception:
        return None
print(json.dumps({"python": sys.version.split()[0], "path": sys.executable, "packages": {n: v(n) for n in sys.argv[1:]}}))`;

/** An interpreter and what it has of `extra` and of all that adapters and readers use. */
export async function python(interpreter: string, extra: readonly string[], place: Place): Promise<readonly Part[]> {
  const head = { group: 'python' as const, name: 'Python', ...of(interpreter) };
  const fix = interpreter === 'python3' ? 'Install Python 3.9 or newer, and see that python3 is in PATH.' : 'Make it (python3 -m venv), or name another `python` in `method`.';
  const { text, failure } = await ask([interpreter, '-c', script, ...new Set([...Object.values(libraries).map((library) => library.package), ...Object.keys(readers), ...extra])], place);
  if (failure === 'absent') return [{ ...head, state: 'missing', fix }];
  const answer = versions.safeParse(parseJson(text));
  if (failure !== undefined || !answer.success) return [{ ...head, state: 'unusable', detail: whyNot(failure, place), fix }];
  const { python: version, path, packages } = answer.data;
  return [
    { ...head, state: 'found', version: shown(version), detail: shown(path) },
    ...Object.entries(packages).map(([name, found]) => packagePart(name, found ?? undefined, interpreter)),
  ];
}

function of(interpreter: string): Pick<Part, 'interpreter'> {
  return interpreter === 'python3' ? {} : { interpreter };
}

function packagePart(name: string, found: string | undefined, interpreter: string): Part {
  const library = Object.values(libraries).find((one) => one.package === name);
  const pip = library === undefined ? `pip install ${requirementOf(name)}${readers[name] === undefined ? '' : `: ${readers[name]}`}` : installOf(library);
  const fix = interpreter === 'python3' ? pip : `${interpreter} -m ${pip}`;
  const part = { group: 'python' as const, name, ...of(interpreter) };
  if (found === undefined) return { ...part, state: 'missing', fix };
  const version = shown(found);
  const stands = library === undefined ? 'known' : standing(found, library);
  if (stands === 'too-old') return { ...part, state: 'unusable', version, detail: `too old: ${library?.from ?? ''} or newer is needed`, fix };
  return { ...part, state: 'found', version, ...(stands === 'newer' ? { detail: `newer than what was tested (${library?.pins[0] ?? ''})` } : {}) };
}

const tfjsPackages = ['tfjs-node-gpu', 'tfjs-node', 'tfjs-backend-wasm', 'tfjs-backend-cpu'];

/** What a study with a JavaScript module needs: its row, and how to get it. */
export const tfjsRuns = { group: 'tfjs', name: 'tfjs trials run on' } as const;
export const tfjsInstall = 'npm install @tensorflow/tfjs-core @tensorflow/tfjs-layers @tensorflow/tfjs-backend-wasm';

/** Packages in the folder's node_modules or those above, and what a trial would get of them. */
export async function tfjs(place: Place): Promise<readonly Part[]> {
  const found = await Promise.all(tfjsPackages.map(async (name) => ({ name: `@tensorflow/${name}`, version: await packageVersion(place.cwd, `@tensorflow/${name}`) })));
  const parts = found.map(({ name, version }): Part => (version === undefined ? { group: 'tfjs', name, state: 'missing', fix: `npm install ${name}` } : { group: 'tfjs', name, state: 'found', version: shown(version) }));
  if (found.every(({ version }) => version === undefined)) return parts;
  const info = await probeTfjs({ cwd: place.cwd, backend: 'auto', env: place.env, timeLimitMs: place.timeoutMs });
  return [...parts, info.ok
    ? { ...tfjsRuns, state: 'found', version: shown(`${info.backend} ${info.version}`), ...(info.passedOver.length === 0 ? {} : { detail: shown(info.passedOver.join('; ')) }) }
    : { ...tfjsRuns, state: 'unusable', detail: shown(info.message), fix: tfjsInstall }];
}

async function packageVersion(cwd: string, name: string): Promise<string | undefined> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8').catch(() => undefined);
    const read = z.object({ version: z.string() }).safeParse(parseJson(text ?? ''));
    if (read.success) return read.data.version;
    if (dirname(folder) === folder) return undefined;
  }
}

/** As the executor finds them; `env` is ours. */
export async function gpus(env: Environment, timeoutMs: number): Promise<readonly Part[]> {
  const { devices, notes } = await probeGpus({ env, timeoutMs });
  const hidden = env['CUDA_VISIBLE_DEVICES'];
  if (devices.length > 0) return [...devices.map(({ index, name, mig }): Part => ({ group: 'devices', name: `GPU ${index}`, state: 'found', version: shown(name), ...(mig ? { detail: 'a MIG slice' } : {}) })), ...notes.map((note): Part => ({ group: 'devices', name: 'GPUs', state: 'unusable', detail: shown(note), fix: 'Make a slice of it, or switch MIG off.' }))];
  if (notes.length > 0) return [{ group: 'devices', name: 'GPUs', state: 'unusable', detail: shown(notes.join('; ')), fix: 'See that nvidia-smi works; until then trials run on CPU.' }];
  return [{ group: 'devices', name: 'GPUs', state: 'missing', fix: hidden === undefined ? 'Trials run on CPU. With an NVIDIA GPU install its driver, which brings nvidia-smi.' : `CUDA_VISIBLE_DEVICES is "${shown(hidden)}": is that meant? Without nvidia-smi trials run on CPU.` }];
}

/** Of another program, for a terminal. */
function shown(text: string): string {
  return clip(printableLine(text.trim()), 200);
}
