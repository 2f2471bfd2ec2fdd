import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Hold } from '../../src/hooks/hold.ts';
import { defineCrew, openHoldpoint } from '../../src/index.ts';
import { memoryJournal, scriptedModel } from '../../src/testing.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const crew = defineCrew({
  name: 'letters',
  agents: { a: { role: 'A', goal: 'B' } },
  tasks: { t: { agent: 'a', description: 'x', confirm: 'after' } },
});
const answer = { output: 'one', reasoning: 'r', confidence: 1 };

test.each(['memory', 'file'])('closed, it takes nothing more, and who waits is told: %s', async (kind) => {
  const { path, remove } = await temporaryFolder();
  const journal = memoryJournal();
  const database = kind === 'memory' ? journal : `file:${join(path, 'holdpoint.db')}`;
  const holdpoint = await openHoldpoint({ crews: [crew], database, model: scriptedModel([answer]) });
  const run = await holdpoint.start('letters', {});
  await run.settled();
  const [hold] = (await holdpoint.holds.list()).holds as [Hold];
  const waiting = expect(run.outcome()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await holdpoint.close();
  await waiting;
  const decision = { holdId: hold.id, digest: hold.digest, verdict: 'approve', by: 'user:ana' } as const;
  const asked = { start: () => holdpoint.start('letters', {}), decide: () => holdpoint.decide(decision) };
  for (const [what, ask] of Object.entries({ ...asked, outcome: () => run.outcome(), cancel: () => run.cancel('no') }))
    await expect(ask(), what).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await remove();

  if (kind !== 'memory') return;
  // What is in memory outlasts the engine, so that a test can go on as a restarted process would.
  await using again = await openHoldpoint({ crews: [crew], database: journal, model: scriptedModel([]) });
  expect((await again.runs.list()).runs).toMatchObject([{ id: run.id, status: 'held' }]);
});
