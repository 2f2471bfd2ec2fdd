import type { RunId } from '../ids.ts';
import type { Query } from './postgres-pool.ts';
import { eventsOf, payloadsOf } from './postgres-queries.ts';
import { notAtRest, runNotFound } from './preconditions.ts';
import { type Erasure, namedPayloads } from './retention.ts';

/** Removing for good: one statement each, so all of it or nothing. The server's dead rows go with its next vacuum. */

const IF_FOUND = 'AND EXISTS (SELECT 1 FROM found)';

export async function eraseRun(query: Query, runId: RunId, { seq, seqs, tasks, summary }: Erasure): Promise<void> {
  const erased = new Set(seqs);
  const left = (await eventsOf(query, runId, {})).filter(({ seq }) => !erased.has(seq));
  const named = namedPayloads(left);
  const unnamed = (await payloadsOf(query, runId)).map(({ digest }) => digest).filter((digest) => !named.has(digest));
  const rows = await query<{ id: string }>(
    `WITH found AS (UPDATE holdpoint.runs SET summary = $2 WHERE id = $1 AND seq = $6 AND NOT wake RETURNING id),
     emptied AS (UPDATE holdpoint.events SET data = NULL, salt = NULL WHERE run = $1 AND seq = ANY ($3::int[]) ${IF_FOUND}),
     dropped AS (DELETE FROM holdpoint.payloads WHERE run = $1 AND digest = ANY ($4::text[]) ${IF_FOUND}),
     closed AS (DELETE FROM holdpoint.holds
      WHERE run = $1 AND ($5::text[] IS NULL OR record::json ->> 'task' = ANY ($5::text[])) ${IF_FOUND}),
     forgotten AS (DELETE FROM holdpoint.requests WHERE position($1 IN answer) > 0 ${IF_FOUND})
     SELECT id FROM found`,
    [runId, JSON.stringify(summary), seqs, unnamed, tasks, seq],
  );
  if (rows.length > 0) return;
  await refuseIfThere(query, runId);
  throw runNotFound(runId);
}

export async function removeRun(query: Query, runId: RunId, seq: number): Promise<boolean> {
  const rows = await query<{ id: string }>(
    `WITH found AS (DELETE FROM holdpoint.runs WHERE id = $1 AND seq = $2 AND NOT wake RETURNING id),
     emptied AS (DELETE FROM holdpoint.events WHERE run = $1 ${IF_FOUND}),
     dropped AS (DELETE FROM holdpoint.payloads WHERE run = $1 ${IF_FOUND}),
     closed AS (DELETE FROM holdpoint.holds WHERE run = $1 ${IF_FOUND}),
     forgotten AS (DELETE FROM holdpoint.requests WHERE position($1 IN answer) > 0 ${IF_FOUND})
     SELECT id FROM found`,
    [runId, seq],
  );
  if (rows.length === 0) await refuseIfThere(query, runId);
  return rows.length > 0;
}

/** @throws `SEQ_CONFLICT` for a run that is there, but is not as it was read */
async function refuseIfThere(query: Query, runId: RunId): Promise<void> {
  const [row] = await query<{ seq: number }>('SELECT seq FROM holdpoint.runs WHERE id = $1', [runId]);
  if (row) throw notAtRest(runId, row.seq);
}
