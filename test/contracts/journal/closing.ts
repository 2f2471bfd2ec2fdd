import { expect, test } from 'vitest';
import type { HoldpointError } from '../../../src/errors.ts';
import { holdIdOf } from '../../../src/ids.ts';
import { appendOf, commented } from '../../support/sample-journal.ts';
import { journalDesk, type OpenJournal, run } from './journal-desk.ts';

/** Closing, and what errors say. */
export function closing(name: string, open: OpenJournal): void {
  const desk = journalDesk(open);

  test(`${name}: closing twice is harmless`, async () => {
    const appended = desk.journal.append(appendOf(run).batch);
    await Promise.all([desk.journal.close(), desk.journal.close()]);
    await appended;
  });

  test(`${name}: errors say what to do`, async () => {
    const head = await desk.begin();
    await desk.journal.claim(run, 'node_b');
    const error: HoldpointError = await desk.journal
      .append(appendOf(run, { head, drafts: [commented(holdIdOf(run, 1), 'x')] }).batch)
      .then(
        () => expect.unreachable(),
        (reason: HoldpointError) => reason,
      );
    expect(error.message).toBe('Run run_one was taken over: its epoch is 2, not 1. Stop working on it here.');
  });
}
