import type { RunId } from '../ids.ts';
import type { HandOut, Taken } from '../journal/hand-out.ts';
import type { Journal, NodeRow } from '../journal/journal.ts';
import type { Clock } from './clock.ts';
import { isAlive } from './node-life.ts';

interface Given {
  readonly journal: Journal;
  readonly clock: Clock;
  /** None but these, whichever they are at the moment. Null: any. */
  readonly only: ReadonlySet<RunId> | null;
  /** Whether somebody here has it, or is about to: the next look finds it again, if it then still waits. */
  readonly isTaken: (runId: RunId) => boolean;
}

/**
 * Hands out the runs of a journal that the processes of one machine share: by looking for the rows that are marked. Those of a
 * node whose process is gone, or which was silent for 15 seconds, can be had.
 */
export class EmbeddedHandOut implements HandOut {
  readonly countsCrews = false;
  readonly leads = true;
  readonly #given: Given;
  #nodeId = '';

  constructor(given: Given) {
    this.#given = given;
  }

  async join({ id }: NodeRow): Promise<void> {
    this.#nodeId = id;
  }

  async take(limit: number, crews: ReadonlyMap<string, number>): Promise<Taken[]> {
    const { journal, clock, only, isTaken } = this.#given;
    if (limit <= 0 || crews.size === 0 || only?.size === 0) return [];
    const now = Date.parse(clock.now());
    const others = (await journal.nodes()).filter((node) => isAlive(node, now)).map(({ id }) => id);
    // Also when it was frozen for a while: what it drives, it drives.
    const alive = [...others, this.#nodeId];
    const orphans = await journal.orphans({ alive, room: crews, limit, only: only ? [...only] : undefined });
    const claims = await Promise.all(orphans.filter((runId) => !isTaken(runId)).map((runId) => this.claim(runId)));
    return claims.filter((claim) => claim !== null);
  }

  async claim(runId: RunId): Promise<Taken | null> {
    const claimed = await this.#given.journal.claim(runId, this.#nodeId);
    return claimed && { runId, ...claimed };
  }

  async sweep(): Promise<void> {}

  async leave(): Promise<void> {}
}
