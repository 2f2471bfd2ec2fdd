import type { Draft } from '../crew/events.ts';
import { hasEnded, type RunState } from '../crew/run-state.ts';
import { isHoldpointError, messageOf } from '../errors.ts';
import type { RunId } from '../ids.ts';
import { faultPoint } from '../journal/fault-point.ts';
import type { HandOut, Taken } from '../journal/hand-out.ts';
import { type AtOnce, DEFAULT_RUNS_AT_ONCE } from './at-once.ts';
import type { Recorded, RunnerContext } from './context.ts';
import { RunDriver } from './run-driver.ts';
import type { Settled } from './settle.ts';
import { takeUp } from './take-up.ts';

/** How long a run of ours that stopped waits before it is taken up again, doubled each time it stops again at once. */
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

/** A run that is being taken. `woken`: somebody appended meanwhile, so the new driver looks again. */
interface Taking {
  woken: boolean;
}

interface Driving {
  readonly driver: RunDriver;
  readonly crew: string;
  readonly done: Promise<void>;
  /** Somebody appended while it was driven; perhaps too late for this driver. */
  woken: boolean;
}

/** The runs that this node drives now. A run that rests is not among them: it costs nothing until somebody acts. */
export class Drivers {
  readonly #context: RunnerContext;
  readonly #handOut: HandOut;
  readonly #atOnce: AtOnce;
  readonly #driving = new Map<RunId, Driving>();
  readonly #taking = new Map<RunId, Taking>();
  readonly #reserved = new Set<{ readonly crew: string; readonly given: Promise<void> }>();
  /** Of runs that stopped: how long each waits next. */
  readonly #retryMs = new Map<RunId, number>();
  #looking: Promise<void> | null = null;
  #again = false;
  #stopping = false;

  constructor(context: RunnerContext, handOut: HandOut, atOnce: AtOnce) {
    this.#context = context;
    this.#handOut = handOut;
    this.#atOnce = atOnce;
  }

  get size(): number {
    return this.#driving.size;
  }

  /** The runs that are driven now. */
  driven(): RunId[] {
    return [...this.#driving.keys()];
  }

  /** Whether it is driven here, or about to be: nobody else here need take it. */
  has(runId: RunId): boolean {
    return this.#driving.has(runId) || this.#taking.has(runId);
  }

  /** A run that is driven here, as far as it is durable. Null: it is not, or has only begun to be. */
  stateOf(runId: RunId): RunState | null {
    return this.#driving.get(runId)?.driver.state ?? null;
  }

  /** Whether this node would take a run of this crew without waiting for its turn. */
  mayDrive(crew: string): boolean {
    return this.#room() > 0 && this.#context.crews.has(crew) && this.#roomFor(crew) > 0 && !this.#isShared(crew);
  }

  /** Keeps a place for a run that is about to start here. @returns what gives the place back; null: there is none */
  reserve(crew: string): (() => void) | null {
    if (!this.mayDrive(crew)) return null;
    const { promise: given, resolve } = Promise.withResolvers<void>();
    const place = { crew, given };
    this.#reserved.add(place);
    return () => {
      this.#reserved.delete(place);
      resolve();
    };
  }

  /** Has a run of ours look again, or takes one that nobody drives. */
  wake(runId: RunId): void {
    const driving = this.#driving.get(runId);
    const taking = this.#taking.get(runId);
    if (driving) {
      driving.woken = true;
      driving.driver.poke();
    } else if (taking) taking.woken = true;
    else void this.#take(runId, (isCurrent) => this.#claim(runId, isCurrent));
  }

  /** Has a run look again if it is ours. */
  poke(runId: RunId): void {
    if (this.has(runId)) this.wake(runId);
  }

  /** Has all runs of ours look again: another process may have appended, and nobody tells. */
  lookAgain(): void {
    for (const { driver } of this.#driving.values()) driver.poke();
  }

  /** Takes what is handed out, as far as there is room. */
  look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** The same, for who does not wait for it: what goes wrong is logged, and the next sweep looks again. */
  lookSoon(): void {
    this.look().catch((error: unknown) => this.#context.log.error({ err: error }, `no run taken: ${messageOf(error)}`));
  }

  /** Drives a run that is ours from this epoch on; `recorded` with the taking: what it begins with. */
  begin(taken: Taken, recorded: Recorded | null = null): void {
    const { runId } = taken;
    const before = this.#driving.get(runId)?.done;
    void this.#take(runId, async () => {
      await before;
      await this.#begin(taken, recorded);
    });
  }

  /** A run is somebody else's now. */
  lose(runId: RunId): void {
    const driving = this.#driving.get(runId);
    if (!driving) return;
    this.#context.log.warn({ runId }, 'run taken over by another node: what is under way is cut off');
    driving.driver.abandon();
  }

  /** Drives a run that this node has just started or taken up. */
  drive(driver: RunDriver, crew: string, facts: readonly Draft[] = [], recorded: Settled | null = null): void {
    const { runId } = driver;
    const done = driver
      .drive(facts, recorded)
      .then(() => void this.#retryMs.delete(runId))
      .catch((error: unknown) => {
        this.#context.log.error({ runId, err: error }, `run stopped: ${messageOf(error)}`);
        this.#tryAgain(runId, error);
      })
      .finally(() => {
        const current = this.#driving.get(runId);
        // Another may have the run by now, which must stay known.
        if (current?.driver === driver) {
          this.#driving.delete(runId);
          if (current.woken) void this.#lookForMore(runId);
        }
        if (this.#isShared(crew) || this.#atOnce.crews?.[crew] !== undefined || this.#room() === 1) this.lookSoon();
      });
    this.#driving.set(runId, { driver, crew, done, woken: false });
  }

  /** @returns when every driver has ended, or `graceMs` after which effects still under way are left in doubt. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    // A look that fails has taken nothing, and is logged by whoever asked for it.
    await this.#looking?.catch(() => undefined);
    // A start that is being recorded is a run of ours in a moment.
    await Promise.all([...this.#reserved].map(({ given }) => given));
    const driving = [...this.#driving.values()];
    await Promise.all(
      driving.map(async ({ driver, done }) => {
        await driver.stop(graceMs);
        await done;
      }),
    );
  }

  #room(): number {
    if (this.#stopping) return 0;
    return (this.#atOnce.runs ?? DEFAULT_RUNS_AT_ONCE) - this.#driving.size - this.#taking.size - this.#reserved.size;
  }

  #roomFor(crew: string): number {
    const limit = this.#atOnce.crews?.[crew];
    if (limit === undefined || this.#handOut.countsCrews) return Number.POSITIVE_INFINITY;
    return limit - [...this.#driving.values(), ...this.#reserved].filter((place) => place.crew === crew).length;
  }

  /** Its runs are counted on all nodes, so all of them wait for their turn. */
  #isShared(crew: string): boolean {
    return this.#handOut.countsCrews && this.#atOnce.crews?.[crew] !== undefined;
  }

  async #look(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const rooms = [...this.#context.crews.keys()].map((crew) => [crew, this.#roomFor(crew)] as const);
      const room = this.#room();
      if (room <= 0) return;
      for (const taken of await this.#handOut.take(room, new Map(rooms.filter(([, count]) => count > 0))))
        this.begin(taken);
    }
  }

  /** Works at taking a run. `work` is told how to ask whether it still is the one that does: what was handed out comes first. */
  async #take(runId: RunId, work: (isCurrent: () => boolean) => Promise<void>): Promise<void> {
    if (this.#stopping) return;
    const taking: Taking = { woken: false };
    this.#taking.set(runId, taking);
    const isCurrent = () => this.#taking.get(runId) === taking;
    try {
      await work(isCurrent);
    } catch (error) {
      this.#context.log.error({ runId, err: error }, `run not taken: ${messageOf(error)}`);
      this.#tryAgain(runId, error);
    } finally {
      if (taking.woken) this.#driving.get(runId)?.driver.poke();
      if (isCurrent()) this.#taking.delete(runId);
    }
  }

  /** Whatever stopped it: it may be ours, and then nobody else finds it. A store that is away is asked every second. */
  #tryAgain(runId: RunId, error: unknown): void {
    const retryMs = this.#retryMs.get(runId) ?? FIRST_RETRY_MS;
    if (!isHoldpointError(error, 'UNAVAILABLE')) this.#retryMs.set(runId, Math.min(2 * retryMs, MAX_RETRY_MS));
    this.#context.clock.after(retryMs, () => this.wake(runId));
  }

