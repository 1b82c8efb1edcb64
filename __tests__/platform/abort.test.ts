import { expect, test } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { orAborted } from '../../src/platform/abort.js';

const never = new Promise<void>(() => undefined);

test('resolves with the work, rejects with it, and leaves no listener behind', async () => {
  const { signal } = new AbortController();
  await orAborted(Promise.resolve(), signal);
  await expect(orAborted(Promise.reject(new Error('crashed')), signal)).rejects.toThrow('crashed');
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('resolves when it is aborted meanwhile, or was before', async () => {
  const control = new AbortController();
  const waited = orAborted(never, control.signal);
  control.abort();
  await waited;
  await orAborted(never, control.signal);
});

test('work that fails after the abort fails for nobody', async () => {
  const control = new AbortController();
  control.abort();
  await orAborted(new Promise((_resolve, reject) => { setTimeout(() => { reject(new Error('late')); }, 5); }), control.signal);
  // An unhandled rejection would end this test's process.
  await new Promise((resolve) => { setTimeout(resolve, 20); });
});
