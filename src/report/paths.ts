/** Homes of people: what stands behind them is enough. */
const home = /^(?:\/home\/[^/]+|\/Users\/[^/]+|\/root)(?=\/|$)/u;
/** Where installed code lies: what stands behind it says which. */
const installed = /^.*\/(?=(?:site-packages|dist-packages|node_modules)\/)/u;
/** In quotes it may hold spaces; elsewhere it ends at the first. Behind a letter, a colon or a slash it is part of a word or an address. */
const quoted = /(?<=(["'`]))\/[^"'`\n]+(?=\1)/gu;
const bare = /(?<![\w.~:/…-])(?:file:\/\/)?\/[\w.@+~-]+(?:\/[\w.@+~=-]+)+\/?/gu;

/**
 * Text of a program on this machine for people elsewhere: paths below `root` are relative to it, of others only the end is
 * left, so that nobody reads where this machine keeps its files or who works on it.
 */
export function withoutPlaces(text: string, root: string): string {
  const shorten = (path: string): string => shortened(path.replace(/^file:\/\//u, ''), root);
  return text.replace(quoted, shorten).replace(bare, shorten);
}

function shortened(path: string, root: string): string {
  if (path === root || path === `${root}/`) return '.';
  if (path.startsWith(`${root}/`)) return path.slice(root.length + 1);
  if (installed.test(path)) return path.replace(installed, '…/');
  const inHome = path.replace(home, '~');
  const parts = inHome.split('/').filter((part) => part !== '');
  if (parts[0] === '~' && parts.length <= 2) return inHome;
  // Two names are a place of every machine: /dev/null, /usr/bin.
  return parts.length <= 2 ? inHome : `…/${parts.slice(-2).join('/')}`;
}
