import { type Draft, draft, SYSTEM } from '../crew/events.ts';
import type { RunState } from '../crew/run-state.ts';
import { HoldpointError, isHoldpointError } from '../errors.ts';
import { SYSTEM_JOURNAL } from '../ids.ts';
import { type Head, seal } from '../journal/envelope.ts';
import type { Journal, ReadOptions, Request } from '../journal/journal.ts';
import { toRunEvents } from '../journal/read-run.ts';
import type { Json } from '../json/json.ts';
import type { RunnerContext } from './context.ts';

/** Everything is stopped: who said so and why. `seq` is that of `stop.declared` in the journal `system`. */
export interface Stop {
  readonly seq: number;
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly reason: string;
}

/**
 * Whether everything is stopped. Each look reads what was added to the journal `system` since the last.
 *
 * S1. While a stop stands nothing starts: a start, a fork and a resumption look before they append.
 * S2. Whoever begins to drive a run looks once more, after the run is durable and before its first effect. The stop in turn is durable
 *     before runs are listed. So either the driver sees the stop, or the stop sees the run.
 */
export class StopReader {
  readonly #journal: Journal;
  #seq = 0;
  #stop: Stop | null = null;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** The stop that stands as of the event `seq` of the journal `system`. Null: none. */
  async standingAt(seq: number): Promise<Stop | null> {
    return seq > this.#seq ? this.standing() : this.#stop;
  }

  /** The stop that stands, of whatever node. Null: none. `asOfLastWrite`: or that stood right after the last write of this node. */
  async standing(options: Pick<ReadOptions, 'asOfLastWrite'> = {}): Promise<Stop | null> {
    return (await this.look(options)).stop;
  }

  /** The same, and the event of the journal `system` after which that is so. */
  async look(
    options: Pick<ReadOptions, 'asOfLastWrite'> = {},
  ): Promise<{ readonly stop: Stop | null; readonly seq: number }> {
    const read = await this.#journal.read(SYSTEM_JOURNAL, { after: this.#seq, ...options });
    // Somebody else who looked meanwhile has taken the first of them in already.
    for (const event of toRunEvents(
      read.filter(({ seq }) => seq > this.#seq),
      [],
    )) {
      const { seq, by, at } = event;
      this.#seq = seq;
      if (event.type === 'stop.declared') this.#stop = { seq, by, at, reason: event.data.reason };
      else if (event.type === 'stop.lifted') this.#stop = null;
    }
    return { stop: this.#stop, seq: this.#seq };
  }
}

/** The answer given to a request before. Null: it is new, and nothing is stopped. @throws `STOPPED` while a stop stands */
export async function answeredOrFree(
  { journal, stops }: Pick<RunnerContext, 'journal' | 'stops'>,
  request: Request | null,
): Promise<Json | null> {
  if (!request) {
    requireNone(await stops.standing());
    return null;
  }
  const { answer, systemSeq } = await journal.answeredAndSystem(request);
  if (answer === null) requireNone(await stops.standingAt(systemSeq));
  return answer;
}

function requireNone(stop: Stop | null): void {
  if (!stop) return;
  const { by, at, reason } = stop;
  throw new HoldpointError(
    'STOPPED',
    `Everything was stopped by ${by} at ${at}: ${reason}. Nothing starts or goes on until somebody lifts that with \`holdpoint runs resume-all\`.`,
    { details: { by, at, reason } },
  );
}

/** What parks a run under a stop; null if it cannot be parked: it has ended, is ending, or is parked already. */
export function parkedBy({ seq, by, reason }: Stop, state: RunState, recordedBy: string = SYSTEM): Draft | null {
  if (!state.machine.can({ type: 'run.parked' })) return null;
  const { fingerprint } = state;
  const changes = [`Stopped by ${by}: ${reason}`];
  return draft('run.parked', { expected: fingerprint, found: fingerprint, changes, stop: seq }, recordedBy);
}

/** Declares a stop, unless one stands already. @returns the one that stands now */
export async function declareStop(context: RunnerContext, reason: string, by: string): Promise<Stop> {
  const stop = await change(context, (standing) => (standing ? null : draft('stop.declared', { reason }, by)));
  if (!stop) throw new HoldpointError('SEQ_CONFLICT', 'The stop was lifted while it was declared. Send it again.');
  return stop;
}

/** Lifts the stop that stands, if one does. */
export async function liftStop(context: RunnerContext, reason: string, by: string): Promise<void> {
  await change(context, (standing) => (standing ? draft('stop.lifted', { reason }, by) : null));
}

/** Appends to the journal `system` only what was decided on the whole of it. */
async function change(
  { journal, clock, salt, stops }: RunnerContext,
  decide: (standing: Stop | null) => Draft | null,
): Promise<Stop | null> {
  for (let tries = 1; ; tries++) {
    const { stop, seq } = await stops.look();
    const event = decide(stop);
    if (!event) return stop;
    try {
      await journal.amendSystem(null, (head: Head) => {
        if (head.seq !== seq) throw new HoldpointError('SEQ_CONFLICT', 'Something else was recorded. Send it again.');
        return { events: seal(SYSTEM_JOURNAL, head, [event], { at: clock.now(), salt }), answer: null };
      });
      return await stops.standing();
    } catch (error) {
      if (!isHoldpointError(error, 'SEQ_CONFLICT') || tries >= 20) throw error;
    }
  }
}
