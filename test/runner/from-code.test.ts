import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, openHoldpoint } from '../../src/index.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { memoryJournal, scriptedModel } from '../../src/testing.ts';
import { answer } from '../support/desk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const crewOf = (goal: string) =>
  defineCrew({
    name: 'two',
    agents: { a: { role: 'A', goal } },
    tasks: { first: { agent: 'a', description: 'F', confirm: 'after' }, second: { agent: 'a', description: 'S' } },
  });

test('a program goes through a run in time, accepts the change of its crew, and forks it', async () => {
  const journal = memoryJournal();
  const before = await openHoldpoint({
    crews: [crewOf('A')],
    database: journal,
    model: scriptedModel([answer('one')]),
  });
  const { id, settled } = await before.start('two', {});
  await settled();
  const [hold] = (await before.holds.list({ status: 'open' })).holds;
  await before.close();

  const model = scriptedModel([answer('two')]);
  await using holdpoint = await openHoldpoint({ crews: [crewOf('B')], database: journal, model });
  await holdpoint.decide({ holdId: hold!.id, digest: hold!.digest, verdict: 'approve', by: 'user:ana' });
  const run = await holdpoint.run(id);
  await expect.poll(async () => (await holdpoint.runs.get(id)).error?.code).toBe('CREW_CHANGED');
  const { fingerprint, changes } = await run.change();
  expect(changes).toEqual(['/agents/a/goal changed: "A" → "B"']);
  await expect(run.resume('0'.repeat(64))).rejects.toMatchObject({ code: 'CREW_CHANGED' });
  await run.resume(fingerprint, 'user:ana');
  expect(await run.outcome()).toMatchObject({ status: 'completed', outputs: { first: 'one', second: 'two' } });

  const { lastSeq } = (await run.at()).summary;
  const states = await Promise.all(Array.from({ length: lastSeq }, async (_, seq) => (await run.at(seq + 1)).summary));
  const statuses = states.map(({ status }) => status);
  expect(statuses.filter((status, index) => status !== statuses[index - 1])).toEqual([
    'running',
    'held',
    'running',
    'parked',
    'running',
    'completed',
  ]);
  expect((await run.change()).changes).toEqual([]);
  const resumed = statuses.lastIndexOf('parked') + 2;
  const fork = await run.fork(resumed, 'user:ana');
  // Nothing had followed on the approval there, so it was not spent: the fork asks again.
  const asked = await fork.settled();
  expect(asked).toMatchObject({ status: 'held', openHolds: [expect.stringContaining('hold_')] });
});

test('what a program hands over is checked as a message of the server is', async () => {
  const model = scriptedModel([answer('one')]);
  await using holdpoint = await openHoldpoint({ crews: [crewOf('A')], database: memoryJournal(), model });
  const refused = { code: 'BAD_REQUEST' };
  for (const requestedBy of ['', ' ', 'system', 7, null] as string[])
    await expect(holdpoint.start('two', {}, { requestedBy })).rejects.toMatchObject(refused);
  for (const requestId of ['', 'x'.repeat(65), 5 as never])
    await expect(holdpoint.start('two', {}, { requestId })).rejects.toMatchObject(refused);
  expect((await holdpoint.runs.list()).runs).toEqual([]);

  const run = await holdpoint.start('two', {});
  await run.settled();
  const [hold] = (await holdpoint.holds.list({ status: 'open' })).holds;
  const approval = { holdId: hold!.id, digest: hold!.digest, verdict: 'approve' } as const;
  for (const by of ['', 'system', undefined, {}, { user: '' }] as string[])
    await expect(holdpoint.decide({ ...approval, by })).rejects.toMatchObject(refused);
  await expect(holdpoint.decide({ ...approval, by: 'user:ana', requestId: 'x'.repeat(65) })).rejects.toMatchObject(
    refused,
  );
  expect((await holdpoint.holds.get(hold!.id)).status).toBe('open');
  for (const query of [{ limit: 0 }, { limit: 201 }, { limit: 1.5 }, { status: 'opened' as never }]) {
    await expect(holdpoint.holds.list(query)).rejects.toMatchObject(refused);
    await expect(holdpoint.runs.list(query)).rejects.toMatchObject(refused);
  }
  for (const seq of [0, -1, 1.5, Number.NaN]) await expect(run.at(seq)).rejects.toMatchObject(refused);
});

