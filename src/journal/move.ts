import { HoldpointError } from '../errors.ts';
import { type HoldId, type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import type { JournalEvent } from './envelope.ts';
import type { Journal, NodeRow, Page, Request, Restored } from './journal.ts';
import type { Payload } from './payloads.ts';
import { verifyChain } from './verify.ts';

export interface Moved {
  readonly runs: number;
  readonly events: number;
  readonly holds: number;
  readonly requests: number;
  readonly tokens: number;
}

/** Stands on the list of nodes of a journal that a move writes, until all of it is there: half a journal is never taken for a whole one. */
const MOVING = 'move';

/** Whether a move into this journal is under way, or was interrupted. */
export async function isHalfMoved(journal: Journal): Promise<boolean> {
  return (await journal.nodes()).some(({ id }) => id === MOVING);
}

/** Rows under way at once: enough to share transactions, few enough to stay small. */
const CHUNK = 50;

/** Whether a journal holds nothing that a move could run into. */
export async function isEmpty(journal: Journal): Promise<boolean> {
  const { items } = await journal.runs({ limit: 1 });
  const { seq } = await journal.head(SYSTEM_JOURNAL);
  const answers = await journal.answers(null, 1);
  const tokens = await journal.tokens.list();
  return items.length === 0 && seq === 0 && answers.length === 0 && tokens.length === 0;
}

/**
 * Copies all that a journal holds into an empty one: every chain is checked before anything is written, and again as it was
 * written, against the head that the source has then. Owners stay as they were, so an effect in doubt stays in doubt. `node`: the
 * process that does it.
 * @throws `JOURNAL_BROKEN` for a chain that does not verify, `UNAVAILABLE` if the source was written to meanwhile
 */
export async function moveJournal(from: Journal, to: Journal, node: Omit<NodeRow, 'id' | 'url'>): Promise<Moved> {
  const runs = await all(
    (cursor) => from.runs({ limit: 200, cursor }),
    ({ id }) => id,
  );
  const holds = await all(
    (cursor) => from.holds({ limit: 200, cursor }),
    ({ id, runId }) => ({ id, runId }),
  );
  const tokens = await from.tokens.list();
  for (const runId of [SYSTEM_JOURNAL, ...runs]) await verified(from, runId);
  await to.enter({ ...node, id: MOVING, url: null });
  let events = 0;
  for (const chunk of [[SYSTEM_JOURNAL], ...chunks(runs)]) {
    const parts = await Promise.all(chunk.map((runId) => runPart(from, runId)));
    await restoreAll(to, parts);
    for (const part of parts) events += part.events.length;
  }
  for (const chunk of chunks(holds)) await restoreAll(to, await Promise.all(chunk.map((hold) => holdPart(from, hold))));
  const requests = await moveAnswers(from, to);
  for (const token of tokens) await to.tokens.add(token);
  await compare(from, to, runs);
  await to.leave(MOVING);
  return { runs: runs.length, events, holds: holds.length, requests, tokens: tokens.length };
}

/** Given in order, so that lists keep theirs. */
async function restoreAll(to: Journal, parts: readonly Restored[]): Promise<void> {
  const wanted = parts.filter((part) => part.type !== 'run' || part.events.length > 0);
  await Promise.all(wanted.map((part) => to.restore(part)));
}

async function runPart(from: Journal, runId: RunId): Promise<Extract<Restored, { type: 'run' }>> {
  const row = runId === SYSTEM_JOURNAL ? null : await from.run(runId);
  return { type: 'run', runId, row, ...(await verified(from, runId)) };
}

async function holdPart(from: Journal, { id, runId }: { id: HoldId; runId: RunId | null }): Promise<Restored> {
  const hold = await from.hold(id);
  if (hold && runId !== null) return { type: 'hold', runId, hold };
  throw writtenTo();
}

async function moveAnswers(from: Journal, to: Journal): Promise<number> {
  let count = 0;
  let after: Request | null = null;
  for (;;) {
    const answers = await from.answers(after, CHUNK);
    await restoreAll(
      to,
      answers.map((answer) => ({ type: 'answer', answer })),
    );
    count += answers.length;
    after = answers.at(-1) ?? null;
    if (!after) return count;
  }
}

async function compare(from: Journal, to: Journal, runs: readonly RunId[]): Promise<void> {
  const now = await all(
    (cursor) => from.runs({ limit: 200, cursor }),
    ({ id }) => id,
  );
  if (now.length !== runs.length) throw writtenTo();
  for (const runId of [SYSTEM_JOURNAL, ...runs]) {
    const head = await from.head(runId);
    if ((await to.head(runId)).hash !== head.hash) throw writtenTo();
    await verified(to, runId);
  }
}

async function verified(journal: Journal, runId: RunId): Promise<{ events: JournalEvent[]; payloads: Payload[] }> {
  const events = await journal.read(runId);
  const payloads = await journal.payloads(runId);
  const head = await journal.head(runId);
  const result = verifyChain(events, { payloads, head: head.hash });
  if (result.ok) return { events, payloads };
  throw new HoldpointError(
    'JOURNAL_BROKEN',
    `The journal of ${runId} is broken: ${result.problem}. Nothing of it was moved; the source is as it was.`,
  );
}

/** What a list holds, the oldest first. */
async function all<T, R>(page: (cursor: string | undefined) => Promise<Page<T>>, pick: (item: T) => R): Promise<R[]> {
  const found: R[] = [];
  let cursor: string | undefined;
  do {
    const { items, cursor: next } = await page(cursor);
    for (const item of items) found.push(pick(item));
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return found.reverse();
}

function* chunks<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
}

function writtenTo(): HoldpointError {
  return new HoldpointError(
    'UNAVAILABLE',
    'Somebody wrote to the source while it was moved. Stop everything that uses it, and move it into a new database.',
  );
}
