import { z } from 'zod';
import { paramsSchema } from './study.js';

/** Where somebody said it. `merge`: nobody did; it follows from a pull request that was merged. */
export const vias = ['comment', 'label', 'trailer', 'command-line', 'merge'] as const;

/** Longest reason that is kept; what people write beyond it is cut, and seen to be. */
export const longestReason = 300;
/** Pairs that one request may ask for, and that all requests for one commit may add up to. */
export const morePairs = { usual: 10, once: 100, together: 300 } as const;

const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const short = z.string().max(2 * longestReason);

/** Who decided it, when, and about which commit. `id` makes it one, however often it is written down. */
const frame = {
  schema: z.literal(1),
  tool: short,
  /** Names the file beside the commit: `comment-123`, `trailer-…`; letters, digits and dashes. */
  id: z.string().regex(/^[a-z]+(-[0-9a-z]+)+$/).max(120),
  study: z.string(),
  /** A pull request's own head, or a commit of the default branch. */
  sha,
  /** ISO 8601, UTC. */
  at: z.string().regex(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
  /** Login where GitHub vouches for it; on the command line what git calls the user. */
  by: short,
  via: z.enum(vias),
  pullRequest: z.int().optional(),
};

/** A decline that somebody with write access takes on (decisions.md 11): appended, never edited. */
const acceptSchema = z.strictObject({
  ...frame, kind: z.literal('accept'),
  /** Gated metrics; empty = all of them, and crashes as well. */
  metrics: z.array(short).max(20),
  reason: short,
  /** Last day on which it counts, UTC. */
  until: day.optional(),
  /** Tree of the test merge at that time: a push of the same tree is known to have been accepted. */
  tree: sha.optional(),
});

/** Further pairs for an undecided gate, judged by e-values from the first pair on (verdict.md 6.6). */
const moreSeedsSchema = z.strictObject({ ...frame, kind: z.literal('more-seeds'), pairs: z.int().min(1).max(morePairs.once) });

/** The retuned winner of a merged pull request: a challenger on main (decisions.md 19). `sha` is the merge commit. */
const proposalSchema = z.strictObject({
  ...frame, kind: z.literal('proposal'), pullRequest: z.int(),
  params: paramsSchema,
  /** Main's best configuration as that pull request had it. */
  against: paramsSchema,
  /** `against` was found worse there, and the winner made up for it, on a machine that ran no stranger's code. */
  recovered: z.boolean(),
});

/** What people decided about commits, beside what was measured on them. */
export const decisionSchema = z.discriminatedUnion('kind', [acceptSchema, moreSeedsSchema, proposalSchema]);
export type Decision = z.infer<typeof decisionSchema>;
export type Acceptance = z.infer<typeof acceptSchema>;
export type MoreSeeds = z.infer<typeof moreSeedsSchema>;
export type Proposal = z.infer<typeof proposalSchema>;

/** It counts through the whole of its last day, UTC. `now`: ISO 8601, UTC. */
export function isExpired({ until }: { readonly until?: string | undefined }, now: string): boolean {
  return until !== undefined && now.slice(0, 10) > until;
}
