import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster, type Member } from '../support/cluster.ts';
import { measured, size } from '../support/reliability.ts';

const RACES = size({ small: 100, large: 500 });
const RESTARTS = size({ small: 3, recorded: 6, large: 12 });
const ROUNDS = size({ small: 1, recorded: 5, large: 100 });
const RUNS = size({ small: 24, recorded: 100, large: 3_000 });

let cluster: Cluster;
/** How many thawed nodes drove a run, and were told that it is another's. */
let refused = 0;
beforeAll(async () => {
  cluster = await Cluster.open(3);
}, 240_000);
afterAll(() => cluster?.[Symbol.asyncDispose]());

test(`two reviewers on two nodes who decide at once, ${RACES} times: one winner each, and the other is told`, {
  timeout: 60_000 + RACES * 1_000,
}, async () => {
  await cluster.start(RACES, ['newsroom']);
  await expect.poll(async () => (await cluster.heldRuns()) === RACES, { timeout: 60_000 }).toBe(true);
  const before = cluster.races;
  await cluster.reviewAll(60_000);
  expect(cluster.races - before).toBe(RACES);
  await cluster.check();
});

test(`nodes restarted one after the other under load, ${RESTARTS} times: no run fails, and no watcher misses an event`, {
  timeout: 60_000 + RESTARTS * 30_000,
}, async () => {
  await cluster.model.configure({ latencyMs: 100 });
  const watched = cluster.watch(await cluster.start(24));
  let areAllStarted = false;
  const restartEach = async () => {
    for (let count = 0; count < RESTARTS; count++) {
      await cluster.restart(cluster.members[count % 3] as Member);
      await cluster.start(6);
    }
    areAllStarted = true;
  };
  await Promise.all([cluster.reviewAll(60_000 + RESTARTS * 20_000, () => areAllStarted), restartEach()]);
  await watched.whole();
  await cluster.check();
});

/** A node with runs at work. */
async function busy(): Promise<Member> {
  for (let looks = 1; ; looks++) {
    for (const member of cluster.members) if ((await cluster.ownedBy(member.served.node)) > 0) return member;
    await delay(20);
    // All of them may have ended, or be held, before one of them is looked at.
    if (looks % 50 === 0) await cluster.start(6);
  }
}

test(
  `R16: three nodes, of which one is killed and one is frozen in the middle, ${ROUNDS} times, with ${RUNS} runs`,
  {
    timeout: 60_000 + ROUNDS * 60_000 + RUNS * 1_000,
  },
  () =>
    measured(
      { id: 'R16', what: 'three nodes on one Postgres, of which one is killed and one frozen, and thawed' },
      async () => {
        await cluster.model.configure({ latencyMs: 150 });
        cluster.world.slow(100);
        const [before, races, runsBefore] = [cluster.acknowledged.length, cluster.races, cluster.runs.size];
        let slowestMs = 0;
        for (let round = 0; round < ROUNDS; round++) {
          while (cluster.members.length < 3) await cluster.join();
          await cluster.start(Math.ceil(RUNS / ROUNDS));
          let areAllStarted = false;
          const failing = killAndFreeze().finally(() => {
            areAllStarted = true;
          });
          const reviewing = cluster.reviewAll(60_000 + RUNS * 1_000, () => areAllStarted);
          const [reviewed, tookMs] = await Promise.all([reviewing, failing]);
          expect(reviewed).toBeUndefined();
          slowestMs = Math.max(slowestMs, tookMs);
        }
        expect(slowestMs).toBeLessThan(15_000);
        expect(refused).toBeGreaterThanOrEqual(Math.floor(ROUNDS / 2));
        const { asked, repeated } = await cluster.check();
        const note = `${cluster.runs.size - runsBefore} runs all ended, taken over within ${(slowestMs / 1_000).toFixed(1)} s; ${cluster.acknowledged.length - before} acknowledged decisions, 0 lost, ${cluster.races - races} of them by two people at once, one winner each; ${repeated} effects in flight sent again with their key, ${asked} asked about; ${refused} of ${ROUNDS} thawed nodes were refused while they drove a run`;
        return { trials: 2 * ROUNDS, note };
      },
    ),
);

/** A node that was frozen while it drove runs: what it had sent to the store by then may let some of them rest, but not all. */
async function freezeAtWork(): Promise<Member> {
  for (;;) {
    const member = await busy();
    member.served.child.kill('SIGSTOP');
    await delay(300);
    if ((await cluster.ownedBy(member.served.node)) > 0) return member;
    member.served.child.kill('SIGCONT');
  }
}

/** One node is killed while it sends a mail, and one frozen at work; thawed, that one is refused and says so. @returns how long their runs had to wait for another */
async function killAndFreeze(): Promise<number> {
  const killed = await cluster.mailing();
  await cluster.leave(killed);
  await killed.served.kill();
  cluster.world.stall(null);
  const frozen = await freezeAtWork();
  await cluster.leave(frozen);
  const tookMs = await Promise.all([killed, frozen].map((member) => cluster.takenOver(member, 30_000)));
  frozen.served.child.kill('SIGCONT');
  // What it drove is refused; what it had only begun to take up when it froze, it takes up no more.
  await expect.poll(frozen.served.log, { timeout: 10_000 }).toMatch(/run taken over by another node|run not taken/);
  if (frozen.served.log().includes('run taken over by another node')) refused++;
  await frozen.served.kill();
  return Math.max(...tookMs);
}
