import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { scriptedModel } from '../../src/agents/scripted-model.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { defineCrew } from '../../src/index.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { answer, person } from '../support/desk.ts';
import { NO_STRACE, traceJournalChild } from '../support/disk-trace.ts';
import { type Acknowledged, expectNothingLost } from '../support/nothing-lost.ts';
import type { Draw } from '../support/random-crew.ts';
import { measured, SEED, size } from '../support/reliability.ts';
import { checkRun } from '../support/run-invariants.ts';
import { appendOf, proposed, runId } from '../support/sample-journal.ts';
import { seeded } from '../support/seeded.ts';
import { NO_SMALL_DISK, smallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FULL = size({ small: 90, recorded: 300, large: 900 });
const CALLS = size({ small: 10, recorded: 40, large: 100 });
const ROUNDS_A_DISK = 25;
const UNAVAILABLE = { code: 'UNAVAILABLE' };

/** @returns how many appends were acknowledged, all of which are there. */
async function fillAgainAndAgain(draw: Draw, rounds: number): Promise<number> {
  await using disk = await smallDisk(32 + 2 * rounds);
  const told: unknown[] = [];
  const journal = await openSqliteJournal({
    path: `${disk.path}/h.db`,
    onError: (error) => told.push(error.code),
  });
  const acknowledged: Acknowledged[] = [];
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const run = runId(`r${round}`);
    let { batch, head } = appendOf(run);
    await journal.append(batch);
    acknowledged.push({ run, seq: head.seq, hash: head.hash });
    await disk.fill(draw(600));
    let error: unknown = null;
    for (let n = 0; error === null && n < 5_000; n++) {
      const next = appendOf(run, { head, drafts: [proposed('x'.repeat(draw(20_000))), proposed('y')] });
      error = await journal.append(next.batch).then(
        () => null,
        (problem: unknown) => problem,
      );
      if (error !== null) continue;
      head = next.head;
      acknowledged.push({ run, seq: head.seq, hash: head.hash });
    }
    expect(error).toMatchObject(UNAVAILABLE);
    expect(String(error)).toMatch(/Nothing was recorded/);
    refused++;
    // Reads go on, and what was refused left nothing.
    expect(await journal.head(run)).toEqual(head);
    expect((await journal.read(run)).at(-1)?.hash).toBe(head.hash);
    await disk.empty();
    const after = appendOf(run, { head, drafts: [proposed('there is room'), proposed('again')] });
    await journal.append(after.batch);
    acknowledged.push({ run, seq: after.head.seq, hash: after.head.hash });
  }
  expect(told).toHaveLength(refused);
  await journal.close();
  const again = await openSqliteJournal({ path: `${disk.path}/h.db` });
  await expectNothingLost(again, acknowledged).finally(() => again.close());
  return acknowledged.length;
}

