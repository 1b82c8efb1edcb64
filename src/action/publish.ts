import { dropSecrets } from '../platform/secrets.js';
import { readPublishInputs } from './inputs.js';
import { openDesk, runEntry } from './openDesk.js';
import { runPublish } from './runPublish.js';

/** `dist/publish.js`: the step of `noregret/publish`. */
export async function main(): Promise<void> {
  await runEntry(async () => {
    const desk = await openDesk(readPublishInputs);
    dropSecrets(process.env);
    await runPublish(desk, async () => (await import('./wiring.js')).useCases);
  });
}
