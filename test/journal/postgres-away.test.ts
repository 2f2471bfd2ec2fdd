import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rehearsalModel } from '../../src/agents/rehearsal-model.ts';
import { openHoldpoint } from '../../src/index.ts';
import { type Head, headOf } from '../../src/journal/envelope.ts';
import type { Journal, OwnerAppend } from '../../src/journal/journal.ts';
import { openPostgresJournal, type PostgresJournalOptions } from '../../src/journal/postgres-journal.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import newsroom from '../fixtures/crews/newsroom.crew.ts';
import { type FlakyProxy, flakyProxy } from '../support/flaky-proxy.ts';
import { type TestDatabase, type TestPostgres, testPostgres } from '../support/postgres.ts';
import { amendmentOf, appendOf, proposed, runId } from '../support/sample-journal.ts';

let server: TestPostgres;
let database: TestDatabase;
let proxy: FlakyProxy;
let opened: Journal[];
beforeEach(async () => {
  server = await testPostgres({ fsync: true, own: true });
  database = await server.database();
  proxy = await flakyProxy(server.port);
  opened = [];
});
afterEach(async () => {
  proxy.resume();
  for (const journal of opened) await journal.close();
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const run = runId('one');
const QUICK = { connectTimeoutMs: 500, statementTimeoutMs: 500 };

/** What an owner writes after the first event of `run`, and how its statement begins. */
const WRITES: [string, (head: Head) => { batch: OwnerAppend; statement: string }][] = [
  ['an append', (head) => ({ ...appendOf(run, { head, drafts: [proposed('x')] }), statement: 'WITH changed' })],
  ['a start', () => ({ ...appendOf(runId('two')), statement: 'WITH started' })],
];

async function open(options: Partial<PostgresJournalOptions> = {}): Promise<Journal> {
  const url = new URL(database.url);
  url.port = new URL(proxy.url).port;
  const journal = await openPostgresJournal({ url: url.href, ...QUICK, ...options });
  opened.push(journal);
  return journal;
}

describe('a server that is not there', () => {
  test('stopped and started again: typed errors meanwhile, then all goes on, with nothing lost', async () => {
    const journal = await open();
    let { batch, head } = appendOf(run);
    await journal.append(batch);
    await server.stop();
    ({ batch, head } = appendOf(run, { head, drafts: [proposed('x')] }));
    await expect(journal.append(batch)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/cannot be written: no connection .*Nothing was recorded/),
    });
    await expect(journal.read(run)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(journal.nodes()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(openPostgresJournal({ url: database.url, ...QUICK })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await server.start();
    await journal.append(batch);
    expect(await journal.head(run)).toEqual(head);
  });

  test('a power cut while many append: what was acknowledged is there, and no append by half', async () => {
    const journal = await open({ statementTimeoutMs: 5_000 });
    const acknowledged = new Map<string, number>();
    let isCut = false;
    const drive = async (name: string) => {
      let { batch, head } = appendOf(runId(name));
      while (!isCut) {
        await journal.append(batch);
        acknowledged.set(batch.runId, head.seq);
        ({ batch, head } = appendOf(runId(name), { head, drafts: [proposed('a'.repeat(900)), proposed('b')] }));
      }
    };
    const driven = Promise.allSettled(Array.from({ length: 12 }, (_, n) => drive(`${n}`)));
    await expect
      .poll(() => Math.min(12, acknowledged.size) + Math.max(0, ...acknowledged.values()), {
        timeout: 15_000,
        interval: 5,
      })
      .toBeGreaterThan(80);
    isCut = true;
    await server.stop('immediate');
    await server.start();
    // Whatever was under way is answered, one way or the other.
    const results = await driven;
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'UNAVAILABLE' });
    }
    expect(acknowledged.size).toBe(12);
    for (const [id, seq] of acknowledged) {
      const events = await journal.read(runId(id.slice(4)));
      expect(verifyChain(events)).toMatchObject({ ok: true });
      expect(events.length % 2).toBe(1);
      expect(events.length).toBeGreaterThanOrEqual(seq);
    }
  });

  test('a connection that is cut does not hurt the next call', async () => {
    const journal = await open();
    await journal.append(appendOf(run).batch);
    proxy.cut();
    await expect
      .poll(() =>
        journal.read(run).then(
          (events) => events.length,
          () => null,
        ),
      )
      .toBe(1);
  });
});

