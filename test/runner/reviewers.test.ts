import { describe, expect, test } from 'vitest';
import { defineCrew, type ReviewPolicy } from '../../src/index.ts';
import { answer, openDesk, person } from '../support/desk.ts';
import { manualClock } from '../support/manual-clock.ts';

function crewWith(review: ReviewPolicy, task: ReviewPolicy = {}) {
  return defineCrew({
    name: 'reviewed',
    review,
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { t: { agent: 'a', description: 'T', review: task, confirm: 'after' } },
  });
}
const script = () => [answer('one'), answer('two'), answer('three')];
const who = (user: string, roles: string[] = [], groups: string[] = []) => ({ user: `user:${user}`, roles, groups });

describe('who may decide', () => {
  test('every place that names reviewers must be satisfied, by user, group or role', async () => {
    await using desk = await openDesk(
      crewWith({ reviewers: ['group:leads', 'user:zoe'] }, { reviewers: ['role:reviewer'] }),
      script(),
    );
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    for (const by of [
      who('ana'),
      who('ana', ['reviewer']),
      who('ana', [], ['leads']),
      who('zoe'),
      who('group:leads', ['leads'], ['reviewer']),
    ])
      await expect(desk.approve(hold, by)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(desk.engine.claim(hold.id, {}, { actor: who('ana') })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await desk.engine.hold(hold.id, who('ana'))).you).toMatchObject({ may: [] });
    expect((await desk.engine.hold(hold.id, who('zoe', ['reviewer']))).you).toMatchObject({
      may: ['approve', 'modify', 'reject'],
      why: null,
    });
    await desk.approve(hold, who('zoe', ['reviewer']));
    expect((await desk.settled(run)).status).toBe('completed');
  });

  test.each([
    ['reviewers', { reviewers: ['role:reviewer'] }],
    ['quorum', { quorum: 2 }],
    ['notRequester', { notRequester: true }],
  ] as [string, ReviewPolicy][])(
    'a local identity satisfies no policy with %s, whatever it calls itself',
    async (_name, review) => {
      await using desk = await openDesk(crewWith(review), script());
      const run = await desk.startAndSettle();
      const hold = await desk.only(run);
      for (const user of ['local:ana', 'ana', 'system', 'local:user:ana'])
        await expect(desk.approve(hold, { user, roles: ['reviewer'], groups: [] })).rejects.toMatchObject({
          code: 'FORBIDDEN',
        });
      expect(await desk.only(run)).toEqual(hold);
    },
  );

  test('notRequester: who started the run neither decides nor votes nor claims', async () => {
    await using desk = await openDesk(crewWith({ notRequester: true }), script());
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    await expect(desk.approve(hold, 'user:rita')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(desk.reject(hold, 'no', 'user:rita')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(desk.engine.claim(hold.id, {}, { actor: who('rita') })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await desk.approve(hold, 'user:ana');
    expect((await desk.settled(run)).status).toBe('completed');
  });

  test('a decision names the digest of the open revision, or is stale', async () => {
    await using desk = await openDesk(crewWith({}), script());
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    for (const digest of ['', '0'.repeat(64), hold.digest.slice(0, 63)])
      await expect(desk.decide(hold, { verdict: 'approve', digest })).rejects.toMatchObject({ code: 'HOLD_STALE' });
    await expect(
      desk.decide({ ...hold, id: 'hold_x' as typeof hold.id }, { verdict: 'approve' }),
    ).rejects.toMatchObject({ code: 'HOLD_NOT_FOUND' });
  });

  test('reasonRequired adds to reject', async () => {
    await using desk = await openDesk(crewWith({ reasonRequired: ['approve'] }), script());
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    await expect(desk.approve(hold)).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await expect(desk.decide(hold, { verdict: 'reject' })).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await desk.decide(hold, { verdict: 'approve', reason: 'fine' });
  });

  test('who comes second is told who won, when and with what', async () => {
    await using desk = await openDesk(crewWith({}), script());
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    await desk.modify(hold, 'mine', 'user:ana');
    const lost = desk.reject(hold, 'mine', 'user:ben');
    await expect(lost).rejects.toMatchObject({
      code: 'HOLD_ALREADY_DECIDED',
      details: {
        status: 'modified',
        by: 'user:ana',
        decidedBy: ['user:ana'],
        verdict: 'modify',
        at: expect.any(String),
      },
    });
  });
});

describe('a quorum', () => {
  test('needs two people; one has one vote', async () => {
    await using desk = await openDesk(crewWith({ quorum: 2 }), script());
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    const { hold: voted } = await desk.approve(hold, 'user:ana');
    expect(voted).toMatchObject({
      status: 'open',
      review: { quorum: 2, votes: [{ by: 'user:ana', verdict: 'approve' }] },
    });
    expect((await desk.engine.hold(hold.id, who('ana'))).you).toEqual({
      may: [],
      why: 'You voted to approve. It takes 1 more.',
    });
    await expect(desk.approve(hold, 'user:ana')).rejects.toMatchObject({ code: 'ALREADY_VOTED' });
    await expect(desk.reject(hold, 'no', 'user:ana')).rejects.toMatchObject({ code: 'ALREADY_VOTED' });
    expect((await desk.settled(run)).status).toBe('held');
    const { hold: decided } = await desk.approve(hold, 'user:ben');
    const votes = ['user:ana', 'user:ben'].map((by) => ({ by, verdict: 'approve' }));
    expect(decided).toMatchObject({ status: 'approved', decidedBy: ['user:ana', 'user:ben'], review: { votes } });
    expect((await desk.engine.hold(hold.id, who('ana'))).hold.review.votes).toEqual(votes);
    expect((await desk.settled(run)).status).toBe('completed');
  });

  test('a modification is the next revision: its author has voted for it, other votes are void, the old digest is stale', async () => {
    await using desk = await openDesk(crewWith({ quorum: 2 }), script());
    const run = await desk.startAndSettle();
    const first = await desk.only(run);
    await desk.approve(first, 'user:ana');
    await desk.modify(first, 'better', 'user:ben');
    const second = await desk.only(run);
    expect(second).toMatchObject({
      id: first.id,
      revision: 2,
      proposal: 'better',
      previous: { proposal: 'one', digest: first.digest },
      votes: [{ by: 'user:ben' }],
    });
    await expect(desk.approve(first, 'user:ana')).rejects.toMatchObject({ code: 'HOLD_STALE' });
    await expect(desk.approve(second, 'user:ben')).rejects.toMatchObject({ code: 'ALREADY_VOTED' });
    await desk.approve(second, 'user:ana');
    expect(await desk.settled(run)).toMatchObject({ status: 'completed', outputs: { t: 'better' } });
  });

  test('a modification is checked before it becomes a revision', async () => {
    await using desk = await openDesk(crewWith({ quorum: 2 }), script());
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    await expect(desk.modify(hold, 7)).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    expect(await desk.only(run)).toEqual(hold);
  });

  test('one reject closes; the revision of the agent is voted on anew', async () => {
    await using desk = await openDesk(crewWith({ quorum: 2 }), script());
    const run = await desk.startAndSettle();
    const first = await desk.only(run);
    await desk.approve(first, 'user:ana');
    await desk.reject(first, 'no', 'user:ben');
    await desk.settled(run);
    const second = await desk.only(run);
    expect(second).toMatchObject({ revision: 2, proposal: 'two', votes: [] });
    await desk.approve(second, 'user:ana');
    await desk.approve(second, 'user:ben');
    expect((await desk.settled(run)).status).toBe('completed');
  });
});

describe('claims', () => {
  const claimed = async () => {
    const clock = manualClock();
    const desk = await openDesk(crewWith({}), script(), { clock });
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    await desk.engine.claim(hold.id, {}, { actor: who('ana') });
    return { desk, run, hold, clock };
  };

  test('warn others off, unless they override or take over', async () => {
    const { desk, run, hold } = await claimed();
    await using _ = desk;
    await expect(desk.approve(hold, 'user:ben')).rejects.toMatchObject({
      code: 'HOLD_CLAIMED',
      details: { claimedBy: 'user:ana' },
    });
    await expect(desk.engine.claim(hold.id, {}, { actor: who('ben') })).rejects.toMatchObject({ code: 'HOLD_CLAIMED' });
    await expect(desk.engine.release(hold.id, { actor: who('ben') })).rejects.toMatchObject({ code: 'HOLD_CLAIMED' });
    await desk.decide(hold, { verdict: 'approve', overrideClaim: true }, 'user:ben');
    expect((await desk.settled(run)).status).toBe('completed');
    expect((await desk.eventsOfType(run, 'hold.decided'))[0]?.data.overrodeClaimOf).toBe('user:ana');
  });

  test('end after 15 minutes, by release, by another taking over; renewing prolongs', async () => {
    const { desk, hold, clock } = await claimed();
    await using _ = desk;
    clock.advance(10 * 60_000);
    await desk.engine.claim(hold.id, {}, { actor: who('ana') });
    clock.advance(14 * 60_000);
    await expect(desk.approve(hold, 'user:ben')).rejects.toMatchObject({ code: 'HOLD_CLAIMED' });
    const taken = await desk.engine.claim(hold.id, { takeOver: true, reason: 'urgent' }, { actor: who('ben') });
    expect(taken.claimedBy).toBe('user:ben');
    await expect(desk.approve(hold, 'user:ana')).rejects.toMatchObject({ code: 'HOLD_CLAIMED' });
    await desk.engine.release(hold.id, { actor: who('ben') });
    await desk.engine.claim(hold.id, {}, { actor: who('ana') });
    clock.advance(15 * 60_000);
    await desk.approve(hold, 'user:ben');
  });

  test('comments decide nothing, and stop when it is closed', async () => {
    const { desk, run, hold } = await claimed();
    await using _ = desk;
    await desk.engine.comment(hold.id, 'approve!', { actor: person('user:ben') });
    expect((await desk.only(run)).comments).toMatchObject([{ by: 'user:ben', text: 'approve!' }]);
    await desk.approve(hold, 'user:ana');
    await expect(desk.engine.comment(hold.id, 'late', { actor: person('user:ben') })).rejects.toMatchObject({
      code: 'HOLD_ALREADY_DECIDED',
    });
    await expect(desk.engine.claim(hold.id, {}, { actor: who('ben') })).rejects.toMatchObject({
      code: 'HOLD_ALREADY_DECIDED',
    });
  });
});
