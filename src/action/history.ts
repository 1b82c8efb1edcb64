import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaselineStore } from '../model/ports.js';
import type { Desk } from './desk.js';
import type { UseCases } from './useCases.js';

/** The history branch for a step that has no checkout; nothing is fetched before it is asked for. */
export interface History {
  readonly open: () => Promise<BaselineStore>;
}

/** Runs `work` with the history at hand, and removes what was fetched for it. */
export async function withHistory<T>(desk: Pick<Desk, 'context' | 'inputs'>, loadUseCases: () => Promise<UseCases>, work: (history: History) => Promise<T>): Promise<T> {
  const { context, inputs } = desk;
  let scratch: string | undefined;
  let opened: Promise<BaselineStore> | undefined;
  const open = async (): Promise<BaselineStore> => {
    const useCases = await loadUseCases();
    scratch = await mkdtemp(join(context.tempDir, 'noregret-history-'));
    return await useCases.openHistory({ url: `${context.serverUrl}/${context.repository}`, token: inputs.token }, inputs.historyBranch, scratch);
  };
  try {
    return await work({ open: async () => await (opened ??= open()) });
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
}
