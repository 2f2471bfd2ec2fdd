import type { Draft } from '../crew/events.ts';
import { hasEnded } from '../crew/run-state.ts';
import { isHoldpointError, messageOf } from '../errors.ts';
import type { RunId } from '../ids.ts';
import { faultPoint } from '../journal/fault-point.ts';
import type { RunnerContext } from './context.ts';
import { effectsInDoubt } from './in-doubt.ts';
import { type LoadedRun, loadRun } from './load-run.ts';
import { writeOutputFiles } from './output-files.ts';
import { parkIfChanged } from './park.ts';
import { RunDriver } from './run-driver.ts';

/** How long a run that the store could not give waits before it is asked for again. */
const STORE_RETRY_MS = 1_000;

/** The runs that this node drives now. A run that rests is not among them: it costs nothing until somebody acts. */
export class Drivers {
  readonly #context: RunnerContext;
  readonly #driving = new Map<RunId, { driver: RunDriver; done: Promise<void> }>();
  /** Runs that are being taken; true: somebody appended meanwhile, so the new driver looks again. */
  readonly #claiming = new Map<RunId, boolean>();
  #stopping = false;

  constructor(context: RunnerContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#driving.size;
  }

  /** Has a run of ours look again, or takes one that nobody drives. */
  wake(runId: RunId): void {
    const driving = this.#driving.get(runId);
    if (driving) driving.driver.poke();
    else if (this.#claiming.has(runId)) this.#claiming.set(runId, true);
    else void this.#take(runId);
  }

  /** Has all runs of ours look again: another process may have appended, and nobody tells. */
  lookAgain(): void {
    for (const { driver } of this.#driving.values()) driver.poke();
  }

  /** Drives a run that this node has just started or claimed. */
  drive(driver: RunDriver, facts: readonly Draft[] = []): void {
    const { runId } = driver;
    const done = driver
      .drive(facts)
      .catch((error: unknown) => {
        this.#context.log.error({ runId, err: error }, `run stopped: ${messageOf(error)}`);
        // Still ours, so no sweep finds it.
        if (isHoldpointError(error, 'UNAVAILABLE')) this.#context.clock.after(STORE_RETRY_MS, () => this.wake(runId));
      })
      .finally(() => {
        this.#driving.delete(runId);
        void this.#lookForMore(runId);
      });
    this.#driving.set(runId, { driver, done });
  }

  /** @returns when every driver has ended, or `graceMs` after which effects still under way are left in doubt. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    const driving = [...this.#driving.values()];
    await Promise.all(
      driving.map(async ({ driver, done }) => {
        await driver.stop(graceMs);
        await done;
      }),
    );
  }

  async #take(runId: RunId): Promise<void> {
    if (this.#stopping) return;
    this.#claiming.set(runId, false);
    try {
      await this.#claim(runId);
    } catch (error) {
      this.#context.log.error({ runId, err: error }, `run not taken: ${messageOf(error)}`);
      // It may be ours already, and then no sweep finds it.
      if (isHoldpointError(error, 'UNAVAILABLE')) this.#context.clock.after(STORE_RETRY_MS, () => this.wake(runId));
    } finally {
      if (this.#claiming.get(runId)) this.#driving.get(runId)?.driver.poke();
      this.#claiming.delete(runId);
    }
  }

  async #claim(runId: RunId): Promise<void> {
    const { journal, crews, nodeId } = this.#context;
    const row = await journal.run(runId);
    const crew = row && crews.get(row.summary.crew);
    if (!crew) return;
    const claimed = await journal.claim(runId, nodeId);
    faultPoint('claim.durable');
    if (!claimed || this.#stopping) return;
    const run = await this.#load(runId, claimed.epoch);
    if (!run) return;
    await writeOutputFiles(this.#context, run.state, Object.keys(run.state.tasks), { missing: true });
    // Reading took a while: a node that began to stop meanwhile begins nothing any more, and another takes the run.
    if (this.#stopping) return;
    const parked = parkIfChanged(run.state, crew);
    // Before it is parked: whoever lets it go on takes it from rest, where nothing is in doubt any more.
    const inDoubt = claimed.from === null ? [] : effectsInDoubt(run.state, crew);
    const facts = parked ? [...inDoubt, parked] : inDoubt;
    if (parked && !hasEnded(run.state))
      this.#context.log.warn({ runId, crew: crew.name }, 'the crew changed: the run is parked');
    this.drive(new RunDriver(this.#context, crew, { runId, epoch: claimed.epoch, run }), facts);
  }

  /** The run as its journal says; one that cannot be folded is parked as it stands, with the reason in its row (invariant 10). */
  async #load(runId: RunId, epoch: number): Promise<LoadedRun | null> {
    const { journal, log } = this.#context;
    try {
      return await loadRun(journal, runId);
    } catch (error) {
      if (!isHoldpointError(error, 'JOURNAL_BROKEN') && !isHoldpointError(error, 'EVENT_IMPOSSIBLE')) throw error;
      log.error({ runId, err: error }, `run parked, its journal cannot be read: ${error.message}`);
      const row = await journal.run(runId);
      const { code, message } = error;
      if (row)
        await journal.rest(runId, epoch, row.head.seq, { ...row.summary, status: 'parked', error: { code, message } });
      return null;
    }
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
