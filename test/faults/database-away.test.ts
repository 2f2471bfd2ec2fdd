import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { openPostgresJournal } from '../../src/journal/postgres-journal.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import { type FlakyProxy, flakyProxy } from '../support/flaky-proxy.ts';
import { memoryOf, NO_PROC, waitedMs } from '../support/memory-of.ts';
import { type TestPostgres, testPostgres } from '../support/postgres.ts';
import { measured, size } from '../support/reliability.ts';
import { createToken, type Served, serve } from '../support/served.ts';

const CREW = fileURLToPath(new URL('../fixtures/crews/waiting.crew.ts', import.meta.url));
const ABSENCES = size({ small: 2, recorded: 3, large: 10 });
const AWAY_MS = size({ small: 3_500, recorded: 20_000, large: 60_000 });
/** Runs that people start during each absence, and holds that they decide. */
const EACH = 25;
const PAUSE_MS = 400;
/** Garbage would hide what is kept: with such a heap, what is kept for each of some ten thousand calls ends the server. */
const SMALL_HEAP = '--max-old-space-size=96';
const MEMORY_MB = 128;
const DRAINED_MS = 5_000;
/** In the ordinary run other tests have the processor as well. */
const SLACK = process.env.HOLDPOINT_RELIABILITY ? 1 : 6;
/** So that a short absence is long enough to be noticed; the large one has the timeouts that users have. */
const QUICK = AWAY_MS < 20_000 ? '?statement_timeout=1000&query_timeout=1500' : '';

type Way = 'stopped' | 'silent' | 'answers lost';
const WAYS: readonly Way[] = ['stopped', 'silent', 'answers lost'];

interface Reply {
  readonly status: number;
  readonly code: string | null;
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** A server of its own on Postgres, with a network between, and the people who use it over REST. */
class Desk {
  readonly replies: Reply[] = [];
  readonly #served: Served;
  readonly #token: string;

  constructor(served: Served, token: string) {
    this.#served = served;
    this.#token = token;
  }