  async #claim(runId: RunId, isCurrent: () => boolean): Promise<void> {
    // What a look is about to find would be claimed twice, and the first claim be worth nothing.
    await this.#looking?.catch(() => undefined);
    const row = await this.#context.journal.run(runId);
    if (!row || !this.#context.crews.has(row.summary.crew)) return;
    if (this.#room() < 0 || this.#roomFor(row.summary.crew) <= 0) {
      // What nobody drives is found by who has a place; what is ours waits for one here.
      if (row.owner === this.#context.nodeId) this.#context.clock.after(FIRST_RETRY_MS, () => this.wake(runId));
      return;
    }
    if (!isCurrent()) return;
    const claimed = await this.#handOut.claim(runId);
    if (claimed && isCurrent()) await this.#begin(claimed);
  }

  async #begin(taken: Taken, recorded: Recorded | null = null): Promise<void> {
    // Whichever way it came to be ours: claimed, handed out, or taken together with a decision.
    faultPoint('claim.durable');
    if (this.#stopping) return;
    if (recorded) {
      const { head, foreseen } = recorded;
      const { crew, settled } = foreseen;
      const driver = new RunDriver(this.#context, crew, { ...taken, run: { state: settled.state, head } });
      return this.drive(driver, crew.name, [], settled);
    }
    const up = await takeUp(this.#context, taken);
    // Reading took a while: a node that began to stop meanwhile begins nothing any more, and another takes the run.
    if (!up || this.#stopping) return;
    const { crew, run, waits, facts } = up;
    if (facts.some(({ type }) => type === 'run.parked') && !hasEnded(run.state))
      this.#context.log.warn({ runId: taken.runId, crew: crew.name }, 'the crew changed: the run is parked');
    this.drive(new RunDriver(this.#context, crew, { ...taken, run, waits }), crew.name, facts);
  }

  /** A wake that came while the driver was ending found it still there; so look once more. */
  async #lookForMore(runId: RunId): Promise<void> {
    if (this.#stopping) return;
    try {
      const row = await this.#context.journal.run(runId);
      if (row?.wake && row.owner === null) this.wake(runId);
    } catch (error) {
      this.#context.log.error({ runId, err: error }, messageOf(error));
    }
  }
}
