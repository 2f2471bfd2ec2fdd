import type { RunId } from '../ids.ts';
import type { OrphanQuery } from './journal.ts';

export interface Waiting {
  readonly id: RunId;
  readonly crew: string;
}

/** Of runs in the order of arrival, those for which there is room. Once there is none, no more of them are looked at. */
export function asThereIsRoom(waiting: Iterable<Waiting>, { room, limit }: OrphanQuery): RunId[] {
  const left = new Map(room);
  const taken: RunId[] = [];
  for (const { id, crew } of waiting) {
    if (taken.length >= limit) break;
    const places = left.get(crew) ?? 0;
    if (places <= 0) continue;
    left.set(crew, places - 1);
    taken.push(id);
  }
  return taken;
}

/** Of each crew, how many runs there is room for at most. */
export function roomByCrew({ room, limit }: OrphanQuery): [crew: string, most: number][] {
  return [...room]
    .map(([crew, places]): [string, number] => [crew, Math.min(places, limit)])
    .filter(([, most]) => most > 0);
}