  async ask(path: string, body?: object): Promise<{ reply: Reply; body: Record<string, unknown> }> {
    const sentAt = performance.now();
    const response = await fetch(`${this.#served.url}/api/v1${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown> & { error?: { code: string } };
    const { status } = response;
    const reply = { status, code: answer.error?.code ?? null, sentAt, answeredAt: performance.now() };
    return { reply, body: answer };
  }

  /** Asks for a change until it is acknowledged, as a person would who does not give up. */
  async insist(path: string, body: object): Promise<Record<string, unknown>> {
    for (;;) {
      const { reply, body: answer } = await this.ask(path, body);
      this.replies.push(reply);
      if (reply.status === 200) return answer;
      await delay(PAUSE_MS);
    }
  }

  async openHolds(): Promise<{ id: string; digest: string; runId: string }[]> {
    return (await this.ask('/holds?status=open&limit=200')).body.holds as {
      id: string;
      digest: string;
      runId: string;
    }[];
  }

  async run(id: string): Promise<RunSummary> {
    return (await this.ask(`/runs/${id}`)).body as unknown as RunSummary;
  }

  /** For how long the server has waited for a processor that others had. */
  get waitedMs(): number {
    return waitedMs(this.#served.child.pid);
  }

  get memoryMb(): number {
    return memoryOf(this.#served.child.pid).rssMb;
  }

  async probe(path: '/healthz' | '/readyz'): Promise<number> {
    return (await fetch(`${this.#served.url}${path}`)).status;
  }
}

async function goAway(way: Way, { postgres, proxy }: { postgres: TestPostgres; proxy: FlakyProxy }) {
  if (way === 'stopped') await postgres.stop();
  else proxy.pause(way === 'silent' ? 'everything' : 'answers');
  return async () => {
    if (way === 'stopped') await postgres.start();
    else proxy.resume();
  };
}

/** The database away once: nothing is acknowledged; once it is back, all that was asked for is done, each once. */
async function absence(n: number, desk: Desk, network: { postgres: TestPostgres; proxy: FlakyProxy }) {
  const way = WAYS[n % WAYS.length] ?? 'stopped';
  await expect.poll(async () => (await desk.openHolds()).length, { timeout: 20_000 }).toBe(EACH);
  const holds = await desk.openHolds();
  const comeBack = await goAway(way, network);
  const awaySince = performance.now();
  const starting = Array.from({ length: EACH }, (_, i) =>
    desk.insist('/runs', { crew: 'waiting', inputs: { n: i }, requestId: `start ${n} ${i}` }),
  );
  const deciding = holds.map(({ id, digest }) =>
    desk.insist(`/holds/${id}/decision`, { digest, verdict: 'approve', requestId: `decide ${id}`.slice(0, 64) }),
  );
  await delay(AWAY_MS / 2);
  expect(await desk.probe('/healthz'), 'alive').toBe(200);
  await delay(AWAY_MS / 2);
  const backAt = performance.now();
  await comeBack();
  const answeringAt = performance.now();
  const waitedBefore = desk.waitedMs;
  const started = await Promise.all(starting);
  await Promise.all(deciding);
  const decided = holds.map(({ runId }) => runId);
  await expect
    .poll(async () => (await Promise.all(decided.map((id) => desk.run(id)))).map(({ status }) => status), {
      timeout: 60_000,
      interval: 50,
    })
    .toEqual(decided.map(() => 'completed'));
  const drainedMs = performance.now() - answeringAt;
  const ownMs = drainedMs - (desk.waitedMs - waitedBefore);
  const meanwhile = desk.replies.filter(({ sentAt, answeredAt }) => sentAt >= awaySince && answeredAt < backAt);
  expect(
    meanwhile.filter(({ status }) => status === 200),
    `acknowledged while ${way}`,
  ).toEqual([]);
  expect(meanwhile.length, `refused while ${way}`).toBeGreaterThan(0);
  expect(
    new Set(desk.replies.filter(({ status }) => status !== 200).map(({ status, code }) => `${status} ${code}`)),
  ).toEqual(new Set(['503 UNAVAILABLE']));
  expect(ownMs, `drained after ${way}`).toBeLessThan(DRAINED_MS * SLACK);
  return {
    refused: meanwhile.length,
    acknowledged: started.length + decided.length,
    drainedMs,
    ownMs,
  };
}

test.skipIf(NO_PROC)(
  `R12: the database is away ${ABSENCES} times: nothing is acknowledged, then all of it is done, once`,
  { timeout: 120_000 + ABSENCES * (AWAY_MS + 60_000) },
  () =>
    measured({ id: 'R12', what: 'the database is away: stopped, or behind a network that is silent' }, async () => {
      await using postgres = await testPostgres({ fsync: true, own: true });
      const database = await postgres.database();
      await using proxy = await flakyProxy(postgres.port);
      const url = new URL(database.url);
      url.port = new URL(proxy.url).port;
      await using served = await serve([CREW], {
        database: url.href + QUICK,
        env: { HOLDPOINT_MODEL: 'rehearsal', NODE_OPTIONS: SMALL_HEAP },
      });
      const desk = new Desk(served, await createToken(database.url));
      const firstMb = desk.memoryMb;
      await Promise.all(
        Array.from({ length: EACH }, (_, i) =>
          desk.insist('/runs', { crew: 'waiting', inputs: { n: i }, requestId: `first ${i}` }),
        ),
      );
      const seen: Awaited<ReturnType<typeof absence>>[] = [];
      for (let n = 0; n < ABSENCES; n++) {
        desk.replies.length = 0;
        seen.push(await absence(n, desk, { postgres, proxy }));
      }
      const { peakMb } = memoryOf(served.child.pid);
      const journal = await openPostgresJournal({ url: database.url });
      const { items } = await journal.runs({ limit: 200, status: 'completed' });
      expect(new Set(items.map(({ id }) => id)).size).toBe(Math.min(200, EACH * ABSENCES));
      for (const { id } of items) {
        const events = await journal.read(id);
        expect(verifyChain(events)).toMatchObject({ ok: true });
        expect(events.filter(({ type }) => type === 'hold.decided')).toHaveLength(1);
      }
      const [{ count } = { count: 0 }] = await database.query('SELECT count(*)::int AS count FROM holdpoint.runs');
      expect(count, 'runs, each started once').toBe(EACH * (ABSENCES + 1));
      await journal.close();
      const sum = (of: 'refused' | 'acknowledged') => seen.reduce((total, one) => total + one[of], 0);
      const most = (of: 'drainedMs' | 'ownMs') => `${(Math.max(...seen.map((one) => one[of])) / 1_000).toFixed(1)} s`;
      expect(peakMb - firstMb, 'memory').toBeLessThan(MEMORY_MB);
      const note = `${AWAY_MS / 1_000} s each: ${sum('refused')} changes refused with UNAVAILABLE, 0 acknowledged; then ${sum('acknowledged')} acknowledged and done, each once, within ${most('drainedMs')}; without waiting for a processor that others had, within ${most('ownMs')}; the server had ${firstMb} MB at the start and ${peakMb} MB at most`;
      return { trials: ABSENCES, note };
    }),
);
