import type { RunId } from '../../ids.ts';

/** Told again so often, and believed for three times as long: so a node that died is forgotten, and one message may be lost. */
export const TOLD_AGAIN_MS = 5_000;
const BELIEVED_MS = 3 * TOLD_AGAIN_MS;

/** Runs that are watched at other nodes, as they say. */
export class WatchedElsewhere {
  /** Until when, in milliseconds since 1970. */
  readonly #until = new Map<RunId, number>();

  add(runs: readonly RunId[], now: number): void {
    for (const runId of runs) this.#until.set(runId, now + BELIEVED_MS);
  }

  has(runId: RunId, now: number): boolean {
    return (this.#until.get(runId) ?? 0) > now;
  }

  forgetOld(now: number): void {
    for (const [runId, until] of this.#until) if (until <= now) this.#until.delete(runId);
  }
}
