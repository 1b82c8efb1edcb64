/** Waits for `work`, but no longer than until `signal` is aborted; what becomes of `work` then is its own matter. Rejects as `work` does. */
export async function orAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let listener = (): void => undefined;
  const abort = new Promise<void>((resolve) => { listener = resolve; });
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  // One signal sees thousands of waits: none may leave its listener behind.
  await Promise.race([work, abort]).finally(() => { signal.removeEventListener('abort', listener); });
}
