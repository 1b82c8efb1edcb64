import type { ImportChoice } from '../imports/importer.js';
import { UserError } from '../model/errors.js';
import type { Goal } from '../model/direction.js';

/** Flags that say what the files of another tool do not. */
export interface ImportFlags {
  readonly studyName?: string; readonly metric?: string; readonly goal?: Goal; readonly format?: string; readonly trust?: boolean;
  readonly choices?: readonly string[]; readonly params?: string; readonly state?: string; readonly seed?: string;
}

/** UserError `flag-invalid`. */
export function choiceOf({ metric, goal, format, trust, choices, params, state, seed }: ImportFlags): ImportChoice {
  const columns = { ...(params === undefined ? {} : { params: split(params) }), ...(state === undefined ? {} : { state }), ...(seed === undefined ? {} : { seed }) };
  return {
    ...(metric === undefined ? {} : { metric }), ...(goal === undefined ? {} : { goal }), ...(format === undefined ? {} : { format }), ...(trust === undefined ? {} : { trust }),
    ...(choices === undefined ? {} : { choices: Object.fromEntries(choices.map(choiceFlag)) }),
    ...(Object.keys(columns).length === 0 ? {} : { columns }),
  };
}

function choiceFlag(flag: string): [string, NonNullable<ImportChoice['choices']>[string]] {
  const at = flag.indexOf('=');
  if (at < 1) throw new UserError('flag-invalid', `--choices ${flag} names no parameter.`, { fix: 'Write --choices activation=relu,tanh, or --choices layers=number.' });
  const [name, list] = [flag.slice(0, at), flag.slice(at + 1)];
  return [name, list === 'number' ? 'number' : split(list).map(literal)];
}

function literal(text: string): string | number | boolean | null {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (/^(null|none)$/i.test(text)) return null;
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function split(list: string): string[] {
  return list.split(',').map((part) => part.trim());
}
