import type { EffectCommand } from '../crew/commands.ts';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { type Draft, draft } from '../crew/events.ts';
import { hasEnded, type RunState, taskOf } from '../crew/run-state.ts';
import { summaryOf } from '../crew/summary.ts';
import { isHoldpointError, messageOf } from '../errors.ts';
import type { RunId } from '../ids.ts';
import { EMPTY_HEAD, headOf } from '../journal/envelope.ts';
import type { Request } from '../journal/journal.ts';
import type { Json } from '../json/json.ts';
import { rowsOf, sealDrafts } from './commit.ts';
import type { RunnerContext } from './context.ts';
import { callModel } from './effects.ts';
import { executeAction, undoAction } from './execute-action.ts';
import { catchUp, type LoadedRun } from './load-run.ts';
import { type Settled, settle } from './settle.ts';

/**
 * Drives one run that this node owns: fold, derive, append, act, until the run rests or ends. One at a time works on a run;
 * everything that comes in (an effect's result, a decision by somebody else) waits for its turn.
 *
 * D1. Nothing is begun, published or answered before the events that lead to it are durable.
 * D2. A fact (an effect's result) is appended whoever else appended meanwhile; everything derived is derived anew.
 * D3. A driver whose epoch is not the run's any more ends at once and appends nothing.
 */
export class RunDriver {
  readonly runId: RunId;
  readonly #context: RunnerContext;
  readonly #crew: CrewDefinition;
  readonly #epoch: number;
  readonly #underWay = new Map<string, { readonly command: EffectCommand; readonly abort: AbortController }>();
  readonly #stop = new AbortController();
  #run: LoadedRun | null;
  #facts: Draft[] = [];
  #poked = false;
  #stopping = false;
  #wakeUp: () => void = () => undefined;

  constructor(
    context: RunnerContext,
    crew: CrewDefinition,
    given: { runId: RunId; epoch: number; run: LoadedRun | null },
  ) {
    this.#context = context;
    this.#crew = crew;
    this.runId = given.runId;
    this.#epoch = given.epoch;
    this.#run = given.run;
  }

  /** The first append of a new run: it and all that follows from it, in one. */
  async begin(
    first: readonly Draft[],
    request: ((state: RunState) => Request & { answer: Json }) | null,
  ): Promise<RunState> {
    const settled = await this.#settle(first);
    await this.#append(settled, request?.(settled.state));
    this.#launch(settled.effects);
    return settled.state;
  }

