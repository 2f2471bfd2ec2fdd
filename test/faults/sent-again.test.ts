import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DecisionRequest } from '../../src/hooks/decide.ts';
import { defineCrew } from '../../src/index.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { answer, openDesk } from '../support/desk.ts';
import type { Draw } from '../support/random-crew.ts';
import { measured, SEED, size } from '../support/reliability.ts';
import { seeded } from '../support/seeded.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TRIALS = size({ small: 200, recorded: 1_000, large: 2_000 });
const crew = defineCrew({
  name: 'sent',
  agents: { a: { role: 'A', goal: 'A' } },
  tasks: {
    t: { agent: 'a', description: 'T', confirm: 'after', maxRevisions: 9 },
    u: { agent: 'a', description: 'U' },
  },
});
const script = (revisions: number) => ({
  t: Array.from({ length: revisions + 1 }, (_, n) => answer(`draft ${n}`)),
  u: [answer('end')],
});
const FIRST: readonly Pick<DecisionRequest, 'verdict' | 'value' | 'reason'>[] = [
  { verdict: 'approve' },
  { verdict: 'modify', value: 'mine' },
  { verdict: 'reject', reason: 'no' },
];
const later = (draw: Draw) =>
  new Promise<void>((resolve) => (draw(3) ? setImmediate(resolve) : setTimeout(resolve, draw(4))));

async function onDisk(work: (journal: Awaited<ReturnType<typeof openSqliteJournal>>) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  try {
    await work(await openSqliteJournal({ path: join(folder.path, 'h.db') }));
  } finally {
    await folder.remove();
  }
}

describe('decisions', () => {
  test(`R5: ${TRIALS} decisions, each sent 1 to 20 times and out of order, count once`, { timeout: 600_000 }, () =>
    measured({ id: 'R5', what: 'each decision sent 1 to 20 times, reordered' }, async () => {
      const draw = seeded(SEED);
      let sent = 0;
      for (let n = 0; n < TRIALS; n += 50)
        await onDisk(async (journal) => {
          const desks = script(1);
          const all = {
            t: Array.from({ length: 100 }, () => desks.t).flat(),
            u: Array.from({ length: 100 }, () => answer('end')),
          };
          await using desk = await openDesk(crew, all, { journal, unrepeatable: true });
          for (let trial = n; trial < Math.min(n + 50, TRIALS); trial++) {
            const run = await desk.startAndSettle();
            const hold = await desk.only(run);
            const choice = FIRST[draw(FIRST.length)]!;
            const id = `request ${trial}`;
            const copies = 1 + draw(20);
            sent += copies;
            const answers = await Promise.all(
              Array.from({ length: copies }, async () => {
                await later(draw);
                return desk.decide(hold, choice, 'user:ana', id);
              }),
            );
            for (const one of answers) expect(one).toEqual(answers[0]);
            await expect(
              desk.decide(hold, { verdict: 'approve', reason: 'other' }, 'user:ana', id),
            ).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
            expect(await desk.eventsOfType(run, 'hold.decided')).toHaveLength(1);
            await desk.settled(run);
          }
        });
      return { trials: TRIALS, note: `${sent} messages; the same id with other content was refused every time` };
    }),
  );

  test(`R6: ${TRIALS} decisions on what was revised meanwhile are stale`, { timeout: 600_000 }, () =>
    measured({ id: 'R6', what: 'the proposal is revised between reading and deciding' }, async () => {
      const draw = seeded(SEED + 1);
      let trials = 0;
      while (trials < TRIALS)
        await onDisk(async (journal) => {
          await using desk = await openDesk(crew, script(8), { journal });
          const run = await desk.startAndSettle();
          const seen = [await desk.only(run)];
          for (let revision = 0; revision < 8; revision++) {
            await desk.reject(seen.at(-1)!, `again ${revision}`);
            await expect.poll(async () => (await desk.open(run)).length).toBe(1);
            seen.push(await desk.only(run));
            // On the hold as it is now, with the digest of any that was read before.
            for (const old of seen.slice(0, -1)) {
              const choice = FIRST[draw(FIRST.length)]!;
              const now = seen.at(-1)!;
              await expect(
                desk.decide(now, { ...choice, digest: old.digest }),
                `${choice.verdict}`,
              ).rejects.toMatchObject({ code: 'HOLD_STALE' });
              trials++;
            }
          }
          await desk.approve(seen.at(-1)!);
          await desk.settled(run);
        });
      return { trials };
    }),
  );
});
