import type { RunId } from '../ids.ts';
import type { NodeRow } from './journal.ts';

/**
 * Gives each run that has work to do to one node, and takes it from a node that died. Who owns a run is in its row all the same:
 * an owner that was wrongly taken for dead fails its next append by the epoch. Two adapters: one looks through the rows of a
 * journal that few processes share, the other is the queue of a database that many nodes share.
 */
export interface HandOut {
  /** Whether runs are counted by crew for all nodes together. If not, each node counts its own. */
  readonly countsCrews: boolean;
  /** Whether this node does what one node does for all: firing deadlines. */
  readonly leads: boolean;
  /** From here on this node is told of work. */
  join(node: NodeRow, told: Told): Promise<void>;
  /** At most `limit` runs that have work to do and that nobody alive drives, and of each crew at most as many as said here.
   *  They are this node's now. */
  take(limit: number, crews: ReadonlyMap<string, number>): Promise<Taken[]>;
  /** One run, if it is to be had without waiting for its turn. */
  claim(runId: RunId): Promise<Taken | null>;
  /** Every second: looks after what no message tells. */
  sweep(): Promise<void>;
  /** What this node still owns is free for others at once. */
  leave(): Promise<void>;
}

export interface Told {
  /** How many runs of a crew may be driven at a time, by all nodes that count them together. Absent: any number. */
  readonly limits: Readonly<Record<string, number>>;
  readonly crews: readonly string[];
  /** There may be something to take. */
  work(): void;
  /** Somebody appended to a run that this node owns. */
  poke(runId: RunId): void;
  /** Something failed that will be tried again. */
  trouble(what: string, error: unknown): void;
  /** A run is not this node's any more: what it has under way is to be cut off. */
  lost(runId: RunId): void;
}

/** `from`: the owner that it was taken from; null: it was at rest, so nobody had anything under way. */
export interface Taken {
  readonly runId: RunId;
  readonly epoch: number;
  readonly from: string | null;
}
