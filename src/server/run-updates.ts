import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';

/** What may be sent at once after a quiet moment: as much as is sent in so long, in milliseconds. */
const BURST_MS = 50;
/** Readers that are told at one turn of the event loop, about a millisecond of writing: what happens meanwhile waits no longer. */
const READERS_A_TURN = 50;

interface Given {
  readonly isAnybodyHere: () => boolean;
  /** The ids of all who are connected, those who watch the run first: an update is so many messages. */
  readonly readers: (runId: RunId) => readonly string[];
  /** Messages in the long run. */
  readonly perSecond: number;
  readonly tell: (run: RunSummary, readers: readonly string[]) => void;
  /** Those who watch the run: they do not wait for its turn. */
  readonly tellWatchers: (run: RunSummary) => void;
}

type Waiting = Map<RunId, RunSummary>;

/** The run whose turn it is, to whom it is told, and how many of them have been. */
interface Turn {
  run: RunSummary;
  readonly readers: readonly string[];
  told: number;
}

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
  #turn: Turn | null = null;
  /** When all that was sent is paid for, on the monotonic clock. */
  #paidAt = 0;
  /** How to call off what goes on later. */
  #callOff: (() => void) | null = null;
  #isClosed = false;

  constructor(given: Given) {
    this.#given = given;
  }

  add(run: RunSummary, { pressing }: { pressing: boolean }): void {
    if (this.#isClosed) return;
    // Whoever comes reads what is, and must not be told what was.
    if (!this.#given.isAnybodyHere()) this.#forget();
    else if (!this.#callOff && this.#waitMs() <= 0) {
      this.#turn = this.#turnOf(run);
      this.#tellSome();
    } else if (this.#queue(run, pressing)) {
      this.#given.tellWatchers(run);
      this.#goOnLater();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#forget();
  }

  /** Whether it says more than the one that waits already. */
  #queue(run: RunSummary, pressing: boolean): boolean {
    const current = this.#turn?.run.id === run.id ? this.#turn : null;
    const before = this.#pressing.get(run.id) ?? this.#progress.get(run.id) ?? current?.run;
    if (before && before.lastSeq > run.lastSeq) return false;
    // Who watches it knows this one already, and must not be told of the one before.
    if (current) current.run = run;
    const isPressing = pressing || this.#pressing.has(run.id);
    if (isPressing) this.#progress.delete(run.id);
    // One that waits keeps its place.
    (isPressing ? this.#pressing : this.#progress).set(run.id, run);
    return true;
  }

  #goOn(): void {
    this.#callOff = null;
    if (this.#waitMs() > 0) this.#goOnLater();
    else {
      this.#turn ??= this.#nextTurn();
      this.#tellSome();
    }
  }

  #nextTurn(): Turn | null {
    const run = this.#next();
    return run ? this.#turnOf(run) : null;
  }

  #turnOf(run: RunSummary): Turn {
    return { run, readers: this.#given.readers(run.id), told: 0 };
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

  #tellSome(): void {
    if (!this.#turn) return;
    const { run, readers, told } = this.#turn;
    const some = readers.slice(told, told + READERS_A_TURN);
    this.#turn.told += some.length;
    if (this.#turn.told >= readers.length) this.#turn = null;
    this.#paidAt = Math.max(this.#paidAt, performance.now()) + (some.length / this.#given.perSecond) * 1_000;
    if (some.length > 0) this.#given.tell(run, some);
    if (this.#turn || this.#pressing.size + this.#progress.size > 0) this.#goOnLater();
  }

  #goOnLater(): void {
    if (this.#callOff) return;
    const waitMs = this.#waitMs();
    if (waitMs > 0) {
      const timer = setTimeout(() => this.#goOn(), waitMs);
      this.#callOff = () => clearTimeout(timer);
    } else {
      const immediate = setImmediate(() => this.#goOn());
      this.#callOff = () => clearImmediate(immediate);
    }
  }

  #waitMs(): number {
    return Math.ceil(this.#paidAt - performance.now() - BURST_MS);
  }

  #forget(): void {
    this.#callOff?.();
    this.#callOff = null;
    this.#turn = null;
    this.#pressing.clear();
    this.#progress.clear();
  }
}
