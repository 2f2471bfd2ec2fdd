import { describe } from 'vitest';
import { amending } from './journal/amending.ts';
import { amendingAtRest } from './journal/amending-at-rest.ts';
import { appending } from './journal/appending.ts';
import { closing } from './journal/closing.ts';
import type { OpenJournal } from './journal/journal-desk.ts';
import { lists } from './journal/lists.ts';
import { nodes } from './journal/nodes.ts';
import { owning } from './journal/owning.ts';
import { removing } from './journal/removing.ts';
import { requests } from './journal/requests.ts';
import { restoring } from './journal/restoring.ts';

const PARTS = [appending, amending, amendingAtRest, requests, owning, lists, removing, nodes, restoring, closing];

/** What every adapter of the journal promises. The fixture's clock stands at `AT`. */
export function journalContract(name: string, open: OpenJournal): void {
  for (const part of PARTS) describe(part.name, () => part(name, open));
}
