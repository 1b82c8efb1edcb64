export { pruners, samplers, study } from './library.js';
export type { AskedTrial, BestTrial, Choice, LogEvent, ParameterOptions, Study, StudyOptions, Told } from './library.js';
export type { Params, ParamValue } from './model/params.js';
