import { z } from 'zod';
import { MACHINES_VERSION, parseEventData, type RunEvent } from '../crew/events.ts';
import { HoldpointError } from '../errors.ts';
import type { Json } from '../json/json.ts';
import type { JournalEvent } from './envelope.ts';
import { fill, type Payload, refsOf } from './payloads.ts';

/**
 * The events of a run as the fold wants them: large values put back, data parsed. Hashes are not checked here.
 *
 * @param options.allowErased Leaves out events whose data were erased (default: refuses them, since a fold needs them all).
 * @throws `RUN_ERASED` for data that were erased; `JOURNAL_BROKEN` for data that are incomplete or unknown to this version.
 */
export function toRunEvents(
  events: readonly JournalEvent[],
  payloads: readonly Payload[],
  options: { allowErased?: boolean } = {},
): RunEvent[] {
  const values = new Map(payloads.map(({ digest, value }) => [digest, value]));
  const kept = options.allowErased ? events.filter((event) => !isErased(event)) : events;
  return kept.map((event) => toRunEvent(event, values));
}

function toRunEvent(event: JournalEvent, values: ReadonlyMap<string, Json>): RunEvent {
  const { seq, at, type, by } = event;
  if (isErased(event))
    throw new HoldpointError(
      'RUN_ERASED',
      `The data of event ${seq} (${type}) of run ${event.run} were erased, so the run cannot be replayed. Its chain still verifies.`,
      { details: { runId: event.run, seq } },
    );
  if (isOfLaterVersion(event)) throw broken(event, 'a later version of holdpoint wrote it. Update holdpoint');
  const missing = refsOf(event.data).find((digest) => !values.has(digest));
  if (missing) throw broken(event, `the value ${missing} that it names is missing`);
  const parsed = parseEventData(type, fill(event.data, values));
  if (!parsed) throw broken(event, 'this version does not know that type. Update holdpoint');
  if (!parsed.success) throw broken(event, z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
  // Type and data were just parsed together.
  return { type, by, data: parsed.data, seq, at } as RunEvent;
}

function isOfLaterVersion({ type, data }: JournalEvent): boolean {
  const { machines } = (data ?? {}) as { machines?: unknown };
  return type === 'run.started' && typeof machines === 'number' && machines > MACHINES_VERSION;
}

function isErased({ data, salt }: JournalEvent): boolean {
  return data === undefined && salt === undefined;
}

function broken({ run, seq, type }: JournalEvent, problem: string): HoldpointError {
  return new HoldpointError('JOURNAL_BROKEN', `Event ${seq} (${type}) of run ${run} cannot be read: ${problem}.`, {
    details: { runId: run, seq },
  });
}
