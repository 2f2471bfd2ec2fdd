import { z } from 'zod';
import { ActionId, HoldId, RunId } from '../../ids.ts';
import { RunDelta } from '../protocol/server-messages.ts';

/** What a commit changed that people look at; what it is now is read from the journal. */
export const CommitHint = z.object({
  runId: RunId,
  holds: z.array(z.object({ id: HoldId, opened: z.boolean() })),
  /** Of tier `supervised`, that ran. */
  actions: z.array(ActionId),
});
export type CommitHint = z.infer<typeof CommitHint>;

/** What servers of one database tell each other. Loose objects: a server of the next version may say more. */
export const HINTS = {
  committed: z.array(CommitHint),
  /** Runs that somebody watches at the server that says so, for the next seconds. */
  watched: z.array(RunId),
  /** A piece of an answer as it streams: kept nowhere, so it is told as it is. */
  delta: z.object(RunDelta.shape),
} as const;

export type HintName = keyof typeof HINTS;
export type Hint<N extends HintName> = z.infer<(typeof HINTS)[N]>;

export type HintListener = { readonly [N in HintName]?: (hint: Hint<N>) => void } & {
  /** Something may not have been heard: whoever shows what others do reads it anew. */
  missed?(): void;
};

/**
 * The way between servers of one database. It may be cut: then what was told meanwhile is lost, and both sides learn that
 * something was. Nothing depends on it but how soon people see what happens elsewhere.
 */
export interface Hints {
  /** Never throws, and does not wait. */
  tell<N extends HintName>(name: N, hint: Hint<N>): void;
  /** Has the others read anew what they show. */
  tellMissed(): void;
  hear(listener: HintListener): () => void;
  close(): Promise<void>;
}
