import { expect } from 'vitest';
import type { RunId } from '../../src/ids.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { verifyChain } from '../../src/journal/verify.ts';

/** One line of `journal-child.ts`: an append that was acknowledged. */
export interface Acknowledged {
  readonly run: RunId;
  readonly seq: number;
  readonly hash: string;
}

/** Every acknowledged event is there, every chain verifies, and no append is there by half (each has two events, the first one). */
export async function expectNothingLost(journal: Journal, acknowledged: readonly Acknowledged[]): Promise<void> {
  const { items } = await journal.runs({ limit: 200 });
  for (const { id, lastSeq } of items) {
    const events = await journal.read(id);
    const head = await journal.head(id);
    expect(verifyChain(events, { head: head.hash })).toMatchObject({ ok: true, count: lastSeq });
    expect(events.length % 2).toBe(1);
  }
  const last = new Map(acknowledged.map((one) => [one.run, one]));
  for (const { run, seq, hash } of last.values())
    expect((await journal.read(run, { after: seq - 1, limit: 1 }))[0]?.hash, `event ${seq} of ${run}`).toBe(hash);
}