describe('a network that goes silent', () => {
  test('reads and writes fail in time, and succeed once it carries again', async () => {
    const journal = await open();
    const { batch, head } = appendOf(run);
    await journal.append(batch);
    proxy.pause();
    const before = performance.now();
    const refused = await Promise.allSettled([
      journal.read(run),
      journal.amend(run, null, ({ head: last }) => amendmentOf(run, last)),
    ]);
    for (const result of refused) expect(result).toMatchObject({ reason: { code: 'UNAVAILABLE' } });
    expect(performance.now() - before).toBeLessThan(5_000);
    proxy.resume();
    await expect
      .poll(
        () =>
          journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    expect(await journal.read(run)).toHaveLength(2);
  });

  test('a start fails in time, and no run began', async () => {
    await using holdpoint = await openHoldpoint({ crews: [newsroom], database: await open(), model: rehearsalModel() });
    const start = () => holdpoint.start('newsroom', { topic: 'tea' }, { requestId: 'once' });
    proxy.pause();
    const before = performance.now();
    await expect(start()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(performance.now() - before).toBeLessThan(5_000);
    proxy.resume();
    await expect
      .poll(
        () =>
          start()
            .then(() => true)
            .catch(() => false),
        { timeout: 10_000 },
      )
      .toBe(true);
    expect((await holdpoint.runs.list()).runs).toHaveLength(1);
  });

  test.each(WRITES)('%s that was not answered is answered when it is known that it was done', async (_, written) => {
    const journal = await open();
    const { batch, head } = appendOf(run);
    await journal.append(batch);
    // The commit waits on the server until the network is silent, and is done then.
    await database.query(
      'CREATE FUNCTION wait_a_little() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$',
    );
    await database.query(
      'CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON holdpoint.events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_a_little()',
    );
    const { batch: next, statement } = written(head);
    const appended = journal.append(next);
    await expect
      .poll(
        async () =>
          (await database.query(`SELECT 1 FROM pg_stat_activity WHERE query LIKE '${statement}%' AND state = 'active'`))
            .length,
        { interval: 10 },
      )
      .toBe(1);
    proxy.pause();
    await expect.poll(async () => (await database.query('SELECT 1 FROM holdpoint.events')).length).toBe(2);
    const isAnswered = await Promise.race([
      appended.then(() => true),
      new Promise((resolve) => setTimeout(resolve, 2_500, false)),
    ]);
    expect(isAnswered).toBe(false);
    proxy.resume();
    await appended;
    expect(await journal.head(next.runId)).toEqual(headOf(next.events));
  });

  test.each(WRITES)(
    '%s that the server has yet to do when the connection breaks is refused, and never done',
    async (_, written) => {
      const journal = await open({ statementTimeoutMs: 5_000 });
      const { batch, head } = appendOf(run);
      await journal.append(batch);
      const locking = database.query(
        'BEGIN; LOCK TABLE holdpoint.runs IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(2); COMMIT',
      );
      await expect
        .poll(
          async () => (await database.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length,
          {
            interval: 10,
          },
        )
        .toBe(1);
      const { batch: next, statement } = written(head);
      const appended = journal.append(next);
      const waiting = () =>
        database.query(`SELECT 1 FROM pg_stat_activity WHERE query LIKE '${statement}%' AND wait_event_type = 'Lock'`);
      await expect.poll(async () => (await waiting()).length, { interval: 10 }).toBe(1);
      proxy.cut();
      await expect(appended).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('Nothing was recorded'),
      });
      await locking;
      expect(await waiting()).toEqual([]);
      expect(await database.query('SELECT 1 FROM holdpoint.events')).toHaveLength(1);
      await journal.append(next);
      expect(await journal.head(next.runId)).toEqual(headOf(next.events));
    },
  );

  test('a commit that was not done is refused, and one that nobody can be asked about says so', async () => {
    const journal = await open();
    const { batch, head } = appendOf(run);
    await journal.append(batch);
    await database.query(
      'CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RAISE EXCEPTION $m$no$m$; END $$',
    );
    await database.query(
      'CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON holdpoint.events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()',
    );
    const refused = journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
    await expect(refused).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('Nothing was recorded'),
    });
    const lost = journal.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
    await expect
      .poll(
        async () =>
          (await database.query("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'WITH changed%' AND state = 'active'"))
            .length,
        { interval: 10 },
      )
      .toBe(1);
    proxy.cut();
    await server.stop();
    const [outcome] = await Promise.allSettled([lost, journal.close()]);
    expect(outcome).toMatchObject({ reason: { code: 'UNAVAILABLE', message: expect.stringContaining('not known') } });
  });
});

test('a lock that is held elsewhere for too long: refused, and written once it is free', async () => {
  const journal = await open();
  const { batch, head } = appendOf(run);
  await journal.append(batch);
  const locking = database.query('BEGIN; SELECT 1 FROM holdpoint.runs FOR UPDATE; SELECT pg_sleep(1.5); COMMIT');
  await expect
    .poll(async () => (await database.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length, {
      interval: 10,
    })
    .toBe(1);
  const next = appendOf(run, { head, drafts: [proposed('x')] }).batch;
  await expect(journal.append(next)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('lock'),
  });
  await locking;
  await journal.append(next);
  expect(await journal.read(run)).toHaveLength(2);
});
