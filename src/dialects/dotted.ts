/** Of a file whose program takes Hydra's overrides; `names`: of its parameters. */
export function dotted(names: readonly string[]): readonly string[] {
  return names.some((name) => name.includes('.')) ? ['names with dots are overrides of Hydra, handed over as NAME=VALUE by ${args_no_hyphens}'] : [];
}
