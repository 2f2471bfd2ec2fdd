import { HoldpointError } from '../errors.ts';
import type { RunId } from '../ids.ts';
import type { Json } from '../json/json.ts';
import { EMPTY_HEAD, type Head, headOf, type JournalEvent } from './envelope.ts';
import type { Amendment, Answered, OwnerAppend, Request, Restored, RunRow } from './journal.ts';

/** What every adapter checks, under its lock, before it writes. One place, so that all of them refuse alike. */

/** Where a run stands in the store. */
export interface Standing {
  readonly head: Pick<Head, 'seq' | 'hash'>;
  readonly epoch: number;
}

/** Whether an owner's append may be written; `current` null: the run does not exist. */
export function checkAppend(current: Standing | null, batch: OwnerAppend): void {
  const { runId, epoch, head, events } = batch;
  if (!current) {
    if (head.seq !== 0) throw runNotFound(runId);
    if (events.length === 0) throw broken(runId, 'an append that starts it needs at least one event');
  } else if (head.seq === 0) {
    throw conflict(runId, current, `Run ${runId} exists already. Start it under another id, or read it.`);
  } else if (current.epoch !== epoch) {
    throw ownerLost(runId, current.epoch, epoch);
  } else if (current.head.seq !== head.seq || current.head.hash !== head.hash) {
    const message = `Run ${runId} is at event ${current.head.seq}, not ${head.seq}: somebody else appended. Read what was added and decide again.`;
    throw conflict(runId, current, message);
  }
  checkAttached(runId, head, events);
}

/** Whether `events` continue the chain at `head`. A breach is a bug of the caller and never reaches the store. */
export function checkAttached(runId: RunId, head: Pick<Head, 'seq' | 'hash'>, events: readonly JournalEvent[]): void {
  let { seq, hash } = head;
  for (const event of events) {
    if (event.run !== runId || event.seq !== seq + 1 || event.prev !== hash) {
      throw broken(runId, `event ${event.seq} of ${event.run} does not attach to its event ${seq}`);
    }
    ({ seq, hash } = event);
  }
}

/** Who owns a run after an amendment: as before, unless it was at rest and is taken with the work it was given. */
export function ownerAfter(
  { owner, epoch, wake }: Pick<RunRow, 'owner' | 'epoch' | 'wake'>,
  amendment: Pick<Amendment<Json>, 'wake' | 'takeFor'>,
): Pick<RunRow, 'owner' | 'epoch' | 'wake'> & { readonly taken: boolean } {
  const { takeFor = null } = amendment;
  // With work to do and no owner it is on its way to somebody already.
  const taken = amendment.wake && takeFor !== null && owner === null && !wake;
  return { owner: taken ? takeFor : owner, epoch: taken ? epoch + 1 : epoch, wake: wake || amendment.wake, taken };
}

/** The answer that a request got before. @throws `REQUEST_ID_REUSED` if it then asked for something else. */
export function answerOf(stored: Answered, request: Request): Json {
  if (stored.content !== request.content) {
    throw new HoldpointError(
      'REQUEST_ID_REUSED',
      `The request id ${request.id} was used before for something else. Send a new request under a new id.`,
    );
  }
  return stored.answer;
}

/** A start whose request was answered while it was on its way: the caller reads that answer instead. */
export function requestAnswered(stored: Answered, request: Request, runId: RunId): HoldpointError {
  answerOf(stored, request);
  return new HoldpointError(
    'SEQ_CONFLICT',
    `The request ${request.id} was answered meanwhile, so run ${runId} was not started. Read the answer that was given.`,
  );
}

/** What is erased or removed was read before: it must be as it was then, and at rest. */
export function checkAtRest(runId: RunId, { seq, wake }: { seq: number; wake: boolean }, read: number): void {
  if (seq !== read || wake) throw notAtRest(runId, seq);
}

export function notAtRest(runId: RunId, seq: number): HoldpointError {
  return new HoldpointError(
    'SEQ_CONFLICT',
    `Run ${runId} (at event ${seq}) moved on while it was read, or somebody is at it. Nothing was removed; try again.`,
    { details: { runId, seq } },
  );
}

/** What is restored must not be there, and a run's events must be whole. */
export function checkRestored(part: Restored, isThere: boolean): void {
  if (isThere) {
    const message = `The ${part.type} ${nameOf(part)} is in this database already. Restore into an empty one.`;
    throw new HoldpointError('SEQ_CONFLICT', message);
  }
  if (part.type !== 'run') return;
  checkAttached(part.runId, EMPTY_HEAD, part.events);
  const { row, runId, events } = part;
  if (row && (events.length === 0 || row.head.hash !== headOf(events).hash)) {
    throw broken(runId, 'its row names another head than its events have');
  }
}

function nameOf(part: Restored): string {
  if (part.type === 'run') return part.runId;
  return part.type === 'hold' ? part.hold.id : part.answer.id;
}

export function runNotFound(runId: string): HoldpointError {
  return new HoldpointError('RUN_NOT_FOUND', `There is no run ${runId}. \`holdpoint runs\` lists them.`);
}

export function ownerLost(runId: RunId, current: number, given: number): HoldpointError {
  return new HoldpointError(
    'OWNER_LOST',
    `Run ${runId} was taken over: its epoch is ${current}, not ${given}. Stop working on it here.`,
    { details: { epoch: current } },
  );
}

function conflict(runId: RunId, { head }: Standing, message: string): HoldpointError {
  return new HoldpointError('SEQ_CONFLICT', message, { details: { runId, seq: head.seq } });
}

function broken(runId: RunId, what: string): HoldpointError {
  return new HoldpointError('INTERNAL', `Refused to write run ${runId}: ${what}. This is a bug; nothing was recorded.`);
}
