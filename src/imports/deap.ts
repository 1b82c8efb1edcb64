import { fieldsAt, listAt, numberAt, paramsAt, unreadable } from './fields.js';
import { checkTrials, studyOf, type ForeignTrial } from './foreign.js';
import type { Importer } from './importer.js';
import { eachOf, jsonPieces } from './jsonPieces.js';

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
    const { whole } = eachOf(jsonPieces(source.chunks(), file, (key) => key === 'score_results'), ({ key, value, index }) => {
      if (key === 'score_results' && index !== undefined) checkTrials(trials.push(trialOf(value, { tool, file, field: `score_results[${index}]` })), file);
    });
    if (!whole) notes.push(`${file} ends in the middle: the individuals before that were read`);
    return { notes: [], studies: [studyOf({ name: source.base.replace(/\.json$/i, ''), tool, format: 'deap', metrics: [{ name: 'score', goal: 'maximize' }], objective: 'score', trials, notes })] };
  },
};

function trialOf(pair: unknown, place: { readonly tool: string; readonly file: string; readonly field: string }): ForeignTrial {
  const [individual, score] = listAt(pair, place);
  return { params: paramsAt(fieldsAt(individual, place), place, `${place.field}.`), state: 'complete', values: { score: numberAt(score, place) } };
}
