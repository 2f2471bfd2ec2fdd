import type { Levels } from '../crew/action-type.ts';
import type { EffectCommand } from '../crew/commands.ts';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { type Draft, draft } from '../crew/events.ts';
import { hasEnded, type RunState } from '../crew/run-state.ts';
import { HoldpointError, isHoldpointError, messageOf } from '../errors.ts';
import type { RunId } from '../ids.ts';
import type { Request } from '../journal/journal.ts';
import type { Json } from '../json/json.ts';
import { type RunnerContext, timeLimitOf } from './context.ts';
import type { InDoubt } from './in-doubt.ts';
import { InFlight } from './in-flight.ts';
import type { LoadedRun } from './load-run.ts';
import { type AppendOptions, OwnedRun } from './owned-run.ts';
import { type Settled, settle } from './settle.ts';
import { parkedBy } from './stops.ts';

/** How long an append that the store could not take waits before it is tried again. */
const STORE_RETRY_MS = 1_000;
/** Sooner than anybody takes a run from a node that is silent. */
const LATE_MS = 5_000;

/**
 * Drives one run that this node owns: fold, derive, append, act, until the run rests or ends. One at a time works on a run;
 * everything that comes in (an effect's result, a decision by somebody else) waits for its turn.
 *
 * D1. Nothing is begun, published or answered before the events that lead to it are durable.
 * D2. A fact (an effect's result) is appended whoever else appended meanwhile, and is kept while the store cannot take it;
 *     everything derived is derived anew.
 * D3. A driver whose epoch is not the run's any more ends at once and appends nothing.
 */
export class RunDriver {
  readonly runId: RunId;
  readonly #context: RunnerContext;
  readonly #crew: CrewDefinition;
  readonly #epoch: number;
  readonly #run: OwnedRun;
  readonly #inFlight: InFlight;
  readonly #stop = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #facts: Draft[] = [];
  /** Of a run that has just started: they wait for a look at whether everything is stopped. */
  #first: readonly EffectCommand[] = [];
  #poked = false;
  #stopping = false;
  #wakeUp: () => void = () => undefined;
  /** Ends the wait for what is being derived. */
  #giveUp: (reason: Error) => void = () => undefined;

