import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { draft } from '../../src/crew/events.ts';
import { type RunId, SYSTEM_JOURNAL } from '../../src/ids.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openPostgresJournal, type PostgresJournalOptions } from '../../src/journal/postgres-journal.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import { type TestDatabase, type TestPostgres, testPostgres } from '../support/postgres.ts';
import { amendmentOf, appendOf, holdOf, OWNER, proposed, runId, sealed, summaryOf } from '../support/sample-journal.ts';

let server: TestPostgres;
let database: TestDatabase;
let opened: Journal[];
beforeAll(async () => {
  server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  database = await server.database();
  opened = [];
});
afterEach(async () => {
  for (const journal of opened) await journal.close();
  await database.drop();
});

const run = runId('one');

async function open(options: Partial<PostgresJournalOptions> = {}): Promise<Journal> {
  const journal = await openPostgresJournal({ url: database.url, ...options });
  opened.push(journal);
  return journal;
}

describe('several nodes on one database', () => {
  test('start at the same moment on an empty database, of which one makes the tables', async () => {
    const journals = await Promise.all([1, 2, 3, 4].map(() => open()));
    await journals[3]?.append(appendOf(run).batch);
    expect(await journals[0]?.read(run)).toHaveLength(1);
  });

  test('a run that another node claimed refuses its old owner, of which no event is left', async () => {
    const [a, b] = [await open(), await open()];
    const { batch, head } = appendOf(run);
    await a.append(batch);
    expect(await b.claim(run, 'node_b')).toEqual({ epoch: 2, from: OWNER });
    const late = appendOf(run, { head, drafts: [proposed('x')], holds: [holdOf(run)] });
    await expect(a.append(late.batch)).rejects.toMatchObject({ code: 'OWNER_LOST', details: { epoch: 2 } });
    await expect(a.rest(run, 1, head.hash, summaryOf(run))).rejects.toMatchObject({ code: 'OWNER_LOST' });
    await b.append(appendOf(run, { head, epoch: 2, drafts: [proposed('x')] }).batch);
    expect(await a.read(run)).toHaveLength(2);
    expect(await a.holds({})).toMatchObject({ items: [] });
  });

  test.each(['in one transaction', 'each alone'])(
    'an owner that comes late (%s) is refused, or adds to the row as it is now',
    async (how) => {
      const [a, b] = [await open(), await open()];
      const all = await Promise.all(
        ['kept', 'claimed', 'commented', 'asleep', 'let go', 'taken anew'].map(async (name) => {
          const { batch, head } = appendOf(runId(name));
          await a.append(batch);
          return { id: batch.runId, next: appendOf(batch.runId, { head, drafts: [proposed('x')] }).batch };
        }),
      );
      const [, claimed, commented, asleep, free, anew] = all.map(({ id }) => id);
      await b.claim(claimed as RunId, 'node_b');
      await b.claim(anew as RunId, OWNER);
      await b.amend(commented as RunId, null, ({ head }) => amendmentOf(commented as RunId, head, { wake: true }));
      await database.query('UPDATE holdpoint.runs SET wake = false WHERE id = $1', [asleep]);
      await database.query('UPDATE holdpoint.runs SET owner = NULL WHERE id = $1', [free]);
      const told: string[] = [];
      const append = async ({ next }: (typeof all)[number], place: number) => {
        told[place] = await a.append(next).then(
          () => 'stored',
          (error: { code: string }) => error.code,
        );
      };
      if (how === 'each alone') for (const [place, one] of all.entries()) await append(one, place);
      else await Promise.all(all.map(append));
      expect(told).toEqual(['stored', 'OWNER_LOST', 'SEQ_CONFLICT', 'stored', 'stored', 'OWNER_LOST']);
      const rows = await Promise.all(all.map(async ({ id }) => await a.run(id)));
      expect(rows.map((row) => [row?.head.seq, row?.owner, row?.epoch, row?.wake])).toEqual([
        ...[
          [2, OWNER, 1, true],
          [1, 'node_b', 2, true],
        ],
        ...[
          [2, OWNER, 1, true],
          [2, OWNER, 1, false],
          [2, null, 1, true],
          [1, OWNER, 2, true],
        ],
      ]);
      for (const { id } of all) expect(verifyChain(await b.read(id))).toMatchObject({ ok: true });
    },
  );

  test('of two claims at the same moment one wins', async () => {
    const [a, b] = [await open(), await open()];
    const node = {
      pid: 7,
      host: 'h',
      url: null,
      startedAt: new Date().toISOString(),
      seenAt: '2020-01-01T00:00:00.000Z',
    };
    for (const id of ['node_a2', 'node_b']) await a.enter({ ...node, id });
    for (let n = 0; n < 20; n++) {
      const id = runId(`${n}`);
      await a.append(appendOf(id).batch);
      const claims = await Promise.all([a.claim(id, 'node_a2'), b.claim(id, 'node_b')]);
      expect(claims.filter((claim) => claim !== null)).toEqual([{ epoch: 2, from: OWNER }]);
    }
  });

  test('a node counts as silent by the clock of the store, whatever its own says', async () => {
    const [a, b] = [await open(), await open()];
    await a.append(appendOf(run).batch);
    const startedAt = '2020-01-01T00:00:00.000Z';
    await a.enter({ id: OWNER, pid: 7, host: 'h', url: null, startedAt, seenAt: startedAt });
    expect(await b.claim(run, 'node_b')).toBeNull();
    await database.query('UPDATE holdpoint.nodes SET seen_at = seen_at - 16000');
    await b.renew('node_other', startedAt);
    expect(await b.claim(run, 'node_b')).toEqual({ epoch: 2, from: OWNER });
  });

  test('a hold that reviewers on two nodes decide at once has one winner, and the other is told', async () => {
    const [a, b] = [await open(), await open()];
    for (let n = 0; n < 40; n++) {
      const id = runId(`${n}`);
      await a.append(appendOf(id, { holds: [holdOf(id)] }).batch);
      const decide = (journal: Journal, by: string) =>
        journal.amend(id, null, (view) => {
          const hold = view.hold(holdOf(id).id);
          if (hold?.status !== 'open') throw new Error(`decided by ${hold?.decidedBy}`);
          return amendmentOf(id, view.head, { holds: [{ ...hold, status: 'approved', decidedBy: [by] }] });
        });
      const results = await Promise.allSettled([decide(a, 'ana'), decide(b, 'ben')]);
      const [winner] = (await a.hold(holdOf(id).id))?.decidedBy ?? [];
      const told = results.map((result) => (result.status === 'fulfilled' ? 'won' : String(result.reason)));
      expect(told.toSorted()).toEqual([`Error: decided by ${winner}`, 'won']);
      expect(verifyChain(await b.read(id))).toMatchObject({ ok: true, count: 2 });
    }
  });

  test('a request that reaches two nodes at once counts once, on one run and on two', async () => {
    const [a, b] = [await open(), await open()];
    for (let n = 0; n < 20; n++) {
      const [one, two] = [runId(`${n}a`), runId(`${n}b`)];
      const request = { by: 'user:ana', id: `start ${n}`, content: 'c' };
      const started = await Promise.allSettled([
        a.append(appendOf(one, { request: { ...request, answer: one } }).batch),
        b.append(appendOf(two, { request: { ...request, answer: two } }).batch),
      ]);
      expect(started.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      const id = started[0]?.status === 'fulfilled' ? one : two;
      expect(await b.answered(request)).toBe(id);
      const sent = { ...request, id: `decide ${n}` };
      const amended = await Promise.all(
        [a, b].map((each) => each.amend(id, sent, ({ head }) => amendmentOf(id, head))),
      );
      expect(amended.map(({ events }) => events.length).toSorted()).toEqual([0, 1]);
    }
    expect((await a.runs({ limit: 200 })).items).toHaveLength(20);
  });

  test('the journal of no run, added to on several nodes at once, stays one chain', async () => {
    const nodes = await Promise.all([1, 2, 3].map(() => open()));
    const demoted = draft('oversight.demoted', { key: 'k', level: null, cause: 'person', reason: 'r' }, 'user:ana');
    const record = (journal: Journal) =>
      journal.amendSystem(null, (head) => ({ events: sealed(SYSTEM_JOURNAL, head, [demoted]), answer: null }));
    await Promise.all(Array.from({ length: 10 }, () => nodes.map(record)).flat());
    const events = (await nodes[0]?.read(SYSTEM_JOURNAL)) ?? [];
    expect(verifyChain(events)).toMatchObject({ ok: true, count: 30 });
  });

  test('what another node added to it before a run was durable here is known without a read, and never less', async () => {
    const [a, b] = [await open(), await open()];
    const stop = draft('stop.declared', { reason: 'r' }, 'user:ana');
    const record = () =>
      b.amendSystem(null, (head) => ({ events: sealed(SYSTEM_JOURNAL, head, [stop]), answer: null }));
    const known = async (after = 0) =>
      (await a.read(SYSTEM_JOURNAL, { after, asOfLastWrite: true })).map(({ seq }) => seq);
    await record();
    const { batch, head } = appendOf(run);
    await a.append(batch);
    expect(await known()).toEqual([1]);
    await record();
    // It is not read: nothing was written here since.
    expect(await known()).toEqual([1]);
    expect(await a.read(SYSTEM_JOURNAL)).toHaveLength(2);
    await a.append(appendOf(run, { head, drafts: [proposed('x')] }).batch);
    expect(await known()).toEqual([1, 2]);
    await record();
    await a.append(appendOf(runId('two')).batch);
    await record();
    expect(await known(2)).toEqual([3]);
    // From before what was looked at.
    expect(await known()).toEqual([1, 2, 3, 4]);
    await a.rest(run, 1, (await a.head(run)).hash, summaryOf(run));
    await record();
    const { epoch } = await a.amend(run, null, (view) => amendmentOf(run, view.head, { wake: true, takeFor: OWNER }));
    expect(epoch).toBe(2);
    expect(await known(2)).toEqual([3, 4, 5]);
  });

  test('many runs appended to from all nodes at once: nothing lost, every chain whole', async () => {
    const nodes = await Promise.all([1, 2, 3].map(() => open()));
    const drive = async (journal: Journal, name: string) => {
      let { batch, head } = appendOf(runId(name));
      await journal.append(batch);
      for (let n = 0; n < 20; n++) {
        ({ batch, head } = appendOf(runId(name), { head, drafts: [proposed(`${n}`), proposed(`${n}!`)] }));
        await journal.append(batch);
      }
    };
    await Promise.all(nodes.flatMap((node, n) => Array.from({ length: 10 }, (_, m) => drive(node, `${n}_${m}`))));
    for (const { id } of (await open().then((journal) => journal.runs({ limit: 200 }))).items) {
      expect(verifyChain((await nodes[0]?.read(id)) ?? [])).toMatchObject({ ok: true, count: 41 });
    }
  });
});

describe('a value that no column takes', () => {
  test('is refused alone, and spares the writes beside it', async () => {
    const journal = await open();
    const [bad, good] = await Promise.allSettled([
      journal.append(appendOf(run, { fingerprint: 'a\u0000b' }).batch),
      journal.append(appendOf(runId('two')).batch),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'INTERNAL' } });
    expect(good.status).toBe('fulfilled');
    expect(await journal.run(run)).toBeNull();
    await expect(journal.run(runId('a\u0000b'))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('a request id of any characters is kept apart from every other', async () => {
    const journal = await open();
    await journal.append(appendOf(run).batch);
    const odd = ['\u0000', '\ud800', '\udc00', '"', ''].map((id) => ({ by: 'user:ana', id, content: 'c' }));
    for (const request of odd) {
      const { events } = await journal.amend(run, request, ({ head }) => amendmentOf(run, head));
      expect(events).toHaveLength(1);
    }
    for (const [index, request] of odd.entries()) {
      expect(await journal.answered(request)).toEqual({ recordedSeq: index + 2 });
    }
  });
});

describe('opening', () => {
  test('refuses a database of a newer version and a schema of another program, and leaves them as they are', async () => {
    await database.query('CREATE SCHEMA holdpoint');
    await database.query('CREATE TABLE holdpoint.mine (x int)');
    const foreign = { code: 'DATABASE_INVALID', message: expect.stringMatching(/of another program/) };
    await expect(open()).rejects.toMatchObject(foreign);
    await database.query('DROP TABLE holdpoint.mine');
    await (await open()).append(appendOf(run).batch);
    await database.query('UPDATE holdpoint.schema_version SET version = 99');
    for (const readonly of [true, false]) {
      await expect(open({ readonly })).rejects.toMatchObject({ code: 'DATABASE_NEWER' });
    }
  });

  test('to read: creates nothing, reads, and refuses to write', async () => {
    const empty = { code: 'DATABASE_INVALID', message: expect.stringContaining('is empty') };
    await expect(open({ readonly: true })).rejects.toMatchObject(empty);
    expect(await database.query("SELECT 1 FROM pg_namespace WHERE nspname = 'holdpoint'")).toEqual([]);
    await (await open()).append(appendOf(run).batch);
    const reader = await open({ readonly: true });
    expect(await reader.read(run)).toHaveLength(1);
    await expect(reader.claim(run, 'node_b')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(reader.leave('node_b')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('an address of nothing says what is wrong, and never the password', async () => {
    const at = (change: (url: URL) => void) => {
      const url = new URL(database.url);
      url.password = 'secret';
      change(url);
      return openPostgresJournal({ url: url.href }).then(
        () => expect.unreachable(),
        (error: { code: string; message: string }) => {
          expect(error.message).not.toContain('secret');
          return error.code;
        },
      );
    };
    expect(
      await at((url) => {
        url.pathname = '/none';
      }),
    ).toBe('DATABASE_INVALID');
    expect(
      await at((url) => {
        url.port = '1';
      }),
    ).toBe('UNAVAILABLE');
    await expect(openPostgresJournal({ url: 'postgres://:x:' })).rejects.toMatchObject({ code: 'DATABASE_INVALID' });
  });
});
