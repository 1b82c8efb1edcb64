import type { ToolOptions } from '../tools.js';

/** The readers are part of the command line; loaded when a study asks for them. */
export const readResults: NonNullable<ToolOptions['readResults']> = (root) => async (folder, { path, format, study, columns, choices }, { name, goal }) => {
  const { readResults: read } = await import('../imports/results.js');
  return read({ folder, within: [root], path, study, choice: { metric: name, goal, columns, ...(format === undefined ? {} : { format }), ...(choices === undefined ? {} : { choices }) } });
};
