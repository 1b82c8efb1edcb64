/** `folder` takes the place of the trial's number, `env` is added to what a trial gets, `goesOnIn` is the folder of an earlier probe whose files it finds. */
export interface Probe { readonly folder: string; readonly env: Readonly<Record<string, string>>; readonly goesOnIn?: string }