  constructor(
    context: RunnerContext,
    crew: CrewDefinition,
    given: { runId: RunId; epoch: number; run: LoadedRun | null; waits?: readonly InDoubt[] },
  ) {
    this.#context = context;
    this.#crew = crew;
    this.runId = given.runId;
    this.#epoch = given.epoch;
    this.#run = new OwnedRun(context, given);
    this.#inFlight = new InFlight(context, crew, (facts) => {
      this.#facts.push(...facts);
      this.#wakeUp();
    });
    for (const doubt of given.waits ?? []) this.#inFlight.await(doubt);
  }

  /** As far as it is durable. Null: it has not started. */
  get state(): RunState | null {
    return this.#run.state;
  }

  /** The first append of a new run: it and all that follows from it, in one, at the time that it was derived for.
   *  `drives` false: the run waits for whoever takes it. */
  async begin(
    first: readonly Draft[],
    now: string,
    request: ((state: RunState) => Request & { answer: Json }) | null,
    { drives = true }: { drives?: boolean } = {},
  ): Promise<RunState> {
    const settled = await this.#settle(first, await this.#context.levels.forStep(), now);
    const owner = drives ? this.#context.nodeId : null;
    await this.#append(settled, { owner, ...(request && { request: request(settled.state) }) });
    if (drives) this.#first = settled.effects;
    return settled.state;
  }

  /** Until the run rests, ends, or belongs to somebody else. `facts`: what is already known to have happened; `recorded`: what was
   *  appended when it was taken. */
  async drive(facts: readonly Draft[] = [], recorded: Settled | null = null): Promise<void> {
    this.#facts.push(...facts);
    try {
      if (recorded) await this.#goOnFrom(recorded);
      await this.#lookForStop();
      while (!this.#isDone()) {
        await this.#step();
        // First: once it rests, whatever has come since is for whoever takes it next.
        if (this.#run.isLettingGo && (await this.#rest())) return;
        if (this.#facts.length > 0 || this.#poked) continue;
        if (this.#inFlight.size > 0) await this.#news();
        else if (this.#stopping) break;
        else if (await this.#rest()) return;
        else this.#poked = true;
      }
      await this.#letGoOfEnded();
    } catch (error) {
      if (isHoldpointError(error, 'OWNER_LOST')) {
        this.#context.log.warn({ runId: this.runId, epoch: this.#epoch }, 'run taken over by another node');
      } else if (!this.#stopping) await this.#parkOn(error);
    } finally {
      this.#inFlight.abortAll('The run is driven elsewhere, or not at all.');
      this.#ended.resolve();
    }
  }

  /** Somebody else appended to this run. */
  poke(): void {
    this.#poked = true;
    this.#wakeUp();
  }

  /** The run is somebody else's: ends at once, and cuts off what is under way. */
  abandon(): void {
    this.#stopping = true;
    this.#cut(new Error('The run was taken over.'));
  }

  /**
   * Begins nothing any more; a model call is given up (and made again later), a tool may finish within `graceMs`, and so may a
   * function of the crew, of which nothing is recorded after that: it is asked again later.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#wakeUp();
    const late = Promise.withResolvers<void>();
    const cancelTimer = this.#context.clock.after(graceMs, late.resolve);
    await Promise.race([this.#inFlight.drain().then(() => this.#ended.promise), late.promise]);
    cancelTimer();
    this.#cut(new Error('stopping'));
  }

  #cut(reason: Error): void {
    this.#stop.abort(reason);
    this.#giveUp(reason);
    this.#wakeUp();
  }

  /** When stopping: once what was under way is recorded, or at the end of the grace. */
  #isDone(): boolean {
    return this.#stop.signal.aborted || (this.#stopping && this.#inFlight.size === 0 && this.#facts.length === 0);
  }

  /** Who stops leaves a run with work to the next node. One that has ended, and owes nothing, would wait there for nobody. */
  async #letGoOfEnded(): Promise<void> {
    const { state } = this.#run;
    if (!state || !hasEnded(state) || this.#stop.signal.aborted) return;
    const { drafts, effects } = await this.#settle([], await this.#context.levels.forStep());
    if (drafts.length === 0 && effects.length === 0) await this.#run.rest();
  }

  /** Once the run is durable and before its first effect here: either this sees a stop, or the stop saw the run. */
  async #lookForStop(): Promise<void> {
    for (;;) {
      try {
        const stop = await this.#context.stops.standing({ asOfLastWrite: true });
        if (this.#first.length > 0 && this.#isLate()) await this.#run.requireOwner();
        const parked = stop && this.#run.state && parkedBy(stop, this.#run.state);
        if (parked) this.#facts.push(parked);
        else this.#launch(this.#first);
        return;
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  async #step(): Promise<void> {
    for (;;) {
      let facts: Draft[] = [];
      try {
        if (this.#poked) await this.#lookAgain();
        const levels = await this.#context.levels.forStep();
        // Together with what is under way, without a wait between: an effect that ends is in one of the two.
        facts = this.#facts.splice(0);
        const settled = await this.#settle(facts, levels);
        if (settled.drafts.length > 0) await this.#append(settled, { rests: this.#hasNoMore(settled) });
        facts = [];
        if (settled.effects.length > 0 && (settled.drafts.length === 0 || this.#isLate()))
          await this.#run.requireOwner();
        this.#launch(settled.effects);
        return;
      } catch (error) {
        this.#facts.unshift(...facts);
        await this.#recover(error);
      }
    }
  }

  /** After a refused append: others' events are read first; a store that cannot write is waited for. Anything else is final. */
  async #recover(error: unknown): Promise<void> {
    this.#poked = true;
    if (isHoldpointError(error, 'SEQ_CONFLICT')) return;
    if (!isHoldpointError(error, 'UNAVAILABLE') || this.#stopping) throw error;
    this.#context.log.error({ runId: this.runId, err: error }, 'the journal cannot be written; trying again');
    await new Promise<void>((resolve) => this.#context.clock.after(STORE_RETRY_MS, resolve));
    if (this.#stopping) throw error;
  }

  async #lookAgain(): Promise<void> {
    this.#poked = false;
    await this.#run.lookAgain();
    this.#abortIfEnding(this.#run.state);
  }

  #abortIfEnding(state: RunState | null): void {
    const value = state?.machine.value;
    if (value === 'cancelling' || value === 'failing') this.#inFlight.abortAll(`The run is ${value}.`);
  }

  #settle(facts: readonly Draft[], levels: Levels, now = this.#run.now()): Promise<Settled> {
    const given = {
      crew: this.#crew,
      now,
      signal: this.#stop.signal,
      underWay: this.#inFlight.ids,
      levels,
      maxRunEvents: this.#context.limits.maxRunEvents,
      timeLimit: timeLimitOf(this.#context),
    };
    // Whoever stops does not wait for a function of the crew, and a hook that is aborted did not fail.
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      settle(this.runId, this.#run.state, facts, given).then(resolve, reject);
    });
  }

  async #append(settled: Settled, options: AppendOptions = {}): Promise<void> {
    await this.#run.append(settled, options);
    this.#abortIfEnding(settled.state);
  }

  async #goOnFrom(recorded: Settled): Promise<void> {
    await this.#run.writeOutputs(recorded);
    this.#first = recorded.effects;
  }

  /** Whether this process stood still for so long, between deciding on an effect and beginning it, that another may have the run. */
  #isLate(): boolean {
    const { state } = this.#run;
    return state !== null && Date.parse(this.#context.clock.now()) - Date.parse(state.at) >= LATE_MS;
  }

  #launch(effects: readonly EffectCommand[]): void {
    const { state } = this.#run;
    if (!state || this.#stopping) return;
    for (const command of effects) this.#inFlight.begin(state, command);
  }

  /** Whether the run rests once this is recorded. Output files are written before, by its owner. */
  #hasNoMore({ drafts, state, effects }: Settled): boolean {
    if (effects.length > 0 || this.#inFlight.size > 0 || this.#facts.length > 0 || this.#poked) return false;
    return !drafts.some(
      (event) => event.type === 'task.completed' && state.config.tasks[event.data.task]?.outputFile !== null,
    );
  }

  async #rest(): Promise<boolean> {
    try {
      return await this.#run.rest();
    } catch (error) {
      await this.#recover(error);
      return false;
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeUp = resolve;
      if (this.#facts.length > 0 || this.#poked || this.#stop.signal.aborted) resolve();
    });
  }

  /** What the fold or a derivation refuses stops the run where it is, with the reason in its journal (invariant 10). */
  async #parkOn(error: unknown): Promise<void> {
    const { log } = this.#context;
    log.error({ runId: this.runId, err: error }, `run parked: ${messageOf(error)}`);
    const { state } = this.#run;
    if (!state?.machine.can({ type: 'run.parked' })) throw error;
    const { fingerprint } = state;
    const why = error instanceof HoldpointError ? `${error.code}: ${error.message}` : messageOf(error);
    this.#facts = [
      draft('run.parked', { expected: fingerprint, found: fingerprint, changes: [`It could not go on: ${why}`] }),
    ];
    this.#inFlight.abortAll('The run is parked.');
    await this.#step();
    await this.#rest();
  }
}
