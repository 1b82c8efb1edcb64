import { UserError } from '../model/errors.js';
import type { ImportChoice } from './importer.js';

/** Something that the files do not say and the user could. */
export type Needed = keyof ImportChoice;

/** A reader's question; the words of its fix are the flags of `noregret import`, which other commands have only some of. */
export class ChoiceNeeded extends UserError {
  readonly needed: Needed;

  constructor(needed: Needed, { code, message, fix }: { readonly code: string; readonly message: string; readonly fix: string }) {
    super(code, message, { fix });
    this.needed = needed;
  }
}
