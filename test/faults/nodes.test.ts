import { expect, test } from 'vitest';
import { Cluster, type Member } from '../support/cluster.ts';
import { measured, size } from '../support/reliability.ts';

const ROUNDS = size({ small: 1, recorded: 5, large: 10 });
const RUNS = size({ small: 24, recorded: 100, large: 300 });

/** A node with runs at work, other than these. */
async function busy(cluster: Cluster, others: readonly Member[] = []): Promise<Member> {
  for (;;) {
    for (const member of cluster.members)
      if (!others.includes(member) && (await cluster.ownedBy(member.served.node)) > 0) return member;
  }
}

test(
  `R16: three nodes, of which one is killed and one is frozen in the middle, ${ROUNDS} times, with ${RUNS} runs`,
  {
    timeout: 60_000 + ROUNDS * 60_000 + RUNS * 1_000,
  },
  () =>
    measured({ id: 'R16', what: 'three nodes on one Postgres, killed and frozen in turn' }, async () => {
      await using cluster = await Cluster.open(3);
      await cluster.model.configure({ latencyMs: 150 });
      cluster.world.slow(100);
      let slowestMs = 0;
      let refused = 0;
      const reviewing = { done: false };
      for (let round = 0; round < ROUNDS; round++) {
        await cluster.start(Math.ceil(RUNS / ROUNDS));
        const reviewed = cluster.reviewAll(60_000 + RUNS * 1_000);
        const killed = await busy(cluster);
        await cluster.leave(killed);
        await killed.served.kill();
        const frozen = await busy(cluster, [killed]);
        await cluster.leave(frozen);
        frozen.served.child.kill('SIGSTOP');
        slowestMs = Math.max(
          slowestMs,
          ...(await Promise.all([killed, frozen].map((member) => cluster.takenOver(member, 30_000)))),
        );
        frozen.served.child.kill('SIGCONT');
        await reviewed;
        refused += frozen.served.log().includes('run taken over by another node') ? 1 : 0;
        await frozen.served.kill();
        await Promise.all([cluster.join(), cluster.join()]);
      }
      reviewing.done = true;
      expect(slowestMs).toBeLessThan(15_000);
      expect(refused).toBe(ROUNDS);
      const { asked, repeated } = await cluster.check();
      const note = `${cluster.runs.size} runs all ended; taken over within ${(slowestMs / 1_000).toFixed(1)} s; ${cluster.acknowledged.length} acknowledged decisions, 0 lost; ${cluster.races} of them by two people at once, one winner each; ${repeated} effects in flight sent again with their key, ${asked} asked about`;
      console.log(note);
      return { trials: 2 * ROUNDS, note };
    }),
);
