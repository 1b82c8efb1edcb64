/** `trials` came to a rung, `stopped` of them ended there; `planned` where a table says how many should. No resource = a full run. */
export interface PrunerBracket {
  readonly name: string;
  readonly rungs: readonly { readonly resource?: number; readonly planned?: number; readonly trials: number; readonly stopped: number }[];
}
