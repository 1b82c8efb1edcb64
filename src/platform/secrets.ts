import { readFileSync } from 'node:fs';
import { isSecretName, type Environment } from './environment.js';

/**
 * How far trials are kept from our own secrets (decisions.md 25). `none`: same user id, so /proc shows a determined trial
 * the environment we were started with. `uid` and `bwrap` name stronger walls; nothing here builds them yet.
 */
export interface SecretsReport { readonly level: 'none' | 'uid' | 'bwrap'; readonly exposed: readonly string[] }

/** Credentials, not the runner's file paths and inputs, which are harmless to read. */
const harmless = /^(ACTIONS_(RUNNER_DEBUG|STEP_DEBUG|CACHE_SERVICE_V2|ORCHESTRATION_ID)|RUNNER_(?!TOKEN)|GITHUB_(ENV|OUTPUT|PATH|STATE|STEP_SUMMARY|EVENT_PATH)$|INPUT_(?!.*(TOKEN|SECRET|KEY|PASSWORD))|SSH_AUTH_SOCK|.*CA_(BUNDLE|CERTS?)(_FILE|_PATH)?$)/i;

function holdsSecret(name: string, value: string | undefined): boolean {
  return value !== undefined && value !== '' && isSecretName(name) && !harmless.test(name);
}

/**
 * Names (never values) of secrets that a trial could read from us: in `env`, or in the block that the kernel still shows
 * under /proc although the variable was deleted since.
 */
export function secretsLevel(env: Environment, startBlock: string = readStartBlock()): SecretsReport {
  const started = startBlock.split('\0').flatMap((entry): [string, string][] => {
    const at = entry.indexOf('=');
    return at > 0 ? [[entry.slice(0, at), entry.slice(at + 1)]] : [];
  });
  const names = [...Object.entries(env), ...started].flatMap(([name, value]) => (holdsSecret(name, value) ? [name] : []));
  return { level: 'none', exposed: [...new Set(names)].sort() };
}

/** One line for the report: what stands between trials and secrets, and what does not (decisions.md 25). */
export function secretsLine({ level, exposed }: SecretsReport): string {
  const shown = exposed.length === 0 ? 'no secret was in reach' : `within reach of a determined trial: ${exposed.join(', ')}`;
  return `an environment of listed variables only (isolation level: ${level}); ${shown}`;
}

/** Deletes secrets from `env` so that no child inherits them by accident; `stillShown` are those that /proc shows all the same. */
export function dropSecrets(env: Record<string, string | undefined>, startBlock: string = readStartBlock()): { readonly dropped: readonly string[]; readonly stillShown: readonly string[] } {
  const dropped = Object.keys(env).filter((name) => holdsSecret(name, env[name])).sort();
  for (const name of dropped) Reflect.deleteProperty(env, name);
  return { dropped, stillShown: secretsLevel({}, startBlock).exposed };
}

/** Empty where the platform has no /proc. */
function readStartBlock(): string {
  try {
    return readFileSync('/proc/self/environ', 'latin1');
  } catch {
    return '';
  }
}
