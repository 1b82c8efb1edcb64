import { distance } from 'fastest-levenshtein';
import { pythonJson, pythonLiteral, pythonYaml, type PythonValue } from './pythonText.js';

/** A text file with places for values, `from` below the side's folder; filled, it is called `to` below the trial's own. */
export interface TemplateFile { readonly from: string; readonly to: string }

/** How a value is written: text of a string as it is, all else as the file's own language has it (`bare`). */
const forms = ['bare', 'json', 'yaml', 'python'] as const;
type Form = (typeof forms)[number];

interface Place { readonly name: string; readonly form: Form; /** Stands in for a parameter that is inactive. */ readonly fallback: string | undefined }

/** Lines with their ends, each of texts and places. */
export interface Template { readonly lines: readonly (readonly (string | Place)[])[]; /** Names that have a place. */ readonly names: ReadonlySet<string> }

/** One thing wrong with a template; `line` and `column` count from 1. */
export interface TemplateProblem { readonly line: number; readonly column: number; readonly message: string; readonly fix: string }

/** What a trial's templates are filled from; a parameter of the space that is missing in `params` is inactive. */
export interface TemplateValues {
  readonly params: ReadonlyMap<string, PythonValue>;
  readonly seed: number;
  readonly trialDir: string;
  readonly fold?: { readonly index: number; readonly of: number } | undefined;
}

/** Known in every template, unless a parameter has the name. */
const ownNames = ['seed', 'trial_dir', 'fold', 'folds'] as const;

/** Beyond them nobody reads on. */
const mostProblems = 100;

/** A template's text, or all that is wrong with it. `parameters`: flat names of the search space. */
export function parseTemplate(text: string, parameters: readonly string[]): { readonly template: Template; readonly problems: readonly TemplateProblem[] } {
  const problems: TemplateProblem[] = [];
  const names = new Set<string>();
  const lines = text.split(/(?<=\n)/).map((line, i) => piecesOf(line).map((piece) => {
    if (!('mark' in piece)) return piece.text;
    const read = readPlace(piece.mark, parameters);
    if ('message' in read) {
      if (problems.length < mostProblems) problems.push({ line: i + 1, column: piece.at + 1, ...read });
      return '';
    }
    names.add(read.name);
    return read;
  }));
  return { template: { lines, names }, problems };
}

type Piece = { readonly text: string } | { readonly mark: string; readonly at: number };

/** Text, and what stands between two braces each; without those that a backslash keeps. A mark that is not closed goes to the end of the line. */
function piecesOf(line: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < line.length;) {
    const open = line.indexOf('{{', from);
    if (open === -1) return [...pieces, { text: line.slice(from) }];
    const isKept = open > from && line[open - 1] === '\\';
    pieces.push({ text: isKept ? `${line.slice(from, open - 1)}{{` : line.slice(from, open) });
    const close = isKept ? open : line.indexOf('}}', open + 2);
    if (close === -1) return [...pieces, { mark: line.slice(open), at: open }];
    if (!isKept) pieces.push({ mark: line.slice(open, close + 2), at: open });
    from = close + 2;
  }
  return pieces;
}

type Fault = Pick<TemplateProblem, 'message' | 'fix'>;

function readPlace(mark: string, parameters: readonly string[]): Place | Fault {
  if (!mark.endsWith('}}')) return { message: '{{ is not closed on its line', fix: 'write }} after the parameter\'s name, or \\{{ for two braces as they are' };
  const body = mark.slice(2, -2);
  const split = body.indexOf(':-');
  const [name = '', form = 'bare', ...more] = (split === -1 ? body : body.slice(0, split)).split('|').map((word) => word.trim());
  if (!parameters.includes(name) && !ownNames.some((own) => own === name)) return unknownName(body, name, parameters);
  if (!isForm(form) || more.length > 0) return { message: `${shownMark(body)}: there is no form ${[form, ...more].join(' | ')}`, fix: 'write |json, |yaml or |python, or nothing' };
  return { name, form, fallback: split === -1 ? undefined : body.slice(split + 2) };
}

function shownMark(body: string): string {
  return `{{${body.length <= 60 ? body : `${body.slice(0, 59)}…`}}}`;
}

function isForm(word: string): word is Form {
  return forms.some((form) => form === word);
}

function unknownName(body: string, name: string, parameters: readonly string[]): Fault {
  const message = `${shownMark(body)} names no parameter`;
  if (/^\w{1,40}\(/.test(body.trimStart())) return { message: `${message}: it is a range, as Hyperas writes it inside code`, fix: 'declare it in the study file, parameters: { learning_rate: { min: 0.001, max: 0.1 } }, and write {{learning_rate}}' };
  const near = name.length > 100 ? undefined : [...parameters, ...ownNames].map((known) => ({ known, far: distance(known.toLowerCase(), name.toLowerCase()) })).sort((a, b) => a.far - b.far)[0];
  if (near !== undefined && near.far <= Math.max(1, Math.floor(name.length / 3))) return { message, fix: `did you mean {{${near.known}}}?` };
  return { message, fix: `parameters: ${parameters.join(', ') || 'none'}; to keep two braces as they are, write \\{{` };
}

/**
 * The text for one trial. A line that mentions an inactive parameter is left out, as an element of a command is, unless each such place
 * has a fallback (`{{momentum:-0}}`). `isPython`: bare values are written as Python has them (True, None).
 */
export function fillTemplate({ lines }: Template, values: TemplateValues, isPython: boolean): string {
  return lines.flatMap((pieces) => {
    const filled = pieces.map((piece) => (typeof piece === 'string' ? piece : placeText(piece, values, isPython)));
    return filled.includes(undefined) ? [] : [filled.join('')];
  }).join('');
}

function placeText({ name, form, fallback }: Place, values: TemplateValues, isPython: boolean): string | undefined {
  const chosen = values.params.get(name);
  const value = chosen === undefined ? ownValue(name, values) : chosen;
  return value === undefined ? fallback : written(value, form === 'bare' && isPython && typeof value !== 'string' ? 'python' : form);
}

function written(value: PythonValue, form: Form): string {
  switch (form) {
    case 'bare': return typeof value === 'string' ? value : pythonYaml(value);
    case 'json': return pythonJson(value);
    case 'yaml': return pythonYaml(value);
    case 'python': return pythonLiteral(value);
  }
}

function ownValue(name: string, { seed, trialDir, fold }: TemplateValues): PythonValue | undefined {
  switch (name) {
    case 'seed': return seed;
    case 'trial_dir': return trialDir;
    case 'fold': return fold?.index;
    case 'folds': return fold?.of;
    default: return undefined;
  }
}
