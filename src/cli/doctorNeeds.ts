import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseConfig } from '../config/parse.js';
import { libraries, packageOf, requirementsOf } from '../external/libraries.js';
import type { StudyConfig, TrialProgram } from '../model/config.js';
import { UserError } from '../model/errors.js';
import { findConfigFiles, readConfigFile } from '../platform/configFiles.js';
import { trialEnvironment, type Environment } from '../platform/environment.js';
import { programPath } from '../platform/programPath.js';
import { pruners } from '../pruners/index.js';
import { samplers } from '../samplers/index.js';
import type { Part } from './doctorProbes.js';

/** What a study cannot do without: names of parts, and packages of an interpreter. */
export interface Needs {
  readonly study: string;
  /** Parts whose state is known without asking anybody. */
  readonly parts: readonly Part[];
  readonly tools: readonly string[];
  readonly tfjs: boolean;
  readonly gpus: number;
  readonly python?: { readonly interpreter: string; readonly packages: readonly string[] };
}

/** Of the study files here; none without a file, unless one is named. A file that cannot be read is itself what is missing. */
export async function needsOf(cwd: string, env: Environment, wanted: string | undefined): Promise<readonly Needs[]> {
  const paths = await findConfigFiles(cwd, wanted).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'config-missing' && wanted === undefined) return [];
    throw error;
  });
  return await Promise.all(paths.map(async (path) => {
    const { config } = parseConfig({ path, text: await readConfigFile(cwd, path), samplers, pruners });
    return config === undefined ? unreadable(path) : await needsOfStudy(cwd, env, config);
  }));
}

function unreadable(path: string): Needs {
  return { study: path, tools: [], tfjs: false, gpus: 0, parts: [{ group: 'tools', name: path, state: 'unusable', detail: 'it has errors', fix: 'noregret check lists them' }] };
}

async function needsOfStudy(cwd: string, env: Environment, config: StudyConfig): Promise<Needs> {
  const { name, program, method: { name: method, options }, gpus } = config;
  const path = trialEnvironment(env, config.env)['PATH'];
  const commands = [...(program?.kind === 'command' ? [firstWord(program)] : []), ...(method === 'external' && Array.isArray(options['command']) ? [String(options['command'][0])] : [])];
  const library = method === 'external' ? libraryOf(options) : undefined;
  return {
    study: name, tools: ['git'], tfjs: program?.kind === 'tfjs', gpus: gpus > 1 ? gpus : 0,
    parts: (await Promise.all(commands.map(async (command) => (command === undefined ? [] : await commandPart(command, cwd, path))))).flat(),
    ...(library === undefined ? {} : { python: library }),
  };
}

/** What is started in the end; undefined where only a trial's own values would tell. */
function firstWord({ argv, program }: Extract<TrialProgram, { kind: 'command' }>): string | undefined {
  const [word] = argv.flatMap((one) => {
    if (one === '${interpreter}') return ['python'];
    if (one === '${program}') return program ?? [];
    return one === '${env}' || one === '/usr/bin/env' || /^\w+=/.test(one) ? [] : [one];
  });
  return word === undefined || word.includes('${') ? undefined : word;
}

async function commandPart(command: string, cwd: string, path: string | undefined): Promise<readonly Part[]> {
  const isFile = async (file: string): Promise<boolean> => await stat(resolve(cwd, file)).then((found) => found.isFile(), () => false);
  const found = command.includes('/') ? await isFile(command) : programPath(command, path) !== command;
  return [found ? { group: 'tools', name: command, state: 'found' } : { group: 'tools', name: command, state: 'missing', fix: command.includes('/') ? 'The path is seen from the folder of the study file.' : `See that ${command} is in PATH, as trials see it.` }];
}

function libraryOf(options: Readonly<Record<string, unknown>>): Needs['python'] {
  const library = libraries[String(options['adapter'])];
  if (library === undefined) return undefined;
  const algorithms = [options['sampler'], options['pruner']].filter((one) => typeof one === 'string');
  return { interpreter: String(options['python']), packages: [library.package, ...requirementsOf(library, algorithms).map(packageOf)] };
}
