import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectReview, type ReviewClient } from '../../src/client/index.ts';
import { draft } from '../../src/crew/events.ts';
import type { RunId } from '../../src/ids.ts';
import { EMPTY_HEAD, headOf, type JournalEvent, seal } from '../../src/journal/envelope.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { type FlakyProxy, flakyProxy } from '../support/flaky-proxy.ts';
import { memoryOf, NO_PROC, p95 } from '../support/memory-of.ts';
import { measured, SEED, size } from '../support/reliability.ts';
import { started, summaryOf } from '../support/sample-journal.ts';
import { seeded } from '../support/seeded.ts';
import { createToken, type Served, serve } from '../support/served.ts';
import { shares, sideBySide } from '../support/side-by-side.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const CREW = fileURLToPath(new URL('../fixtures/crews/waiting.crew.ts', import.meta.url));
const CUTS = size({ small: 200, large: 1_000 });
const CLIENTS = 4;
/**
 * What the server may keep: of one that runs out of it, nobody hears again. Without a bound, what it takes is mostly what V8 has not
 * cleared away yet.
 */
const HEAP_MB = 96;
/** What it may take more than before in all: its heap, each client's buffer, and what is being read for all. */
const MEMORY_MB = 300;
let served: Served;
let journal: Journal;
let token: string;
let networks: FlakyProxy[];
let remove: () => Promise<void>;

beforeAll(async () => {
  const folder = await temporaryFolder();
  remove = folder.remove;
  const path = join(folder.path, 'holdpoint.db');
  const args = ['--allow-host', '127.0.0.1', '--limit', 'slowClientMs=400'];
  const env = { HOLDPOINT_MODEL: 'rehearsal', NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` };
  served = await serve([CREW], { database: `file:${path}`, env, args });
  token = await createToken(`file:${path}`, 'ana', ['viewer']);
  journal = await openSqliteJournal({ path });
  const port = Number(new URL(served.url).port);
  networks = await Promise.all(Array.from({ length: CLIENTS }, () => flakyProxy(port)));
});
afterAll(async () => {
  for (const network of networks) await network[Symbol.asyncDispose]();
  await served.kill();
  await journal.close();
  await remove();
});

/** A run that another process writes, one append after the other. */
class WatchedRun {
  readonly id = `run_${randomUUID()}` as RunId;
  head = EMPTY_HEAD;
  #last: Promise<void> = Promise.resolve();
  readonly #draw = seeded(SEED);

  add(count: number, text: string): Promise<void> {
    this.#last = this.#last.then(() => this.#append(count, text));
    return this.#last;
  }

  async #append(count: number, text: string): Promise<void> {
    const { id: runId, head } = this;
    const drafts = Array.from({ length: count }, () => draft('run.cancel-requested', { reason: text }));
    const salt = () => this.#draw(0xffffffff).toString(16).padStart(32, '0');
    const first = head.seq === 0 ? [started()] : [];
    const events = seal(runId, head, [...first, ...drafts], { at: new Date().toISOString(), salt });
    const summary = summaryOf(runId, { lastSeq: head.seq + events.length });
    const rest = { events, payloads: [], holds: [], summary, fingerprint: 'f' };
    await journal.append({ runId, epoch: 1, owner: 'node_x', head, ...rest });
    this.head = headOf(events);
  }
}

/** The network of one client is cut, or goes silent, again and again; meanwhile the run goes on. */
async function trouble(run: WatchedRun, network: FlakyProxy, cuts: number, draw: (below: number) => number) {
  for (let n = 0; n < cuts; n++) {
    if (draw(8) === 0) {
      network.pause();
      // More than its buffers hold: the server must cut it.
      await run.add(40, 'y'.repeat(120_000));
      await delay(1_500);
      network.resume();
    } else {
      setTimeout(network.cut, draw(20));
      await run.add(1 + draw(30), 'z'.repeat(draw(3_000)));
      await delay(draw(60));
    }
  }
}

test.skipIf(NO_PROC)(
  `R15: clients that vanish and go silent ${CUTS} times miss nothing, get nothing twice, and disturb nobody`,
  { timeout: 900_000 },
  () =>
    measured({ id: 'R15', what: 'websocket clients that vanish, reconnect, or take nothing' }, async () => {
      const run = new WatchedRun();
      await run.add(1, 'x');
      const fast = await connectReview(served.url, { token });
      const slow = await Promise.all(networks.map(({ url }) => connectReview(url, { token, ackTimeoutMs: 2_000 })));
      const clients: ReviewClient[] = [fast, ...slow];
      const told = clients.map((): number[] => []);
      const lateMs: number[] = [];
      const follow = (client: ReviewClient, index: number) =>
        client.runs.follow(run.id, ({ seq, at }: JournalEvent | { seq: number; at: string }) => {
          told[index]!.push(seq);
          if (index === 0) lateMs.push(Date.now() - Date.parse(at));
        });
      clients.forEach(follow);
      const { rssMb } = memoryOf(served.child.pid);
      const parts = shares(CUTS, CUTS / CLIENTS);
      await sideBySide(CLIENTS, networks, (network, lane) =>
        trouble(run, network, parts[lane] ?? 0, seeded(SEED + 1_000 * lane)),
      );
      const { seq: last } = run.head;
      await expect
        .poll(() => told.map((seqs) => seqs.length), { timeout: 60_000, interval: 200 })
        .toEqual(told.map(() => last));
      for (const seqs of told) expect(seqs).toEqual(Array.from({ length: last }, (_, index) => index + 1));
      const late = p95(lateMs);
      // In the ordinary run other tests have the processor as well.
      const slack = process.env.HOLDPOINT_RELIABILITY ? 1 : 5;
      expect(late, 'the client that is well is told within 2 s').toBeLessThan(2_000 * slack);
      const { peakMb } = memoryOf(served.child.pid);
      expect(peakMb - rssMb, 'memory of the server').toBeLessThan(MEMORY_MB);
      for (const client of clients) await client.close();
      return {
        trials: CUTS,
        note: `${last.toLocaleString('en')} events to ${clients.length} clients, 0 gaps, 0 duplicates; the one that was well was told within ${late} ms (p95); the server had ${rssMb} MB before and ${peakMb} MB at most`,
      };
    }),
);
