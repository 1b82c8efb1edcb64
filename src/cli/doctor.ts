import { trialEnvironment } from '../platform/environment.js';
import { gpus, node, program, python, tfjs, tfjsInstall, tfjsRuns, type Part, type Place } from './doctorProbes.js';
import { needsOf, type Needs } from './doctorNeeds.js';
import { exitCodes, type CommonFlags } from './program.js';
import { printable, type Terminal } from './terminal.js';

interface Flags extends CommonFlags { readonly config?: string }

/** A program that takes longer to say its version is as good as broken; a cold disk takes seconds. */
const answerMs = 10_000;
const titles: Readonly<Record<Part['group'], string>> = { tools: 'Tools', python: 'Python', tfjs: 'TensorFlow.js in this folder', devices: 'Devices', clusters: 'Clusters' };

/** A part, and the studies that cannot do without it. */
type Row = Part & { readonly neededBy: readonly string[] };

/** What this machine has, asked all at once, and whether that is enough for the study here. */
export async function run(terminal: Terminal, flags: Flags): Promise<number> {
  const { cwd, env } = terminal;
  const needs = await needsOf(cwd, env, flags.config);
  const place: Place = { cwd, env: trialEnvironment(env, { pass: [], set: {}, isolateHome: false }), timeoutMs: answerMs };
  const rows = judge(await look(place, terminal, needs), needs);
  const missing = rows.filter(({ neededBy, state }) => neededBy.length > 0 && state !== 'found');
  if (flags.json === true) terminal.stdout.write(`${JSON.stringify({ ok: missing.length === 0, studies: needs.map(({ study }) => study), missing: missing.map(({ name }) => name), parts: rows })}\n`);
  else terminal.stdout.write(`${printable(textOf(rows, missing, needs))}\n`);
  return missing.length === 0 ? exitCodes.ok : exitCodes.verdict;
}

async function look(place: Place, { env }: Terminal, needs: readonly Needs[]): Promise<readonly Part[]> {
  const wanted = needs.flatMap((need) => need.python ?? []);
  // Where the study names one, what another has is of no interest.
  const interpreters = [...new Set(wanted.length === 0 ? ['python3'] : wanted.map(({ interpreter }) => interpreter))];
  const asked = await Promise.all<Part | readonly Part[]>([
    node(place),
    program({ group: 'tools', name: 'git', argv: ['git', '--version'], fix: 'Install git: `compare` reads both commits with it.' }, place),
    ...interpreters.map(async (interpreter) => await python(interpreter, wanted.filter((one) => one.interpreter === interpreter).flatMap(({ packages }) => packages), place)),
    tfjs(place),
    gpus(env, place.timeoutMs),
    program({ group: 'clusters', name: 'Slurm', argv: ['sbatch', '--version'], fix: 'Only on a machine of a cluster: run there, or load its module.' }, place),
    program({ group: 'clusters', name: 'Ray', argv: ['ray', '--version'], fix: 'pip install "ray[default]", and see that its folder is in PATH.' }, place),
  ]);
  return onceEach([...asked.flat(), ...needs.flatMap(({ parts }) => parts)]);
}

/** One row for a thing that several ask after; what one of them cannot use is what is said of it. */
function onceEach(parts: readonly Part[]): readonly Part[] {
  const rows = new Map<string, Part>();
  for (const part of parts) {
    const key = JSON.stringify([part.group, part.interpreter, part.name]);
    const before = rows.get(key);
    if (before === undefined || before.state === 'found') rows.set(key, part.state === 'found' ? before ?? part : { ...before, ...part });
  }
  return [...rows.values()];
}

function judge(parts: readonly Part[], needs: readonly Needs[]): readonly Row[] {
  const devices = parts.filter(({ group, state }) => group === 'devices' && state === 'found').length;
  const rows = parts.map((part): Row => ({ ...part, neededBy: [...new Set(needs.filter((need) => isNeeded(part, need)).map(({ study }) => study))] }));
  const short = needs.filter((need) => devices > 0 && need.gpus > devices).map(({ study, gpus: wanted }): Row => ({
    group: 'devices', name: `${wanted} GPUs per trial`, state: 'unusable', detail: `there ${devices === 1 ? 'is' : 'are'} ${devices}`, fix: `Set gpus: ${devices} or less, or run on another machine.`, neededBy: [study],
  }));
  // A study without tfjs packages is told by what would load.
  const noTfjs = needs.filter((need) => need.tfjs && !parts.some(({ name }) => name === tfjsRuns.name)).map(({ study }): Row => ({ ...tfjsRuns, state: 'missing', fix: tfjsInstall, neededBy: [study] }));
  return [...rows, ...short, ...noTfjs];
}

function isNeeded({ group, name, interpreter = 'python3' }: Part, { tools, parts, tfjs: wantsTfjs, python: wanted }: Needs): boolean {
  if (parts.some((part) => part.name === name) || tools.includes(name)) return true;
  if (group === 'tfjs') return wantsTfjs && name === tfjsRuns.name;
  return group === 'python' && wanted?.interpreter === interpreter && (name === 'Python' || wanted.packages.includes(name));
}

const marks: Readonly<Record<Part['state'], string>> = { found: '✓', missing: '–', unusable: '!' };

function textOf(rows: readonly Row[], missing: readonly Row[], needs: readonly Needs[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const groups = [...new Set(rows.map(titleOf))].map((title) => [title, ...rows.filter((row) => titleOf(row) === title).map((row) => lineOf(row, width))].join('\n'));
  return [...groups, conclusion(missing, needs)].join('\n\n');
}

function titleOf({ group, interpreter }: Row): string {
  return interpreter === undefined ? titles[group] : `${titles[group]} (${interpreter})`;
}

function lineOf({ name, state, version, detail, fix, neededBy }: Row, width: number): string {
  const said = [version, ...(detail === undefined ? [] : [`(${detail})`]), ...(state === 'missing' ? ['not found'] : [])].filter((part) => part !== undefined && part !== '').join(' ');
  const mark = state !== 'found' && neededBy.length > 0 ? '✗' : marks[state];
  return `  ${mark} ${name.padEnd(width)}  ${said}${state === 'found' || fix === undefined ? '' : `; ${fix}`}`.trimEnd();
}

function conclusion(missing: readonly Row[], needs: readonly Needs[]): string {
  if (needs.length === 0) return 'There is no study file here, so nothing of this is needed yet.';
  const studies = needs.map(({ study }) => study).join(', ');
  if (missing.length === 0) return `${studies}: all that is needed is here.`;
  return [`${studies}: ${missing.length === 1 ? 'one thing is' : `${missing.length} things are`} missing.`, ...missing.map(({ name, detail, fix }) => `  ${name}${detail === undefined ? '' : `, ${detail}`}\n    fix: ${fix ?? ''}`)].join('\n');
}
