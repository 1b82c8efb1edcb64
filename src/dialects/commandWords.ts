/** What only a shell understands: pipes, lists, redirections, variables, substitutions, globs. */
const shellOnly = /[|&;<>`*?]|\$(?!\{param:)/;

/** A command line as words; `[bash, -c, line]` where a shell is needed. Line breaks with and without a backslash are blanks. */
export function commandWords(line: string): readonly string[] {
  const joined = line.replaceAll(/\\?\n/g, ' ').trim();
  const words = shellOnly.test(joined.replaceAll(/'[^']*'/g, '')) ? undefined : split(joined);
  return words ?? ['bash', '-c', joined];
}

/** Undefined where a quote is left open. */
function split(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let [word, quote]: [string | undefined, string] = [undefined, ''];
  for (let i = 0; i < line.length; i++) {
    const char = line[i] ?? '';
    if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) [quote, word] = [char, word ?? ''];
    else if (char === '\\' && quote !== "'") word = `${word ?? ''}${line[++i] ?? ''}`;
    else word = `${word ?? ''}${char}`;
  }
  if (quote !== '') return undefined;
  return word === undefined ? words : [...words, word];
}
