import { z } from 'zod';
import { RunStatus, RunSummary, RunWithOutputs } from '../../hooks/run-summary.ts';
import { RunId } from '../../ids.ts';
import { Json } from '../../json/json.ts';
import { CrewInfo } from './crew-info.ts';
import { Cursor, changing, paging, Reason, reading } from './fields.ts';
import { RunEvent } from './run-event.ts';
import { RunState } from './run-state.ts';

const Seq = z.int().min(0);
const Fingerprint = z.string().regex(/^[0-9a-f]{64}$/);

const Verified = z.strictObject({
  ok: z.boolean(),
  count: z.int(),
  head: z.string(),
  problem: z.string().optional(),
  seq: z.int().optional(),
});

/** `at` is ISO 8601 UTC; `seq` in the journal `system`. */
const Stop = z.strictObject({ seq: z.int(), by: z.string(), at: z.string(), reason: z.string() });

export const RUN_MESSAGES = {
  'run:start': changing({ crew: z.string().min(1).max(200), inputs: Json.default({}) }, RunSummary),
  'run:cancel': changing({ runId: RunId, reason: Reason }, RunSummary),
  /** Every run of the database, on whatever node; nothing starts until that is lifted. */
  'runs:stopAll': changing(
    { reason: Reason, cancel: z.literal(true).optional() },
    z.strictObject({ stopped: z.array(RunId) }),
  ),
  /** Lifts the stop, and lets the runs go on that it parked; with `keepParked` each waits for a person of its own. */
  'runs:resumeAll': changing(
    { reason: Reason, keepParked: z.literal(true).optional() },
    z.strictObject({ resumed: z.array(RunId) }),
  ),
  'runs:stop': reading({}, z.strictObject({ stop: Stop.nullable() })),
  /** How the crew of a run differs from the one that this server has. */
  'run:change': reading({ runId: RunId }, z.strictObject({ fingerprint: Fingerprint, changes: z.array(z.string()) })),
  /** Lets a parked run go on with the crew that this server has; `fingerprint` is that of the difference that was looked at. */
  'run:resume': changing({ runId: RunId, fingerprint: Fingerprint }, RunSummary),
  'run:fork': changing({ runId: RunId, seq: Seq }, RunSummary),
  'run:get': reading({ runId: RunId }, RunWithOutputs),
  'runs:list': reading(
    { status: RunStatus.optional(), crew: z.string().max(200).optional(), ...paging },
    z.strictObject({ runs: z.array(RunSummary), cursor: Cursor }),
  ),
  'run:state': reading({ runId: RunId, seq: Seq.optional() }, RunState),
  'run:verify': reading({ runId: RunId }, Verified),
  /** A page of the journal, for REST and for who does not watch; `limit` defaults to 200, at most 1000. */
  'run:events': reading(
    { runId: RunId, after: Seq.optional(), limit: z.int().min(1).max(1000).optional() },
    z.strictObject({ events: z.array(RunEvent), lastSeq: z.int() }),
  ),
  /** Then `run:event` from `after + 1` on (`after` defaults to 0). Watching the same run again starts over at the new `after`. */
  'run:watch': reading({ runId: RunId, after: Seq.optional() }, z.strictObject({ runId: RunId, lastSeq: z.int() })),
  'run:unwatch': reading({ runId: RunId }, z.strictObject({ runId: RunId })),
  'crews:list': reading({}, z.strictObject({ crews: z.array(CrewInfo) })),
} as const;
