import { launch, type Ending, type Launch } from './process.js';

export interface Limit { readonly timeoutMs: number; /** Ends it as well. */ readonly signal?: AbortSignal }

/** Runs a program that should soon be done; at the limit it is killed. It and all that it started are dead afterwards, whatever they hold open. */
export async function runLimited(job: Launch, { timeoutMs, signal }: Limit): Promise<{ readonly ending: Ending; readonly isLate: boolean }> {
  const running = launch(job);
  let isLate = false;
  const stop = (): void => { running.stop(0); };
  const timer = setTimeout(() => { isLate = true; stop(); }, timeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
  const ending = await running.ended;
  clearTimeout(timer);
  signal?.removeEventListener('abort', stop);
  return { ending, isLate };
}