test('two crews of one name are refused', async () => {
  const opening = openHoldpoint({ crews: [crewOf('A'), crewOf('B')], database: memoryJournal() });
  await expect(opening).rejects.toMatchObject({ code: 'CREW_INVALID', message: expect.stringContaining('"two"') });
});

test('a program that closes as soon as its run has ended leaves it to nobody, so that it can be removed', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'holdpoint.db');
  const crew = defineCrew({
    name: 'one',
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { only: { agent: 'a', description: 'O', confirm: 'after' } },
  });
  const model = scriptedModel([answer('one')]);
  const holdpoint = await openHoldpoint({ crews: [crew], database: `file:${path}`, model });
  holdpoint.on('hold:opened', ({ id, digest }) => {
    void holdpoint.decide({ holdId: id, digest, verdict: 'approve', by: 'user:ana' });
  });
  const { id, outcome } = await holdpoint.start('one', {});
  await outcome();
  await holdpoint.close();
  const journal = await openSqliteJournal({ path });
  expect(await journal.run(id)).toMatchObject({ owner: null, wake: false });
  await journal.close();
  await folder.remove();
});

test('what is wrong with inputs is one sentence, whoever says it', async () => {
  const crew = defineCrew({
    name: 'loose',
    inputs: z.strictObject({ n: z.unknown() }),
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { only: { agent: 'a', description: 'O' } },
  });
  await using holdpoint = await openHoldpoint({ crews: [crew], database: memoryJournal(), model: scriptedModel([]) });
  for (const inputs of [{ n: Number.NaN }, { n: 1, m: 2 }])
    await expect(holdpoint.start('loose', inputs)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(/^The inputs do not fit the crew "loose": .*[^.]\.$/),
    });
});

test('a decision that is none is refused for what it lacks, and names with blanks are nobody', async () => {
  await using holdpoint = await openHoldpoint({
    crews: [crewOf('A')],
    database: memoryJournal(),
    model: scriptedModel([answer('one'), answer('two')]),
  });
  const run = await holdpoint.start('two', {}, { requestedBy: 'user:rita' });
  await run.settled();
  const { id: holdId = '', digest = '' } = (await holdpoint.holds.list({ status: 'open' })).holds[0] ?? {};
  const good = { holdId, digest, verdict: 'approve', by: 'user:ana' } as const;
  const bad: [object, string][] = [
    [{ ...good, digest: undefined }, 'digest'],
    [{ ...good, holdId: undefined }, 'holdId'],
    [{ ...good, verdict: 'aprove' }, 'verdict'],
    [{ ...good, reason: 7 }, 'reason'],
    ...['user:ana ', ' user:ana', 'user:', 'user:a\nb'].map((by): [object, string] => [{ ...good, by }, 'by']),
  ];
  for (const [decision, names] of bad) {
    const message = expect.stringContaining(`\`${names}\``);
    await expect(holdpoint.decide(decision as typeof good)).rejects.toMatchObject({ code: 'BAD_REQUEST', message });
  }
  await expect(holdpoint.decide(undefined as never)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(openHoldpoint({ crew: [] } as never)).rejects.toMatchObject({ code: 'CREW_INVALID' });
  await holdpoint.decide(good);
  expect(await run.outcome()).toMatchObject({ status: 'completed' });
});

test('a listener whose promise is rejected is logged, and the program goes on', async () => {
  const errors: string[] = [];
  await using holdpoint = await openHoldpoint({
    crews: [crewOf('A')],
    database: memoryJournal(),
    model: scriptedModel([answer('one'), answer('two')]),
    log: { info: () => undefined, warn: () => undefined, error: (_data, text = '') => void errors.push(text) },
  });
  const told: string[] = [];
  holdpoint.on('hold:opened', async ({ id, digest }) => {
    // Somebody else is faster.
    await holdpoint.decide({ holdId: id, digest, verdict: 'approve', by: 'user:ben' });
    await holdpoint.decide({ holdId: id, digest, verdict: 'approve', by: 'user:ana' });
  });
  holdpoint.on('hold:closed', ({ id }) => void told.push(id));
  const run = await holdpoint.start('two', {}, { requestedBy: 'user:rita' });
  expect(await run.outcome()).toMatchObject({ status: 'completed' });
  await expect.poll(() => errors).toEqual([expect.stringContaining('a listener failed')]);
  expect(told).toHaveLength(1);
});
