import { createRng } from '../../src/math/rng.js';

/** Strings that a pull request could put into names, values, messages and logs. */
export const corpus: readonly string[] = [
  'a|b', 'a\\|b', '\\', 'ends with \\', '`', '``', '```', ' `x` ', '```js\ncode\n```', '~~~\nx\n~~~', '<b>bold</b>', '<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '</script>', '</details>', '</code>',
  '<!-- noregret -->', '-->', '<a href="javascript:alert(1)">x</a>', '&lt;b&gt;', '&#64;octocat', '&commat;octocat', '@octocat', 'a @octocat, (@octocat)', '@org/team', 'mail me@example.com', '#26', 'x #26.', 'GH-26', 'gh-26',
  'owner/repo#26', 'owner/repo@0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c', '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c', '0f1e2d3', 'https://example.com/x', 'HTTP://EXAMPLE.COM', 'ftp://example.com', 'www.example.com', 'WWW.example.com',
  'mailto:a@b.cd', 'xmpp:a@b.cd', '<https://example.com>', '[x](https://example.com)', '![x](https://example.com/i.png)', '[x]: https://example.com', '[x][y]', '[^1]', '[^1]: note', '*x*', '**x**', '_x_', '__x__', '***', '~x~', '~~x~~',
  '# heading', '- item', '+ item', '* item', '1. item', '1) item', '> quote', '    code', '\tcode', '---', '===', 'a\n===', '| a | b |\n| - | - |\n| c | d |', '- [ ] task', 'line\nbreak', 'line  \nbreak', 'line\\\nbreak', '\r\n', '\u2028', '\u2029',
  '\u0000', '\u0007', '\u001B[31mred\u001B[0m', '\u001B]0;title\u0007', '\u009B31m', '\u202Egnp.exe', '\u2066x\u2069', 'zero\u200Bwidth', 'soft\u00ADhyphen', '\uFEFF', '\u{E0041}', '\uD800', '\uDC00x', 'x\uD83D',
  '::error::boo', '  ::set-output name=x::y', '##[error]boo', 'x ##[group]y', '::add-mask::x', ':::', ':tada:', '$x^2$', '$$x$$', '$`x`$', 'a'.repeat(70), '日本語', 'emoji 🎉', '"quoted" \'single\'', '{{ x }}', '${{ secrets.X }}', '%0A', '',
];

const pieces = [...Array.from('|`<>&@#[]()!*_~\\-+=.:/$"\'{}\n\r\t '), '@a', '#1', '::', '##[', '<!--', '-->', '](', 'http://a.b', 'www.', '0123456789abcdef0123', '\u202E', '\u200B', '\uD800', 'GH-1', '&#', 'x', '7', ' '];

/** Seeded, so that a failure comes back. */
export function randomStrings(count: number): readonly string[] {
  const rng = createRng('report corpus');
  return Array.from({ length: count }, () => Array.from({ length: 1 + rng.integer(14) }, () => pieces[rng.integer(pieces.length)]).join(''));
}
