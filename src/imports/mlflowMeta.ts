import { isMap, isScalar, parseDocument } from 'yaml';

/** What is of use of a run's or experiment's meta.yaml, as it is written: no text of it is taken for a number. */
export type Meta = Readonly<Record<MetaKey, string | undefined>>;

type MetaKey = 'run_id' | 'run_uuid' | 'lifecycle_stage' | 'name' | 'status' | 'start_time' | 'end_time';

const keys: readonly MetaKey[] = ['run_id', 'run_uuid', 'lifecycle_stage', 'name', 'status', 'start_time', 'end_time'];
/** MLflow writes less than one kilobyte. */
const mostCharacters = 1 << 16;

/**
 * As MLflow writes them, one key and its plain or single-quoted value a line: nothing in such a text has another meaning to YAML than it
 * has read line by line. The YAML library takes a hundred times as long, which counts at a hundred thousand runs.
 */
const lineByLine = (() => {
  const [letter, plain] = ['\\w\\u00C0-\\u024F', '\\w\\u00C0-\\u024F/.@%+,=()~-'];
  return new RegExp(`^(?:\\w+: (?:\\[\\]|'[ -&(-~\\u00C0-\\u024F]*'|[${letter}/](?:[${plain}]|:(?=[${plain}])| +(?=[${letter}(]))*)\\n)+$`);
})();

/** Nothing where it is no map. Of a text that breaks off, what stands before that. */
export function metaOf(text: string): Meta {
  return lineByLine.test(text) ? metaInLines(text) : metaInYaml(text);
}

function metaInLines(text: string): Meta {
  const found = nothing();
  for (const key of keys) {
    // What comes twice counts as it stands last, as in Python.
    const at = text.lastIndexOf(`\n${key}: `);
    const from = at !== -1 ? at + key.length + 3 : text.startsWith(`${key}: `) ? key.length + 2 : -1;
    if (from === -1) continue;
    const isQuoted = text.startsWith("'", from);
    const end = text.indexOf('\n', from);
    const value = isQuoted ? text.slice(from + 1, end - 1) : text.slice(from, end);
    if (value !== '[]' || isQuoted) found[key] = value;
  }
  return found;
}

function metaInYaml(text: string): Meta {
  const found = nothing();
  if (text.length > mostCharacters) return found;
  for (const [key, value] of pairsIn(text)) if (isKey(key)) found[key] = value;
  return found;
}

function pairsIn(text: string): (readonly [key: string, value: string])[] {
  try {
    const { contents } = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
    const pairs = isMap(contents) ? contents.items : [];
    return pairs.flatMap(({ key, value }) => (isScalar(key) && isScalar(value) && typeof value.value === 'string' ? [[String(key.value), value.value] as const] : []));
  } catch {
    return [];
  }
}

function isKey(key: string): key is MetaKey {
  return keys.some((known) => known === key);
}

function nothing(): Record<MetaKey, string | undefined> {
  return { run_id: undefined, run_uuid: undefined, lifecycle_stage: undefined, name: undefined, status: undefined, start_time: undefined, end_time: undefined };
}
