import { dropSecrets } from '../platform/secrets.js';
import { watchCancel } from './cancel.js';
import { readInputs } from './inputs.js';
import { openDesk, runEntry } from './openDesk.js';
import { runAction } from './runAction.js';

/** `dist/index.js`: the main step of the action. */
export async function main(): Promise<void> {
  await runEntry(async () => {
    const signal = watchCancel();
    const desk = await openDesk(readInputs);
    dropSecrets(process.env);
    await runAction(desk, async () => (await import('./wiring.js')).useCases, signal);
  });
}
