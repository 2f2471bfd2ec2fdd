import { describe, expect, test } from 'vitest';
import { defineCrew, type ReviewPolicy } from '../../src/index.ts';
import { memoryJournal } from '../../src/testing.ts';
import { answer, openDesk } from '../support/desk.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { measured } from '../support/reliability.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MOVES = [HOUR, -HOUR, DAY, -DAY, 2 * MINUTE];
const POLICIES: readonly ReviewPolicy[] = [
  { dueIn: '4h', onExpire: 'fail' },
  { dueIn: '4h', onExpire: 'skip' },
  { dueIn: '4h', remindAfter: '2h', escalateTo: ['user:boss'] },
];

function crewWith(review: ReviewPolicy) {
  const task = { agent: 'a' as const, description: 'T', confirm: 'after' as const, review };
  return defineCrew({ name: 'moved', agents: { a: { role: 'A', goal: 'A' } }, tasks: { t: task } });
}
const open = (review: ReviewPolicy, clock: ManualClock) => {
  const journal = memoryJournal({ now: () => Date.parse(clock.now()) });
  return openDesk(crewWith(review), { t: [answer('one')] }, { clock, journal, sweepMs: 1_000 });
};
/** So that the sweep looks at the clock, and what it does comes through. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
const BEFORE_DUE = [0, MINUTE, 30 * MINUTE, HOUR];

describe('R10: the time of day is moved', () => {
  test('nothing expires early, nothing is accepted late, and it goes on once the clock is right', () =>
    measured({ id: 'R10', what: 'the clock moved by ±1 h, ±1 day or 2 minutes under an open hold' }, async () => {
      let trials = 0;
      for (const review of POLICIES) {
        for (const moved of MOVES) {
          for (const elapsed of BEFORE_DUE) {
            const clock = manualClock();
            await using desk = await open(review, clock);
            const run = await desk.startAndSettle();
            const hold = await desk.only(run);
            await pass(clock, elapsed);
            clock.set(moved);
            await pass(clock, 3 * MINUTE);
            expect(await desk.only(run), 'not expired early').toMatchObject({ status: 'open', overdue: false });
            await expect(desk.approve(hold)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
            await desk.engine.comment(hold.id, 'still there?', { actor: { user: 'user:ana', roles: [], groups: [] } });
            // Past its time by anybody's clock: nothing is accepted, nothing fires while nobody knows the time.
            await pass(clock, 5 * HOUR);
            await expect(desk.approve(hold)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
            expect(await desk.only(run)).toMatchObject({ status: 'open', overdue: false });
            clock.set(-moved);
            await pass(clock, 2_000);
            const fired = (await desk.types(run)).filter((type) => /expired|escalated/.test(type));
            expect(fired).toEqual([review.onExpire ? 'hold.expired' : 'hold.escalated']);
            if (review.onExpire) {
              await expect(desk.approve(hold)).rejects.toMatchObject({ code: 'HOLD_ALREADY_DECIDED' });
              await desk.settled(run);
            } else await desk.approve(hold);
            const times = (await desk.events(run)).map(({ at }) => at);
            expect(times, 'in order').toEqual([...times].sort());
            expect(times.at(-1)! < '2026-03-01T18:00', 'no event bears the wrong time').toBe(true);
            trials++;
          }
        }
      }
      return { trials, note: 'refused with UNAVAILABLE while the clock is wrong; fired once when it is right' };
    }));

  test('a hold without a deadline is decided all the same', async () => {
    const clock = manualClock();
    await using desk = await open({}, clock);
    const run = await desk.startAndSettle();
    clock.set(DAY);
    await desk.approve(await desk.only(run));
    expect((await desk.settled(run)).status).toBe('completed');
  });

  test('a clock that is set by less than a minute, or drifts, is followed', async () => {
    const clock = manualClock();
    await using desk = await open({ dueIn: '4h', onExpire: 'fail' }, clock);
    const run = await desk.startAndSettle();
    for (let n = 0; n < 10; n++) {
      clock.set(50_000);
      await pass(clock, 1_000);
    }
    await desk.approve(await desk.only(run));
    expect((await desk.events(run)).find(({ type }) => type === 'hold.decided')?.at).toBe(clock.now());
  });
});
