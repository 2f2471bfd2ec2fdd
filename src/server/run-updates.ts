import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';

/** What may be sent at once after a quiet moment: as much as is sent in so long, in milliseconds. */
const BURST_MS = 50;

interface Given {
  /** How many are connected: an update is so many messages. */
  readonly readers: () => number;
  /** Messages in the long run. */
  readonly perSecond: number;
  readonly tellAll: (run: RunSummary) => void;
  /** Those who watch the run: they do not wait for its turn. */
  readonly tellWatchers: (run: RunSummary) => void;
}

type Waiting = Map<RunId, RunSummary>;

/**
 * How runs go on, told to everybody. Where runs and readers are many that is more than a server, or a client, can take: then a
 * run waits for its turn, what happens to it meanwhile becomes one update, and the last state always comes.
 */
export class RunUpdates {
  readonly #given: Given;
  /** A person may have to look: told before the others, turn about. */
  readonly #pressing: Waiting = new Map();
  readonly #progress: Waiting = new Map();
  #wasPressing = false;
  /** When all that was sent is paid for, on the monotonic clock. */
  #paidAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(given: Given) {
    this.#given = given;
  }

  add(run: RunSummary, { pressing }: { pressing: boolean }): void {
    if (this.#isClosed) return;
    // Whoever comes reads what is, and must not be told what was.
    if (this.#given.readers() === 0) this.#forget();
    else if (this.#timer === undefined && this.#waitMs() <= 0) this.#tell(run);
    else if (this.#queue(run, pressing)) {
      this.#given.tellWatchers(run);
      this.#timer ??= setTimeout(() => this.#takeTurns(), this.#waitMs());
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#forget();
  }

  /** Whether it says more than the one that waits already. */
  #queue(run: RunSummary, pressing: boolean): boolean {
    const before = this.#pressing.get(run.id) ?? this.#progress.get(run.id);
    if (before && before.lastSeq > run.lastSeq) return false;
    const isPressing = pressing || this.#pressing.has(run.id);
    if (isPressing) this.#progress.delete(run.id);
    // One that waits keeps its place.
    (isPressing ? this.#pressing : this.#progress).set(run.id, run);
    return true;
  }

  #takeTurns(): void {
    this.#timer = undefined;
    while (this.#waitMs() <= 0) {
      const run = this.#next();
      if (!run) return;
      this.#tell(run);
    }
    this.#timer = setTimeout(() => this.#takeTurns(), this.#waitMs());
  }

  #next(): RunSummary | undefined {
    const turn = this.#wasPressing ? [this.#progress, this.#pressing] : [this.#pressing, this.#progress];
    for (const waiting of turn) {
      const [run] = waiting.values();
      if (!run) continue;
      waiting.delete(run.id);
      this.#wasPressing = waiting === this.#pressing;
      return run;
    }
    return undefined;
  }

  #tell(run: RunSummary): void {
    const { readers, perSecond, tellAll } = this.#given;
    this.#paidAt = Math.max(this.#paidAt, performance.now()) + (readers() / perSecond) * 1_000;
    tellAll(run);
  }

  #waitMs(): number {
    return Math.ceil(this.#paidAt - performance.now() - BURST_MS);
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pressing.clear();
    this.#progress.clear();
  }
}
