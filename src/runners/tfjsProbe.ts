import type { TfjsBackend } from '../model/config.js';
import type { KeyProbe } from '../model/ports.js';
import { assetPath } from '../platform/assets.js';
import { runLimited } from '../platform/limitedRun.js';
import { tfjsInfoVariable, withInfoFile, type TfjsInfo } from './tfjsInfo.js';

export interface TfjsProbe {
  /** Where trials run. */
  readonly cwd: string;
  readonly backend: TfjsBackend;
  /** What a trial would see. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeLimitMs?: number;
}

const usualLimitMs = 60_000;

/** Loads the backend that a trial would get and trains nothing; 0.2 to 0.5 s. A workspace without tfjs is an answer too. */
export function probeTfjs({ cwd, backend, env, timeLimitMs = usualLimitMs }: TfjsProbe): Promise<TfjsInfo> {
  return withInfoFile(async (file, read) => {
    let output = '';
    const { ending } = await runLimited({
      argv: ['node', assetPath('tfjs-trial.mjs'), '-', backend], cwd, env: { ...env, [tfjsInfoVariable]: file }, marker: `probe-${file}`,
      onOutput: (_stream, chunk) => { output = (output + chunk.toString('utf8')).slice(-500); },
    }, { timeoutMs: timeLimitMs });
    return read() ?? { ok: false, reason: 'spawn', message: ending.kind === 'not-started' ? ending.message : `tfjs could not be looked at: ${output}` };
  });
}

/** Adds the backend, its version and thread settings to the compatibility key of tfjs studies: results differ between them (decisions.md 8). */
export function withTfjsBackend(probe: KeyProbe, env: Readonly<Record<string, string>>): KeyProbe {
  return {
    key: async (tree, config, incumbent) => {
      const key = await probe.key(tree, config, incumbent);
      if (config.program?.kind !== 'tfjs') return key;
      const info = await probeTfjs({ cwd: tree.dir, backend: config.program.backend, env: { ...env, ...config.env.set } });
      return info.ok ? { ...key, backend: `${info.backend} ${info.version}`, 'backend threads': info.threads } : { ...key, backend: `none: ${info.message.slice(0, 150)}` };
    },
  };
}
