/**
 * How the runner reads a step's output, so that tests can say whether a line would have been obeyed
 * (rules of actions/runner: ActionCommand.cs, FileCommandManager.cs; our own words and code).
 */
export interface Command { readonly name: string; readonly properties: Readonly<Record<string, string>>; readonly message: string; readonly line: string }

const unescape = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%');

/** Blanks that the runner skips before it looks for `::`. */
const blanks = /^[\s\u0085]+/u;

/** Commands that the runner would execute: `::name …::` after blanks, or `##[name]` anywhere in the line. */
export function commandsIn(output: string): readonly Command[] {
  return output.split(/\r\n|\n|\r/).flatMap((line): Command[] => {
    const modern = /^::([^\s:]+)(?: ((?:[^:]|:(?!:))*))?::(.*)$/su.exec(line.replace(blanks, ''));
    if (modern !== null) {
      const properties = Object.fromEntries((modern[2] ?? '').split(',').filter((part) => part.includes('=')).map((part) => [part.slice(0, part.indexOf('=')).trim(), unescape(part.slice(part.indexOf('=') + 1))]));
      return [{ name: modern[1]!, properties, message: unescape(modern[3]!), line }];
    }
    const old = /##\[([^\]\s]+)[^\]]*\](.*)$/su.exec(line);
    return old === null ? [] : [{ name: old[1]!, properties: {}, message: old[2]!, line }];
  });
}

/** GITHUB_OUTPUT and GITHUB_STATE: `NAME=VALUE`, or a heredoc whose end mark fills a line. Throws where the runner fails the step. */
export function parseFileCommands(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const lines = text.split(/\r\n|\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      found[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    if (heredoc < 0) throw new Error(`Invalid format '${line}'`);
    const mark = line.slice(heredoc + 2);
    const end = lines.indexOf(mark, i + 1);
    if (end < 0) throw new Error(`Matching delimiter not found '${mark}'`);
    found[line.slice(0, heredoc)] = lines.slice(i + 1, end).join('\n');
    i = end;
  }
  return found;
}
