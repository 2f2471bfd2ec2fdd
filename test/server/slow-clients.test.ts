import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectReview, type ReviewClient } from '../../src/client/index.ts';
import { draft } from '../../src/crew/events.ts';
import type { RunId } from '../../src/ids.ts';
import { EMPTY_HEAD, headOf, type JournalEvent, seal } from '../../src/journal/envelope.ts';
import { type FlakyProxy, flakyProxy } from '../support/flaky-proxy.ts';
import { measured, SEED, size } from '../support/reliability.ts';
import { type TestServer, testServer } from '../support/review-server.ts';
import { started, summaryOf } from '../support/sample-journal.ts';
import { seeded } from '../support/seeded.ts';

const CUTS = size({ small: 60, recorded: 200, large: 1_000 });
const CLIENTS = 4;
let server: TestServer;
let networks: FlakyProxy[];

beforeAll(async () => {
  server = await testServer({ allowedHosts: ['127.0.0.1'], limits: { slowClientMs: 400 } });
  networks = await Promise.all(Array.from({ length: CLIENTS }, () => flakyProxy(server.port)));
});
afterAll(async () => {
  for (const network of networks) await network[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

test(
  `R15: clients that vanish and go silent ${CUTS} times miss nothing, get nothing twice, and disturb nobody`,
  { timeout: 900_000 },
  () =>
    measured({ id: 'R15', what: 'websocket clients that vanish, reconnect, or take nothing' }, async () => {
      const draw = seeded(SEED);
      const runId = 'run_slow' as RunId;
      let head = EMPTY_HEAD;
      const add = async (count: number, text: string) => {
        const drafts = Array.from({ length: count }, () => draft('run.cancel-requested', { reason: text }));
        const salt = () => draw(0xffffffff).toString(16).padStart(32, '0');
        const events = seal(runId, head, head.seq === 0 ? [started(), ...drafts] : drafts, {
          at: new Date().toISOString(),
          salt,
        });
        const summary = summaryOf(runId, { lastSeq: head.seq + events.length });
        await server.journal.append({
          runId,
          epoch: 1,
          owner: 'node_x',
          head,
          events,
          payloads: [],
          holds: [],
          summary,
          fingerprint: 'f',
        });
        head = headOf(events);
      };
      await add(1, 'x');
      const fast = await server.client('viewer');
      const slow = await Promise.all(
        networks.map(async ({ url }) =>
          connectReview(url, { token: await server.token('viewer'), ackTimeoutMs: 2_000 }),
        ),
      );
      const clients: ReviewClient[] = [fast, ...slow];
      const told = clients.map((): number[] => []);
      const lateMs: number[] = [];
      const follow = (client: ReviewClient, index: number) =>
        client.runs.follow(runId, ({ seq, at }: JournalEvent | { seq: number; at: string }) => {
          told[index]!.push(seq);
          if (index === 0) lateMs.push(Date.now() - Date.parse(at));
        });
      clients.forEach(follow);
      const rss = process.memoryUsage.rss();
      for (let cuts = 0; cuts < CUTS; cuts++) {
        const network = networks[draw(CLIENTS)]!;
        const silent = draw(8) === 0;
        if (silent) {
          network.pause();
          // More than its buffers hold: the server must cut it.
          await add(40, 'y'.repeat(120_000));
          await new Promise((resolve) => setTimeout(resolve, 1_500));
          network.resume();
        } else {
          setTimeout(network.cut, draw(20));
          await add(1 + draw(30), 'z'.repeat(draw(3_000)));
          await new Promise((resolve) => setTimeout(resolve, draw(60)));
        }
      }
      await expect
        .poll(() => told.map((seqs) => seqs.length), { timeout: 60_000, interval: 200 })
        .toEqual(told.map(() => head.seq));
      for (const seqs of told) expect(seqs).toEqual(Array.from({ length: head.seq }, (_, index) => index + 1));
      lateMs.sort((a, b) => a - b);
      const late = lateMs[Math.floor(lateMs.length * 0.95)] ?? 0;
      expect(late, 'the client that is well is told within 2 s').toBeLessThan(2_000);
      for (const client of slow) await client.close();
      const grown = Math.round((process.memoryUsage.rss() - rss) / 1_048_576);
      return {
        trials: CUTS,
        note: `${head.seq} events to ${clients.length} clients, 0 gaps, 0 duplicates; the one that was well was told within ${late} ms (p95); memory +${grown} MB with all clients in the process`,
      };
    }),
);
