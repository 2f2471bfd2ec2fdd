import type { Hold } from '../../../src/client/index.ts';

export type Band = 'overdue' | 'human' | 'approval' | 'confirm';
export const BANDS: readonly Band[] = ['overdue', 'human', 'approval', 'confirm'];

export interface QueueBand {
  readonly band: Band;
  readonly holds: readonly Hold[];
}

/** How much oversight a hold asks for; what is late comes before all of it. */
export function bandOf(hold: Hold, nowMs: number): Band {
  const { kind, review } = hold;
  if (review.overdue || (review.dueAt !== null && Date.parse(review.dueAt) <= nowMs)) return 'overdue';
  if (kind === 'action' || kind === 'oversight') return 'approval';
  return kind === 'before' || kind === 'after' ? 'confirm' : 'human';
}

/** Deadlines this near to each other count as the same, so that the order within them can be mixed. */
const SAME_DEADLINE_MS = 15 * 60_000;

/**
 * The queue: by band, then deadline, then how many tasks wait. What is equal so far is mixed, since people decide by streaks; the
 * mix is drawn from the id, so that a list does not jump when it is drawn again.
 */
export function orderQueue(holds: Iterable<Hold>, nowMs: number): QueueBand[] {
  const bands = new Map<Band, Hold[]>(BANDS.map((band) => [band, []]));
  for (const hold of holds) bands.get(bandOf(hold, nowMs))?.push(hold);
  return [...bands].filter(([, of]) => of.length > 0).map(([band, of]) => ({ band, holds: of.sort(compare) }));
}

function compare(a: Hold, b: Hold): number {
  return (
    deadlineOf(a) - deadlineOf(b) ||
    b.blocks.length - a.blocks.length ||
    mixOf(a.id) - mixOf(b.id) ||
    (a.id < b.id ? -1 : 1)
  );
}

function deadlineOf({ review }: Hold): number {
  return review.dueAt === null ? Number.MAX_SAFE_INTEGER : Math.floor(Date.parse(review.dueAt) / SAME_DEADLINE_MS);
}

/** FNV-1a: spreads ids that differ in one character. */
function mixOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}

/** Whether each of the words that were typed stands somewhere in what the row says. */
export function matchesFilter(hold: Hold, filter: string): boolean {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return true;
  const { crew, task, agent, kind, action, impact, claimedBy, proposal, id, runId } = hold;
  const said = [crew, task, agent, kind, action?.tool, impact?.summary, claimedBy, id, runId, JSON.stringify(proposal)]
    .join(' ')
    .toLowerCase();
  return words.every((word) => said.includes(word));
}
