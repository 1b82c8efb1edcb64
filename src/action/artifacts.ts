import { artifactName } from '../publishers/files.js';

/** Of the artifacts named for this comment, the one of the latest attempt: a re-run of one job alone finds an older one. */
export function latestArtifact<T>(found: readonly T[], nameOf: (item: T) => string, commentId: string): T | undefined {
  const prefix = artifactName(commentId, 0).slice(0, -1);
  const attempt = (item: T): number => {
    const rest = nameOf(item).startsWith(prefix) ? nameOf(item).slice(prefix.length) : '';
    return /^\d{1,6}$/.test(rest) ? Number(rest) : 0;
  };
  return [...found].filter((item) => attempt(item) > 0).sort((a, b) => attempt(b) - attempt(a))[0];
}
