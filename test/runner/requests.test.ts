import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defineCrew } from '../../src/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { memoryJournal } from '../../src/testing.ts';
import { answer, openDesk, person } from '../support/desk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const crew = defineCrew({
  name: 'asks',
  agents: { a: { role: 'A', goal: 'A' } },
  tasks: { t: { agent: 'a', description: 'T', confirm: 'after' } },
});

const journals: [string, (folder: string) => Promise<Journal>][] = [
  ['memory', async () => memoryJournal()],
  ['sqlite', (folder) => openSqliteJournal({ path: join(folder, 'j.db') })],
];

describe.each(journals)('a request on %s', (_name, open) => {
  async function openOn() {
    const folder = await temporaryFolder();
    const desk = await openDesk(crew, [answer('one'), answer('two')], { journal: await open(folder.path) });
    const dispose = async () => {
      await desk[Symbol.asyncDispose]();
      await folder.remove();
    };
    return { desk, [Symbol.asyncDispose]: dispose };
  }

  test('a start sent again is the same run; other content is refused; other people have ids of their own', async () => {
    await using opened = await openOn();
    const { engine } = opened.desk;
    const start = (by: string, content: string) =>
      engine.start('asks', {}, { requestedBy: by, request: { id: 'r1', content } });
    const runs = await Promise.all(Array.from({ length: 10 }, () => start('user:ana', 'x')));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
    await expect(start('user:ana', 'y')).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
    expect((await start('user:ben', 'y')).id).not.toBe(runs[0]?.id);
    expect((await engine.runs({})).items).toHaveLength(2);
    for (const { id } of (await engine.runs({})).items) await engine.settled(id);
  });

  test('20 sends of one decision at once are one event and one answer', async () => {
    await using opened = await openOn();
    const { desk } = opened;
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => desk.decide(hold, { verdict: 'approve' }, 'user:ana', 'd1')),
    );
    for (const given of answers) expect(given).toEqual(answers[0]);
    expect(await desk.eventsOfType(run, 'hold.decided')).toHaveLength(1);
    expect(await desk.decide(hold, { verdict: 'approve' }, 'user:ana', 'd1')).toEqual(answers[0]);
    await expect(desk.decide(hold, { verdict: 'reject', reason: 'x' }, 'user:ana', 'd1')).rejects.toMatchObject({
      code: 'REQUEST_ID_REUSED',
    });
    await expect(desk.decide(hold, { verdict: 'approve' }, 'user:ana', 'd2')).rejects.toMatchObject({
      code: 'HOLD_ALREADY_DECIDED',
    });
  });

  test('20 people deciding at once: one wins, all others are told who', async () => {
    await using opened = await openOn();
    const { desk } = opened;
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => desk.modify(hold, `by ${n}`, `user:u${n}`)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = (await desk.eventsOfType(run, 'hold.decided'))[0];
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'HOLD_ALREADY_DECIDED', details: { by: winner?.by } });
    }
    expect((await desk.settled(run)).outputs).toEqual({ t: winner?.data.value });
  });

  test('a claim, a comment and a cancel sent again count once', async () => {
    await using opened = await openOn();
    const { desk } = opened;
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    const given = (id: string) => ({ actor: person('user:ana'), request: { id, content: id } });
    for (let n = 0; n < 2; n++) {
      await desk.engine.claim(hold.id, {}, given('claim'));
      await desk.engine.comment(hold.id, 'hm', given('comment'));
    }
    for (let n = 0; n < 2; n++) await desk.engine.cancel(run, 'enough', given('cancel'));
    await desk.settled(run);
    for (let n = 0; n < 2; n++) await desk.engine.cancel(run, 'enough', given('cancel'));
    const types = await desk.types(run);
    for (const type of ['hold.claimed', 'hold.commented', 'run.cancel-requested'])
      expect(types.filter((one) => one === type)).toHaveLength(1);
  });
});
