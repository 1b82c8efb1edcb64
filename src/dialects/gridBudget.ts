/** More trials than anybody waits for. */
const longGrid = 1000;

/** A grid without a cap runs whole in other tools: so many trials are budgeted, up to 1000 points. */
export function gridBudget(points: number): { readonly trials?: number; readonly notes: readonly string[] } {
  return points > longGrid ? { notes: [`the grid has ${points} points: budget.trials runs an evenly spread part`] } : { trials: points, notes: [] };
}
