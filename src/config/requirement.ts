import type { z } from 'zod';

/** What a value must be, as the end of a sentence. */
export function requirement(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.startsWith('must') ? issue.message : `must be ${article[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(', ').replace(/, ([^,]*)$/, ' or $1')}`;
    case 'too_small':
      return issue.origin === 'array' ? `must have at least ${issue.minimum} item` : issue.origin === 'string' ? 'must not be empty' : `must be ${issue.inclusive === true ? 'at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'invalid_format':
    case 'invalid_union':
    case 'custom':
      return issue.message.startsWith('must') ? issue.message : 'must be written differently';
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
      return 'must be written differently';
  }
}

const article: Readonly<Record<string, string>> = {
  string: 'a text', number: 'a number', int: 'a whole number', boolean: 'true or false', object: 'a map of keys', record: 'a map of keys', array: 'a list',
};
