import { readdirSync, readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Draft, draft, EVENT_TYPES } from '../../src/crew/events.ts';
import { openHold } from '../../src/hooks/hold-fold.ts';
import { holdIdOf, type RunId } from '../../src/ids.ts';
import { EMPTY_HEAD, type Head, type JournalEvent } from '../../src/journal/envelope.ts';
import { parseExport } from '../../src/journal/export.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { packData, unpackData } from '../../src/journal/sqlite-event-data.ts';
import { formsOf } from '../../src/journal/sqlite-event-forms.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { packBy, packHex, packTime, unpackTime } from '../../src/journal/sqlite-packing.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import { digestOf } from '../../src/json/digest.ts';
import { AT, amendmentOf, appendOf, holdOf, proposed, runId, started, summaryOf } from '../support/sample-journal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path: string;
let journal: Journal;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = `${folder.path}/holdpoint.db`;
  journal = await openSqliteJournal({ path });
});
afterEach(async () => {
  await journal.close();
  await folder.remove();
});

const run = runId('one');
const GOLDEN = new URL('../fixtures/journals/', import.meta.url);
const golden = readdirSync(GOLDEN)
  .filter((name) => name.endsWith('.ndjson'))
  .flatMap((name) => parseExport(readFileSync(new URL(name, GOLDEN), 'utf8')))
  .flatMap(({ events }) => events);

type Said = Pick<JournalEvent, 'type' | 'data'>;

function stored(event: Said, before?: Said) {
  const { type, data } = packData(event, before);
  return { type: typeof type === 'bigint' ? Number(type) : type, data };
}
function there(event: Said, before?: Said): Said {
  return unpackData(stored(event, before), () => before && stored(before));
}
function rows(text: string): unknown[] {
  const db = new Database(path, { readonly: true });
  const found = db.prepare(text).all();
  db.close();
  return found;
}
/** Its head, once it is at rest. */
async function rested(id: RunId): Promise<number> {
  const { seq, hash } = await journal.head(id);
  await journal.rest(id, 1, hash, summaryOf(id));
  return seq;
}
async function erase(id: RunId, seqs: number[], tasks: string[] | null): Promise<void> {
  await journal.erase(id, { seq: await rested(id), seqs, tasks, summary: summaryOf(id) });
}
async function remove(id: RunId): Promise<void> {
  expect(await journal.remove(id, await rested(id))).toBe(true);
}
function completed(output: unknown): Draft {
  return draft('task.completed', { task: 'assess', output: output as string, source: 'agent', holdId: null });
}

test('every type has its number, and what was given out stays', () => {
  const forms = EVENT_TYPES.flatMap((type) => formsOf(type)).sort((a, b) => a.code - b.code);
  expect(forms.map(({ code }) => code)).toEqual(Array.from({ length: forms.length }, (_, index) => index + 1));
  // Databases are written by these. What is new takes the next number; these stay, and so does their digest.
  expect(
    digestOf(forms.slice(0, 42).map(({ code, type, members, repeats }) => ({ code, type, members, repeats }))),
  ).toBe('6db88e14fcb7186dbc7b0f721450c840be2984428957a7769acc0458e5889f7f');
});

test('what an event says comes back to the order of its members', () => {
  const odd: Said[] = [
    { type: 'task.completed', data: ['task', 'output', 'source', 'holdId'] },
    { type: 'task.completed', data: { output: 'o', task: 't', source: 'agent', holdId: null } },
    { type: 'task.completed', data: { task: 't', output: undefined, source: 'agent', holdId: null } },
    { type: 'model.responded', data: { task: 't', attempt: 1, step: 1, requestDigest: 'd', answer: ['model'] } },
    { type: 'model.responded', data: { task: 't', attempt: 1, step: 1, requestDigest: 'd', answer: null } },
    { type: 'run.completed', data: [] },
    { type: 'run.completed', data: null },
    { type: 'run.completed', data: 'text' },
    { type: 'of.tomorrow' as 'run.completed', data: { a: 1 } },
    { type: 'run.completed', data: undefined },
  ];
  for (const event of [...golden, ...odd]) {
    const read = there(event);
    expect(read.type).toBe(event.type);
    expect(JSON.stringify(read.data)).toBe(JSON.stringify(event.data));
  }
});

