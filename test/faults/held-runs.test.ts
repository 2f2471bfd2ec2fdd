import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { rehearsalModel } from '../../src/agents/rehearsal-model.ts';
import { connectReview, type Hold, type ReviewClient } from '../../src/client/index.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import waiting from '../fixtures/crews/waiting.crew.ts';
import { memoryOf, NO_PROC, p95 } from '../support/memory-of.ts';
import { measured, size } from '../support/reliability.ts';
import { createToken, type Served, serve } from '../support/served.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CREW = fileURLToPath(new URL('../fixtures/crews/waiting.crew.ts', import.meta.url));
const RUNS = size({ small: 1_000, recorded: 10_000, large: 10_000 });
const PAGES = size({ small: 60, recorded: 300, large: 300 });
const DECISIONS = size({ small: 100, recorded: 500, large: 500 });
const LANES = 4;
/** In the ordinary run other tests have the processor as well. */
const SLACK = process.env.HOLDPOINT_RELIABILITY ? 1 : 10;

async function fill(path: string): Promise<void> {
  const journal = await openSqliteJournal({ path });
  const engine = await openEngine({
    crews: [crewDefinition(waiting)],
    journal,
    models: () => rehearsalModel(),
    log: pino({ level: 'silent' }),
  });
  const numbers = Array.from({ length: RUNS }, (_, n) => n);
  await sideBySide(100, numbers, async (n) => {
    const { id } = await engine.start('waiting', { n }, { requestedBy: 'user:rita' });
    await engine.settled(id);
  });
  await engine.close();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}

async function allOpen(client: ReviewClient): Promise<Hold[]> {
  const holds: Hold[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.holds.list({ status: 'open', limit: 200, cursor });
    holds.push(...page.holds);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return holds;
}

test.skipIf(NO_PROC)(
  `R7: a server with ${RUNS} held runs starts, lists and decides as one with none`,
  {
    timeout: 600_000,
  },
  () =>
    measured({ id: 'R7', what: 'held runs under a server: killed, started again, listed, decided on' }, async () => {
      const { path, remove } = await temporaryFolder();
      const open = (file: string) =>
        serve([CREW], { database: `file:${join(path, file)}`, env: { HOLDPOINT_MODEL: 'rehearsal' } });
      let served: Served | null = null;
      const clients: ReviewClient[] = [];
      try {
        await fill(join(path, 'held.db'));
        served = await open('empty.db');
        const { rssMb: emptyMb } = memoryOf(served.child.pid);
        await served.kill();
        served = await open('held.db');
        await served.kill();
        let again: Served = served;
        const readyMs = await timed(async () => {
          again = await open('held.db');
          served = again;
          expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
        });
        const heldMb = memoryOf(again.child.pid).rssMb;
        const token = await createToken(`file:${join(path, 'held.db')}`);
        for (let lane = 0; lane < LANES; lane++) clients.push(await connectReview(again.url, { token }));
        const first = Array.from({ length: PAGES }, (_, n) => clients[n % LANES]!);
        const pageMs = await sideBySide(LANES, first, (client) => timed(() => client.holds.list({ status: 'open' })));
        const holds = await allOpen(clients[0]!);
        expect(holds).toHaveLength(RUNS);
        const decided = holds.slice(0, DECISIONS);
        const ackMs = await sideBySide(LANES, decided, (hold, n) =>
          timed(() => clients[n % LANES]!.decide(hold, { verdict: 'approve' })),
        );
        const ended = async () => (await clients[0]!.runs.get(decided.at(-1)?.runId ?? '')).status;
        await expect.poll(ended, { timeout: 30_000 }).toBe('completed');
        expect(await allOpen(clients[0]!)).toHaveLength(RUNS - DECISIONS);
        const { peakMb } = memoryOf(again.child.pid);
        const seen = { readyMs: Math.round(readyMs), pageMs: p95(pageMs), ackMs: p95(ackMs), peakMb };
        expect(seen.readyMs, 'ready').toBeLessThan(10_000 * SLACK);
        expect(seen.pageMs, 'first page').toBeLessThan(200 * SLACK);
        expect(seen.ackMs, 'acknowledgement').toBeLessThan(250 * SLACK);
        expect(peakMb, 'memory at most').toBeLessThan(1_024);
        expect(heldMb - emptyMb, 'memory of what waits').toBeLessThan(48);
        const note = `ready within ${seen.readyMs} ms of the start; first page p95 ${seen.pageMs} ms of ${PAGES}; acknowledgement p95 ${seen.ackMs} ms of ${DECISIONS}; ${heldMb} MB with them, ${emptyMb} MB with none, ${peakMb} MB at most`;
        return { trials: RUNS, note };
      } finally {
        for (const client of clients) await client.close();
        await served?.kill();
        await remove();
      }
    }),
);