  /** Until the run rests, ends, or belongs to somebody else. `facts`: what is already known to have happened. */
  async drive(facts: readonly Draft[] = []): Promise<void> {
    this.#facts.push(...facts);
    try {
      while (!this.#stop.signal.aborted) {
        await this.#step();
        if (this.#facts.length > 0 || this.#poked) continue;
        if (this.#underWay.size > 0) await this.#news();
        else if (await this.#rest()) return;
        else this.#poked = true;
      }
    } catch (error) {
      if (!isHoldpointError(error, 'OWNER_LOST')) throw error;
      this.#context.log.warn({ runId: this.runId, epoch: this.#epoch }, 'run taken over by another node');
    } finally {
      this.#abortAll('The run is driven elsewhere, or not at all.');
    }
  }

  /** Somebody else appended to this run. */
  poke(): void {
    this.#poked = true;
    this.#wakeUp();
  }

  /** Begins nothing any more; a model call is given up (and made again later), a tool may finish within `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    for (const { command, abort } of this.#underWay.values())
      if (command.type === 'callModel') abort.abort(new Error('stopping'));
    const deadline = new Promise<void>((resolve) => this.#context.clock.after(graceMs, resolve));
    await Promise.race([this.#effectsSettled(), deadline]);
    this.#stop.abort(new Error('stopping'));
    this.#wakeUp();
  }

  async #step(): Promise<void> {
    for (;;) {
      if (this.#poked) await this.#lookAgain();
      const facts = this.#facts.splice(0);
      try {
        const settled = await this.#settle(facts);
        if (settled.drafts.length > 0) await this.#append(settled);
        else if (this.#run) this.#run = { ...this.#run, state: settled.state };
        this.#launch(settled.effects);
        return;
      } catch (error) {
        this.#facts.unshift(...facts);
        if (!isHoldpointError(error, 'SEQ_CONFLICT')) throw error;
        this.#poked = true;
      }
    }
  }

  async #lookAgain(): Promise<void> {
    this.#poked = false;
    if (!this.#run) return;
    this.#run = await catchUp(this.#context.journal, this.#run);
    this.#abortIfEnding(this.#run.state);
  }

  #abortIfEnding({ machine: { value } }: RunState): void {
    if (value === 'cancelling' || value === 'failing') this.#abortAll(`The run is ${value}.`);
  }

  #settle(facts: readonly Draft[]): Promise<Settled> {
    const now = this.#now();
    return settle(this.runId, this.#run?.state ?? null, facts, {
      crew: this.#crew,
      now,
      signal: this.#stop.signal,
      underWay: new Set(this.#underWay.keys()),
    });
  }

  /** The clock's time, but never before the last event's. */
  #now(): string {
    const now = this.#context.clock.now();
    const last = this.#run?.head.at ?? now;
    return now < last ? last : now;
  }

  async #append({ drafts, state }: Settled, request?: Request & { answer: Json }): Promise<void> {
    const { journal, nodeId, salt } = this.#context;
    const head = this.#run?.head ?? EMPTY_HEAD;
    const { events, payloads } = sealDrafts(this.runId, head, drafts, { at: state.at, salt });
    const rows = rowsOf(state, drafts);
    const batch = {
      runId: this.runId,
      epoch: this.#epoch,
      owner: nodeId,
      head,
      events,
      payloads,
      ...rows,
      fingerprint: state.fingerprint,
    };
    await journal.append(request ? { ...batch, request } : batch);
    this.#run = { state, head: headOf(events) };
    this.#context.publish({ runId: this.runId, events, ...rows });
    this.#abortIfEnding(state);
  }

  #launch(effects: readonly EffectCommand[]): void {
    for (const command of effects) {
      if (this.#underWay.has(command.id) || this.#stopping) continue;
      const abort = new AbortController();
      this.#underWay.set(command.id, { command, abort });
      void this.#carryOut(command, abort.signal).then((facts) => {
        this.#underWay.delete(command.id);
        this.#facts.push(...facts);
        this.#wakeUp();
      });
    }
  }

  async #carryOut(command: EffectCommand, signal: AbortSignal): Promise<Draft[]> {
    const { state } = this.#run ?? {};
    if (!state) return [];
    const note = (event: Draft) => {
      this.#facts.push(event);
      this.#wakeUp();
    };
    const input = { context: this.#context, crew: this.#crew, state, signal, note };
    try {
      switch (command.type) {
        case 'callModel':
          return await callModel(input, command.task);
        case 'executeAction':
          return await executeAction(input, command.actionId);
        case 'undoAction':
          return await undoAction(input, command.actionId);
      }
    } catch (error) {
      this.#context.log.error({ runId: this.runId, command: command.id, err: error }, messageOf(error));
      return crashed(command, state, messageOf(error));
    }
  }

  #abortAll(reason: string): void {
    for (const { abort } of this.#underWay.values()) abort.abort(new Error(reason));
  }

  /** Lets go of the run in the same transaction that makes sure nothing was appended meanwhile; else a wake would be lost. */
  async #rest(): Promise<boolean> {
    if (!this.#run) return true;
    const { head, state } = this.#run;
    const rested = await this.#context.journal.rest(this.runId, this.#epoch, head.seq, summaryOf(state));
    if (rested && !hasEnded(state)) this.#context.log.info({ runId: this.runId, seq: head.seq }, 'run rests');
    return rested;
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeUp = resolve;
      if (this.#facts.length > 0 || this.#poked || this.#stop.signal.aborted) resolve();
    });
  }

  async #effectsSettled(): Promise<void> {
    while (this.#underWay.size > 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A fault of our own while carrying out a command is recorded like any other failure: a run never stops without a word. */
function crashed(command: EffectCommand, state: RunState, message: string): Draft[] {
  const error = { code: 'INTERNAL', message };
  const { task } = command;
  switch (command.type) {
    case 'callModel': {
      const { attempt, step } = taskOf(state, task).machine.context;
      return [draft('model.failed', { task, attempt, step: step + 1, try: 1, error, final: true, retryInMs: null })];
    }
    case 'executeAction':
      return [draft('action.failed', { task, actionId: command.actionId, error, effect: 'unknown', raw: null })];
    case 'undoAction':
      return [draft('action.undo-failed', { task, actionId: command.actionId, error })];
  }
}
