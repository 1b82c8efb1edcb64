import picomatch from 'picomatch';

/** Paths that can change a result (decisions.md 7). As in .gitignore the last pattern that matches decides; `!` takes out. */
export function inputsAmong(paths: readonly string[], globs: readonly string[]): readonly string[] {
  const rules = globs.map((glob) => {
    const taken = glob.startsWith('!');
    return { taken, matches: picomatch(taken ? glob.slice(1) : glob, { dot: true }) };
  });
  const takesOnly = rules.every((rule) => rule.taken);
  return paths.filter((path) => {
    const last = rules.findLast((rule) => rule.matches(path));
    return last === undefined ? takesOnly : !last.taken;
  });
}
