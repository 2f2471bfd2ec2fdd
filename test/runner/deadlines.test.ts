import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, defineTool, type ReviewPolicy } from '../../src/index.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { call, memoryJournal } from '../../src/testing.ts';
import { answer, openDesk } from '../support/desk.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HOUR = 3_600_000;
const agents = { a: { role: 'A', goal: 'A' } };

function crewWith(review: ReviewPolicy) {
  const task = { agent: 'a' as const, description: 'T', confirm: 'after' as const, context: [], review };
  return defineCrew({
    name: 'timed',
    agents,
    tasks: { t: task, next: { agent: 'a', description: 'N', context: ['t'] } },
  });
}
const script = () => ({ t: [answer('one'), answer('two')], next: [answer('next')] });
const open = (review: ReviewPolicy, clock: ManualClock) =>
  openDesk(crewWith(review), script(), { clock, journal: memoryJournal({ now: () => Date.parse(clock.now()) }) });
const boss = { user: 'user:boss', roles: [], groups: [] };

describe('deadlines', () => {
  test('wait: reminds once, escalates once, and then escalateTo may decide as well', async () => {
    const clock = manualClock();
    await using desk = await open(
      { reviewers: ['user:ana'], dueIn: '4h', remindAfter: '2h', escalateTo: ['user:boss'] },
      clock,
    );
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    await expect(desk.approve(hold, boss)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    clock.advance(2 * HOUR);
    await expect.poll(() => desk.types(run)).toContain('hold.reminded');
    await expect(desk.approve(hold, boss)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    clock.advance(2 * HOUR);
    await expect.poll(() => desk.types(run)).toContain('hold.escalated');
    for (let n = 0; n < 3; n++) clock.advance(5 * HOUR);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await desk.types(run)).filter((type) => /reminded|escalated|expired/.test(type))).toEqual([
      'hold.reminded',
      'hold.escalated',
    ]);
    expect(await desk.only(run)).toMatchObject({ overdue: true, status: 'open' });
    await desk.approve(hold, boss);
    expect((await desk.settled(run)).status).toBe('completed');
  });

  test.each([
    ['fail', { status: 'failed', error: { code: 'HOLD_EXPIRED' } }],
    ['skip', { status: 'completed', tasks: { t: 'skipped', next: 'skipped' } }],
  ] as const)('%s: closes as expired, once, and nothing is accepted any more', async (onExpire, ending) => {
    const clock = manualClock();
    await using desk = await open({ dueIn: '1h', onExpire }, clock);
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    clock.advance(HOUR);
    await expect(desk.approve(hold)).rejects.toMatchObject({
      code: 'HOLD_ALREADY_DECIDED',
      details: { status: 'expired', by: null },
    });
    await expect.poll(async () => (await desk.settled(run)).status).toBe(ending.status);
    expect(await desk.settled(run)).toMatchObject(ending);
    await expect(desk.approve(hold)).rejects.toMatchObject({
      code: 'HOLD_ALREADY_DECIDED',
      details: { status: 'expired' },
    });
    expect((await desk.types(run)).filter((type) => type === 'hold.expired')).toHaveLength(1);
    expect(await desk.types(run)).not.toContain('task.revised');
  });

  test.each([
    ['fail', 'failed'],
    ['skip', 'completed'],
  ] as const)('an action held too long: %s; it never runs', async (onExpire, status) => {
    const clock = manualClock();
    let ran = 0;
    const pay = defineTool({
      name: 'pay',
      description: 'Pay',
      input: z.strictObject({}),
      tier: 'approval',
      review: { dueIn: '1h', onExpire },
      execute: () => String(++ran),
    });
    const crew = defineCrew({
      name: 'pays',
      agents: { a: { role: 'A', goal: 'A', tools: [pay] } },
      tasks: { t: { agent: 'a', description: 'T' } },
    });
    await using desk = await openDesk(crew, [call('pay')], { clock });
    const run = await desk.startAndSettle();
    await desk.only(run);
    clock.advance(HOUR);
    await expect.poll(async () => (await desk.settled(run)).status).toBe(status);
    expect(ran).toBe(0);
  });

  test('survive closing and opening the same file: nothing is lost, nothing fires twice', async () => {
    const clock = manualClock();
    const folder = await temporaryFolder();
    const review = { dueIn: '4h', remindAfter: '1h', onExpire: 'fail' } as const;
    const path = join(folder.path, 'holdpoint.db');
    const journal = () => openSqliteJournal({ path, now: () => Date.parse(clock.now()) });
    try {
      const first = await openDesk(crewWith(review), script(), { clock, journal: await journal() });
      const run = await first.startAndSettle();
      clock.advance(HOUR);
      await expect.poll(() => first.types(run)).toContain('hold.reminded');
      await first.engine.close();
      clock.advance(4 * HOUR);
      const second = await openDesk(crewWith(review), script(), { clock, journal: await journal() });
      await expect.poll(async () => (await second.engine.run(run)).status).toBe('failed');
      await second.engine.close();
      await using third = await openDesk(crewWith(review), script(), { clock, journal: await journal() });
      clock.advance(9 * HOUR);
      const fired = (await third.types(run)).filter((type) => /reminded|escalated|expired/.test(type));
      expect(fired).toEqual(['hold.reminded', 'hold.expired']);
      await third.check(run);
    } finally {
      await folder.remove();
    }
  });

  test('a hold of the run that nobody decides fails it as expired, not as refused by a person', async () => {
    const clock = manualClock();
    const crew = defineCrew({
      name: 'asks',
      agents,
      review: { dueIn: '1h', onExpire: 'fail' },
      tasks: { t: { agent: 'a', description: 'T' } },
      hooks: { beforeRun: () => ({ type: 'hold', reason: 'look' }) as const },
    });
    await using desk = await openDesk(crew, [], { clock });
    const run = await desk.startAndSettle();
    clock.advance(HOUR);
    await expect.poll(async () => (await desk.settled(run)).status).toBe('failed');
    expect((await desk.settled(run)).error).toMatchObject({ code: 'HOLD_EXPIRED' });
  });
});
