import { fieldsAt, listAt, numberAt, paramAt, unreadable } from './fields.js';
import { checkTrials, studyOf, type ForeignTrial } from './foreign.js';
import type { Importer } from './importer.js';
import { jsonPieces } from './jsonPieces.js';
import type { ParamValue } from '../model/params.js';
import { emptyMap } from './names.js';

const tool = 'sklearn-deap';
const isMaximize = (head: string): boolean => /^\s*\{/.test(head) && /"score_results"\s*:\s*\[/.test(head);
/** As DEAP prints it, tabs between; which statistics follow is the user's choice. */
const isLogbook = (head: string): boolean => /^\s*gen\s*\tnevals\s*\t/.test(head);

/** What `maximize` of sklearn-deap returns, as JSON by its names; a printed logbook is known, and refused: no individual stands in it. */
export const deap: Importer = {
  tool, takes: 'the results of maximize() as JSON: {"score_results": [[params, score], …]}',
  detects: (source) => {
    const head = source.isFolder ? '' : source.head().toString('latin1');
    return isMaximize(head) || isLogbook(head);
  },
  read: (source) => {
    const file = source.name;
    if (isLogbook(source.head().toString('latin1'))) throw unreadable({ tool: 'DEAP', file }, 'is a printed logbook: it holds the statistics of each generation, and no individual with its score', 'Give cv_results_ as CSV or JSON instead, or for sklearn-genetic-opt what export_trials.logbook writes (noregret import --exporter).');
    const [trials, notes]: [ForeignTrial[], string[]] = [[], []];
    const pieces = jsonPieces(source.chunks(), file, (key) => key === 'score_results');
    for (let next = pieces.next(); ; next = pieces.next()) {
      if (next.done === true) { if (!next.value.whole) notes.push(`${file} ends in the middle: the individuals before that were read`); break; }
      const { key, value, index } = next.value;
      if (key === 'score_results' && index !== undefined) checkTrials(trials.push(trialOf(value, { tool, file, field: `score_results[${index}]` })), file);
    }
    return { notes: [], studies: [studyOf({ name: source.base.replace(/\.json$/i, ''), tool, format: 'deap', metrics: [{ name: 'score', goal: 'maximize' }], objective: 'score', trials, notes })] };
  },
};

function trialOf(pair: unknown, place: { readonly tool: string; readonly file: string; readonly field: string }): ForeignTrial {
  const [individual, score] = listAt(pair, place);
  const params: Record<string, ParamValue> = emptyMap();
  for (const [name, value] of Object.entries(fieldsAt(individual, place))) params[name] = paramAt(value, place, `${place.field}.${name}`);
  return { params, state: 'complete', values: { score: numberAt(score, place) } };
}
