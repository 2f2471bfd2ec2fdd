import type { EffectCommand } from '../crew/commands.ts';
import type { CrewDefinition } from '../crew/crew-definition.ts';
import { type Draft, draft } from '../crew/events.ts';
import { type RunState, taskOf } from '../crew/run-state.ts';
import { HoldpointError, messageOf } from '../errors.ts';
import { faultPoint } from '../journal/fault-point.ts';
import type { RunnerContext } from './context.ts';
import { callModel } from './effects.ts';
import { executeAction, undoAction } from './execute-action.ts';
import type { InDoubt } from './in-doubt.ts';

interface Effect {
  readonly command: EffectCommand;
  readonly abort: AbortController;
  readonly done: Promise<void>;
  /** False: another node began it, and may be at it. */
  readonly isOurs: boolean;
}

const STOPPING = new Error('stopping');

/** The effects of one run that are being carried out: model calls and tools. What came of each is reported as facts. */
export class InFlight {
  readonly #context: RunnerContext;
  readonly #crew: CrewDefinition;
  readonly #report: (facts: readonly Draft[]) => void;
  readonly #effects = new Map<string, Effect>();
  /** Milliseconds that each task's attempt has worked in this process, against the task's `timeout`. Holds do not count. */
  readonly #workedMs = new Map<string, number>();

  constructor(context: RunnerContext, crew: CrewDefinition, report: (facts: readonly Draft[]) => void) {
    this.#context = context;
    this.#crew = crew;
    this.#report = report;
  }

  get size(): number {
    return this.#effects.size;
  }

  /** The commands that are being carried out. */
  get ids(): ReadonlySet<string> {
    return new Set(this.#effects.keys());
  }

  begin(state: RunState, command: EffectCommand): void {
    if (this.#effects.has(command.id)) return;
    const abort = new AbortController();
    const stopTimer = this.#limit(state, command, abort);
    faultPoint(`${command.type}.before`);
    const done = this.#carryOut(state, command, abort.signal).then((facts) => {
      faultPoint(`${command.type}.after`);
      stopTimer();
      this.#effects.delete(command.id);
      this.#report(facts);
    });
    this.#effects.set(command.id, { command, abort, done, isOurs: true });
  }

  /** Waits, in place of an effect, until whoever began it cannot be at it any more; then it is told what is to be recorded. */
  await({ command, waitMs, facts }: InDoubt): void {
    const abort = new AbortController();
    const done = new Promise<void>((resolve) => {
      const stop = this.#context.clock.after(waitMs, () => {
        this.#effects.delete(command.id);
        this.#report(facts);
        resolve();
      });
      abort.signal.addEventListener('abort', () => {
        stop();
        this.#effects.delete(command.id);
        if (abort.signal.reason !== STOPPING) this.#report(facts);
        resolve();
      });
    });
    this.#effects.set(command.id, { command, abort, done, isOurs: false });
  }

  abortAll(reason: string): void {
    for (const { abort } of [...this.#effects.values()]) abort.abort(new Error(reason));
  }

  /** Gives model calls up, which are made again later; waits for tools, which must not be. */
  async drain(): Promise<void> {
    for (const { command, abort, isOurs } of [...this.#effects.values()])
      if (!isOurs || command.type === 'callModel' || command.type === 'reviewOutput') abort.abort(STOPPING);
    await Promise.all([...this.#effects.values()].map(({ done }) => done));
  }

  async #carryOut(state: RunState, command: EffectCommand, signal: AbortSignal): Promise<readonly Draft[]> {
    const note = (event: Draft) => this.#report([event]);
    const input = { context: this.#context, crew: this.#crew, state, signal, note };
    try {
      switch (command.type) {
        case 'callModel':
        case 'reviewOutput':
          return await callModel(input, command.task);
        case 'executeAction':
          return await executeAction(input, command.actionId);
        case 'undoAction':
          return await undoAction(input, command.actionId);
      }
    } catch (error) {
      this.#context.log.error({ runId: state.id, command: command.id, err: error }, messageOf(error));
      return crashed(command, state, messageOf(error));
    }
  }

  /** Ends an effect when its task has worked longer than its `timeout`. @returns what stops the watch. */
  #limit(state: RunState, { task, type }: EffectCommand, abort: AbortController): () => void {
    const timeoutMs = this.#crew.tasks.get(task)?.timeoutMs ?? null;
    if (timeoutMs === null || type === 'undoAction') return () => undefined;
    const { clock } = this.#context;
    const key = `${task}:${taskOf(state, task).machine.context.attempt}`;
    const worked = this.#workedMs.get(key) ?? 0;
    const since = Date.parse(clock.now());
    const late = new HoldpointError(
      'TASK_TIMEOUT',
      `The task "${task}" worked longer than its timeout of ${timeoutMs} ms.`,
    );
    // A model is not asked any more; a tool that was approved in time gets its chance, since what is cut off is in doubt.
    if (worked >= timeoutMs && type !== 'executeAction') abort.abort(late);
    const stop = clock.after(Math.max(0, timeoutMs - worked), () => abort.abort(late));
    return () => {
      stop();
      this.#workedMs.set(key, worked + Date.parse(clock.now()) - since);
    };
  }
}

/** A fault of our own while carrying out a command is recorded like any other failure: a run never stops without a word. */
function crashed(command: EffectCommand, state: RunState, message: string): Draft[] {
  const error = { code: 'INTERNAL', message };
  const { task } = command;
  switch (command.type) {
    case 'callModel':
    case 'reviewOutput': {
      const { attempt, step } = taskOf(state, task).machine.context;
      return [draft('model.failed', { task, attempt, step: step + 1, try: 1, error, final: true, retryInMs: null })];
    }
    case 'executeAction':
      return [draft('action.failed', { task, actionId: command.actionId, error, effect: 'unknown', raw: null })];
    case 'undoAction':
      return [draft('action.undo-failed', { task, actionId: command.actionId, error })];
  }
}
