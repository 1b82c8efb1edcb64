/** What columns of a table of trials are. */
export interface ColumnRoles { readonly metric?: string | undefined; readonly params?: readonly string[] | undefined; readonly seed?: string | undefined; readonly state?: string | undefined }

export interface TwoRoles { readonly column: string; readonly roles: readonly [string, string] }

/**
 * A column that is given as two things at once; a parameter that is named twice is one thing. A search that sees its own result among
 * its parameters would find that the result is all that matters.
 */
export function twoRoles({ metric, params = [], seed, state }: ColumnRoles): TwoRoles | undefined {
  const given = [['the metric', metric], ['the seed', seed], ['the state', state], ...[...new Set(params)].map((name) => ['a parameter', name] as const)] as const;
  for (const [i, [role, column]] of given.entries()) {
    const [other] = given.slice(0, i).find((one) => one[1] === column) ?? [];
    if (column !== undefined && other !== undefined) return { column, roles: [other, role] };
  }
  return undefined;
}