test('what is written most is written without the names of its members', () => {
  const common = new Set(['run.started', 'task.started', 'task.proposed', 'task.completed', 'hold.opened']);
  const found = golden.filter(({ type }) => common.has(type));
  expect(new Set(found.map(({ type }) => type))).toEqual(common);
  for (const event of found) expect(stored(event).data, event.type).toMatch(/^\[/);
});

test('times, hashes and names that are not in the usual form are kept as they are', () => {
  for (const time of [AT, '2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000+00:00', 'soon', '', '0', '1e3']) {
    const packed = packTime(time);
    expect(unpackTime(typeof packed === 'bigint' ? Number(packed) : packed)).toBe(time);
  }
  for (const text of ['f1', 'F1', 'abc', '', 'xy']) {
    const packed = packHex(text);
    expect(Buffer.isBuffer(packed) ? packed.toString('hex') : packed).toBe(text);
  }
  expect([packBy('system'), packBy('user:ana')]).toEqual([null, 'user:ana']);
});

test('an output that is completed as it was proposed is written once, and survives the erasing of the proposal', async () => {
  const output = 'An output of some length, which nobody needs twice.';
  const { batch } = appendOf(run, { drafts: [started(), proposed(output), completed(output), completed('other')] });
  await journal.append(batch);
  expect(rows("SELECT seq FROM events WHERE instr(data, 'of some length') > 0")).toEqual([{ seq: 2 }]);
  const read = await journal.read(run);
  expect(read).toEqual(batch.events);
  expect(await journal.read(run, { type: 'task.completed' })).toEqual(batch.events.slice(2));
  expect(await journal.read(run, { after: 2, limit: 1 })).toEqual(batch.events.slice(2, 3));

  await erase(run, [2], []);
  const after = await journal.read(run);
  expect(after[1]).not.toHaveProperty('data');
  expect(after[2]).toEqual(batch.events[2]);
  expect(verifyChain(after)).toMatchObject({ ok: true, count: 4 });
  await erase(run, [1, 3], []);
  expect(verifyChain(await journal.read(run))).toMatchObject({ ok: true, count: 4 });
  expect(rows("SELECT seq FROM events WHERE instr(data, 'of some length') > 0")).toEqual([]);
});

test('a config is written once for all runs that have it, and goes with the last of them', async () => {
  const configs = () => rows('SELECT n FROM configs').length;
  const [one, two, three] = ['1', '2', '3'].map(runId) as [typeof run, typeof run, typeof run];
  for (const id of [one, two, three]) await journal.append(appendOf(id).batch);
  expect(configs()).toBe(1);
  expect(verifyChain(await journal.read(three))).toMatchObject({ ok: true });
  await remove(one);
  await erase(two, [1], null);
  expect(verifyChain(await journal.read(two))).toMatchObject({ ok: true });
  expect(configs()).toBe(1);
  await remove(three);
  expect(configs()).toBe(0);
});

test('a config that was changed in the file is found in every run that has it', async () => {
  await journal.append(appendOf(run).batch);
  expect(verifyChain(await journal.read(run))).toMatchObject({ ok: true });
  const db = new Database(path);
  db.exec('UPDATE configs SET value = replace(value, \'"maxHolds":100\', \'"maxHolds":101\')');
  db.close();
  expect(verifyChain(await journal.read(run))).toMatchObject({ ok: false, seq: 1 });
});

test('a hold is written without what its opening says, and is whole when that is erased', async () => {
  const { seq: _seq, runId: _run, crew: _crew, requestedBy, status: _status, ...rest } = holdOf(run);
  const { votes: _v, overdue: _o, reminded: _r, claimedBy: _b, claimedUntil: _u, comments: _c, ...most } = rest;
  const { openedAt: _a, closedAt: _t, decidedBy: _d, ...opening } = most;
  const place = {
    seq: 2,
    at: AT,
    runId: run,
    crew: 'desk',
    requestedBy: requestedBy ?? '',
    forkedBy: [],
    inherited: false,
  };
  const hold = openHold({ ...opening, proposal: 'A proposal of some length' }, place);
  const drafts = [started(), draft('hold.opened', { ...opening, proposal: 'A proposal of some length' })];
  const { batch, head } = appendOf(run, { drafts, holds: [hold] });
  await journal.append(batch);
  expect(await journal.hold(hold.id)).toEqual(hold);
  const [row] = rows('SELECT record, opened FROM holds') as { record: string; opened: number }[];
  expect(row?.opened).toBe(2);
  expect(JSON.parse(row?.record ?? '')).toEqual({ task: 'assess', history: [], requestedBy });

  const claimed = { ...hold, seq: 3, claimedBy: 'user:ben', comments: [{ by: 'user:ben', text: 'hm', at: AT }] };
  await journal.amend(run, null, () => amendmentOf(run, head, { holds: [claimed] }));
  expect(await journal.hold(hold.id)).toEqual(claimed);
  expect((await journal.holds({ runId: run })).items).toEqual([claimed]);

  await erase(run, [2], []);
  expect(await journal.hold(hold.id)).toEqual(claimed);
  await erase(run, [3], ['assess']);
  expect(await journal.hold(holdIdOf(run, 1))).toBeNull();
});

test('of runs that are removed nothing is left in the file, however they were written beside others', async () => {
  const runs = Array.from({ length: 40 }, (_, n) => runId(`removed-${n}`));
  const text = (n: number) => `secret ${'word '.repeat(10 + ((n * 37) % 150))}`;
  const heads = new Map<string, Head>();
  for (let round = 0; round < 6; round++) {
    await Promise.all(
      runs.map(async (id, n) => {
        const said = round === 0 ? started({ secret: text(n) }) : proposed(text(n + round));
        const hold = holdOf(id, 1, { comments: [{ by: 'user:ana', text: text(n * round), at: AT }] });
        const { batch, head } = appendOf(id, { head: heads.get(id) ?? EMPTY_HEAD, drafts: [said], holds: [hold] });
        await journal.append(batch);
        heads.set(id, head);
      }),
    );
  }
  for (const id of runs) await remove(id);
  await journal.close();
  expect(readFileSync(path).includes('secret')).toBe(false);
});

test('the answer to a start is the run as it was then', async () => {
  const request = { by: 'user:ana', id: 'r1', content: 'ab' };
  const { batch, head } = appendOf(run);
  await journal.append({ ...batch, request: { ...request, answer: batch.summary as never } });
  await journal.append(appendOf(run, { head, drafts: [proposed('x')], summary: { status: 'held' } }).batch);
  expect(await journal.answered(request)).toEqual(batch.summary);
  expect(await journal.answers(null, 5)).toEqual([{ ...request, answer: batch.summary }]);
  expect(JSON.stringify(rows('SELECT answer FROM requests'))).not.toContain('run_one');
  await erase(run, [], []);
  expect(await journal.answered(request)).toBeNull();
});

test('the order of decisions has a row for each decision, none for an open hold, and none for what was removed', async () => {
  const made = { by: 'user:ana', verdict: 'approve' as const, at: AT, reason: null, reasonCode: null };
  const decided = { status: 'approved' as const, history: [made], decidedBy: ['user:ana'] };
  const holds = [holdOf(run, 1), holdOf(run, 2, decided), holdOf(run, 3, { ...decided, task: 'pay' })];
  await journal.append(appendOf(run, { holds }).batch);
  const listed = () => rows('SELECT hold FROM decisions ORDER BY hold');
  expect(listed()).toEqual([{ hold: 'hold_one_2' }, { hold: 'hold_one_3' }]);
  await erase(run, [1], ['assess']);
  expect(listed()).toEqual([{ hold: 'hold_one_3' }]);
  await remove(run);
  expect(listed()).toEqual([]);
});
