import type { YAMLError } from 'yaml';
import { shown, type Finding } from './findings.js';

/** A syntax error in the words of someone who edits the file. */
export function syntaxFinding(error: YAMLError, line: string): Finding {
  const code = 'yaml-syntax';
  const trimmed = line.trim();
  if (trimmed.startsWith('```')) return { code, message: 'a markdown fence (```) is not part of a configuration', fix: 'remove this line' };
  if (error.code === 'RESOURCE_EXHAUSTION') return { code: 'too-deep', message: 'nested too deeply', fix: 'flatten the file' };
  if (error.code === 'TAB_AS_INDENT') return { code, message: 'a tab is used for indentation', fix: 'indent with spaces' };
  if (error.code === 'MISSING_CHAR' && error.message.includes('map values')) {
    return { code, message: `${shown(trimmed)} is no setting: there is no colon and value`, fix: 'remove this line if it is prose, or write `key: value`' };
  }
  return { code, message: `${firstLine(error.message)}, at ${shown(trimmed)}`, fix: 'correct the YAML on or just before this line' };
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
