import { pendingCommands } from '../crew/commands.ts';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import type { Draft } from '../crew/events.ts';
import { hasEnded } from '../crew/run-state.ts';
import { type HoldId, type RunId, runIdOf } from '../ids.ts';
import type { Journal } from '../journal/journal.ts';
import type { GuardedClock } from './guarded-clock.ts';
import type { LevelReader } from './level-reader.ts';
import type { EngineLimits } from './limits.ts';
import { catchUp, type LoadedRun, loadRun } from './load-run.ts';
import { type Settled, settle } from './settle.ts';

/** What follows from a decision on a run at rest, worked out before it is recorded, so that both are one write. */
export interface Foreseen {
  readonly runId: RunId;
  readonly crew: CrewDefinition;
  /** The hash of the event that it was worked out after: after any other it is worth nothing. */
  readonly after: string;
  /** The time that it was derived for, and is recorded with. */
  readonly at: string;
  /** The decision first. */
  readonly settled: Settled;
}

/** `epoch`: of its last owner, this node. */
export type Recalled = LoadedRun & { readonly epoch: number };

interface Given {
  readonly journal: Journal;
  readonly clock: GuardedClock;
  readonly levels: LevelReader;
  readonly limits: EngineLimits;
}

/** So many runs that rest are remembered, as far as the garbage collector leaves them. */
const MOST_RUNS = 1_000;

/**
 * Foresees what a run does after a decision. Only what a crew says at once is waited for: the decision of a person never waits for
 * code, so a crew one of whose functions takes its time is asked by the driver from then on, after the decision is durable.
 */
export class Foresight {
  readonly #given: Given;
  /** Only a shortcut: read again from the journal where it is gone, and caught up where it is old. */
  readonly #resting = new Map<RunId, { readonly run: WeakRef<LoadedRun>; readonly epoch: number; isOld: boolean }>();
  readonly #slow = new WeakSet<CrewDefinition>();

  constructor(given: Given) {
    this.#given = given;
  }

  /** A run came to rest here, after it had been this node's with that epoch. */
  remember(run: LoadedRun, epoch: number): void {
    const { id } = run.state;
    this.#resting.delete(id);
    if (hasEnded(run.state)) return;
    this.#resting.set(id, { run: new WeakRef(run), epoch, isOld: false });
    const [oldest] = this.#resting.keys();
    if (this.#resting.size > MOST_RUNS && oldest !== undefined) this.#resting.delete(oldest);
  }

  /** Something was appended here to a run that rests. */
  outdate(runId: RunId): void {
    const known = this.#resting.get(runId);
    if (known) known.isOld = true;
  }

  /** The run of a hold, if it is remembered: with all that was appended here, but another process may have appended as well, so
   *  whoever goes by it compares heads under the lock. */
  async recall(holdId: HoldId): Promise<Recalled | null> {
    const known = this.#resting.get(runIdOf(holdId));
    const run = known?.run.deref();
    if (!known || !run) return null;
    // What cannot be read is said by who reads it next.
    const caughtUp = known.isOld ? await catchUp(this.#given.journal, run).catch(() => null) : run;
    return caughtUp?.state.holds.has(holdId) ? { ...caughtUp, epoch: known.epoch } : null;
  }

  /** Null: it cannot be said now; the decision is recorded alone, and the run's driver goes on from it. */
  async afterDecision(
    runId: RunId,
    crew: CrewDefinition,
    decision: Draft,
    recalled: LoadedRun | null = null,
  ): Promise<Foreseen | null> {
    if (this.#slow.has(crew)) return null;
    const { clock, levels, limits } = this.#given;
    // A journal that cannot be read parks the run where it is driven; the decision is recorded all the same.
    const run = recalled ?? (await this.#read(runId).catch(() => null));
    if (!run) return null;
    const { state, head } = run;
    // What is not at rest has an owner, or waits for one; a changed crew has to be accepted first.
    if (state.fingerprint !== crew.fingerprint || hasEnded(state) || pendingCommands(state).length > 0) return null;
    const now = clock.now();
    const at = now < head.at ? head.at : now;
    const signed = await levels.forStep();
    const cut = new AbortController();
    const { maxRunEvents } = limits;
    const given = { crew, now: at, signal: cut.signal, levels: signed, maxRunEvents, underWay: new Set<string>() };
    // What fails here fails again where it is driven, and is told there.
    const settling = settle(runId, state, [decision], given).catch(() => null);
    const settled = await Promise.race([settling, untilNextTurn()]);
    if (settled === 'later') {
      this.#slow.add(crew);
      cut.abort(new Error('The decision is recorded first.'));
      return null;
    }
    if (settled?.drafts[0] !== decision || settled.drafts.some(beginsAction)) return null;
    return { runId, crew, after: head.hash, at, settled };
  }

  async #read(runId: RunId): Promise<LoadedRun> {
    const { journal } = this.#given;
    const known = this.#resting.get(runId)?.run.deref();
    return known ? catchUp(journal, known) : loadRun(journal, runId);
  }
}

/** An action is begun once its decision is durable by itself: a crash between the two leaves nothing in doubt. */
function beginsAction({ type }: Draft): boolean {
  return type === 'action.started';
}

function untilNextTurn(): Promise<'later'> {
  return new Promise((resolve) => setImmediate(resolve, 'later'));
}
