/** GitHub says 65,536 characters for a comment; bytes leave room for both readings of that (github.md §5.3). */
export const commentMaxBytes = 60_000;
/** `output.summary` and `output.text` of a check run, in characters; characters never exceed bytes, so bytes may be held to it. */
export const checkMaxChars = 65_535;
/** A step's $GITHUB_STEP_SUMMARY; more is refused whole. */
export const summaryMaxBytes = 1_048_576;
/** Title of a check run. */
export const titleMaxChars = 255;
