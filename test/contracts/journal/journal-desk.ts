import { afterEach, beforeEach } from 'vitest';
import type { RunId } from '../../../src/ids.ts';
import type { Head } from '../../../src/journal/envelope.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { AT, amendmentOf, appendOf, runId } from '../../support/sample-journal.ts';

export interface JournalFixture {
  readonly journal: Journal;
  close(): Promise<void>;
}
/** Opens an empty journal whose store's clock is `now`. */
export type OpenJournal = (options: { now: () => number }) => Promise<JournalFixture>;

export const NOW_MS = Date.parse(AT);
export const later = (ms: number) => new Date(NOW_MS + ms).toISOString();
export const run = runId('one');

/** A new journal for each test of the suite that it is called in, and the short words that tests of it need. */
export function journalDesk(open: OpenJournal): JournalDesk {
  const desk = new JournalDesk();
  let fixture: JournalFixture;
  beforeEach(async () => {
    fixture = await open({ now: () => NOW_MS });
    desk.journal = fixture.journal;
  });
  afterEach(() => fixture.close());
  return desk;
}

class JournalDesk {
  journal!: Journal;

  async begin(id: RunId = run, changes: Parameters<typeof appendOf>[1] = {}): Promise<Head> {
    const { batch, head } = appendOf(id, changes);
    await this.journal.append(batch);
    return head;
  }

  async hashOf(id: RunId): Promise<string> {
    return (await this.journal.head(id)).hash;
  }

  /** Runs of the sample crew that anybody may take. */
  orphans(alive: readonly string[] = []): Promise<RunId[]> {
    return this.journal.orphans({ alive, room: new Map([['desk', 10]]), limit: 10 });
  }

  async wokenBy(id: RunId, head: Head, wake: boolean): Promise<void> {
    await this.journal.amend(id, null, () => amendmentOf(id, head, { wake }));
  }
}
