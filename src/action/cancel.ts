import { actions } from '../platform/actions.js';

/** The runner sends SIGINT, after 7.5 s SIGTERM, after 2.5 s more it kills the tree (actions/runner, ProcessInvoker.cs). */
const lastMomentMs = 2000;

/** Aborts on the first signal. After SIGTERM the process ends by itself shortly before it would be killed, so that its files are whole. */
export function watchCancel(): AbortSignal {
  const cancel = new AbortController();
  process.on('SIGINT', () => {
    if (cancel.signal.aborted) return;
    actions.line('Cancelled: finishing the report.');
    cancel.abort();
  });
  process.on('SIGTERM', () => {
    cancel.abort();
    setTimeout(() => process.exit(1), lastMomentMs).unref();
  });
  return cancel.signal;
}