describe('R13', () => {
  test.skipIf(NO_SMALL_DISK)(
    `a disk that fills up ${FULL} times at any write: refused, readable, and well again`,
    { timeout: 600_000 },
    () =>
      measured({ id: 'R13', what: 'a real full disk (ENOSPC) at any write of an append' }, async () => {
        const draw = seeded(SEED);
        let acknowledged = 0;
        // What was written stays written, so a disk lasts for so many rounds.
        for (let round = 0; round < FULL; round += ROUNDS_A_DISK)
          acknowledged += await fillAgainAndAgain(draw, Math.min(ROUNDS_A_DISK, FULL - round));
        return {
          trials: FULL,
          note: `${acknowledged} acknowledged appends all there; 0 acknowledgements of refused ones`,
        };
      }),
  );

  test.skipIf(NO_STRACE)(
    `the nth call to the disk fails, ${CALLS} times: EIO, ENOSPC, EROFS; on write, sync and truncate`,
    { timeout: 600_000 },
    () =>
      measured(
        { id: 'R13', what: 'the nth disk call fails with EIO, ENOSPC or EROFS (strace injects it)' },
        async () => {
          const draw = seeded(SEED);
          let refusals = 0;
          for (let n = 0; n < CALLS; n++) {
            const folder = await temporaryFolder();
            const call = ['pwrite64', 'pwrite64', 'fdatasync'][n % 3];
            const error = ['EIO', 'ENOSPC', 'EROFS'][draw(3)];
            // Opening takes some tens of writes and a few syncs.
            const when = call === 'fdatasync' ? 6 + draw(40) : 60 + draw(400);
            const inject = `${call}:error=${error}:when=${when}`;
            const path = `${folder.path}/holdpoint.db`;
            const { lines } = await traceJournalChild([path, 'append', 'a', 'b'], {
              folder: folder.path,
              lines: 300,
              inject,
            });
            const acknowledged = lines.filter((line) => 'hash' in line) as unknown as Acknowledged[];
            const other = lines.filter((line) => !('hash' in line));
            for (const line of other) expect(line, inject).toMatchObject(UNAVAILABLE);
            refusals += other.length;
            const journal = await openSqliteJournal({ path });
            await expectNothingLost(journal, acknowledged).finally(() => journal.close());
            await folder.remove();
          }
          expect(refusals).toBeGreaterThan(CALLS / 2);
          return {
            trials: CALLS,
            note: `${refusals} writers were refused with UNAVAILABLE, the others were done before the call`,
          };
        },
      ),
  );

  test.skipIf(NO_SMALL_DISK)(
    'the engine on a full disk: nothing is acknowledged, reads go on, and runs continue by themselves when there is room',
    async () => {
      await using disk = await smallDisk(16);
      const crew = crewDefinition(
        defineCrew({
          name: 'full',
          agents: { a: { role: 'A', goal: 'A' } },
          tasks: { t: { agent: 'a', description: 'T', confirm: 'after' }, u: { agent: 'a', description: 'U' } },
        }),
      );
      const gate = Promise.withResolvers<void>();
      const scripted = scriptedModel({ t: [answer('one'), answer('two')], u: [answer('x'.repeat(200_000))] });
      const model = {
        ...scripted,
        respond: async (...given: Parameters<typeof scripted.respond>) => {
          const said = await scripted.respond(...given);
          if (JSON.stringify(given[0].messages).includes('Task: u')) await gate.promise;
          return said;
        },
      };
      const journal = await openSqliteJournal({ path: `${disk.path}/h.db` });
      const engine = await openEngine({ crews: [crew], journal, models: () => model, log: pino({ level: 'silent' }) });
      const first = await engine.start('full', {}, { requestedBy: 'user:rita' });
      const second = await engine.start('full', {}, { requestedBy: 'user:rita' });
      await Promise.all([engine.settled(first.id), engine.settled(second.id)]);
      const holdOf = async (id: typeof first.id) => (await journal.holds({ runId: id, status: 'open' })).items[0]!;
      const [held, other] = [await holdOf(first.id), await holdOf(second.id)];
      await engine.decide(held.id, { digest: held.digest, verdict: 'approve' }, { actor: person('user:ana') });
      await expect.poll(async () => (await journal.run(first.id))?.summary.tasks.u).toBe('working');
      await disk.fill(0);
      const refused = () => engine.comment(other.id, 'y'.repeat(9_000), { actor: person('user:ana') });
      await expect
        .poll(() =>
          refused().then(
            () => null,
            (error: { code: string }) => error.code,
          ),
        )
        .toBe('UNAVAILABLE');
      gate.resolve();
      const decision = { digest: other.digest, verdict: 'reject', reason: 'z'.repeat(9_000) } as const;
      await expect(engine.decide(other.id, decision, { actor: person('user:ana') })).rejects.toMatchObject(UNAVAILABLE);
      await expect(engine.start('full', {}, { requestedBy: 'user:rita' })).rejects.toMatchObject(UNAVAILABLE);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(await engine.run(first.id)).toMatchObject({ status: 'running' });
      expect(await engine.run(second.id)).toMatchObject({ status: 'held', openHolds: [other.id] });
      await disk.empty();
      expect(await engine.outcome(first.id, { signal: AbortSignal.timeout(10_000) })).toMatchObject({
        status: 'completed',
      });
      expect(scripted.requests).toHaveLength(3);
      await engine.decide(
        other.id,
        { digest: other.digest, verdict: 'reject', reason: 'no' },
        { actor: person('user:ana') },
      );
      await checkRun(journal, first.id, { crew });
      await engine.close();
    },
  );
});
