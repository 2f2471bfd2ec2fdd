import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ReviewPolicy } from '../../src/hooks/review-policy.ts';
import type { RunId } from '../../src/ids.ts';
import { defineCrew } from '../../src/index.ts';
import { failWith } from '../../src/testing.ts';
import { answer, openDesk } from '../support/desk.ts';

const agents = { writer: { role: 'Writer', goal: 'Write' }, editor: { role: 'Editor', goal: 'Edit' } };
type Settings = {
  escalateIf?: () => string;
  maxRetries?: number;
  maxRevisions?: number;
  onFailure?: 'fail' | 'skip';
  onReject?: 'fail' | 'skip';
  confirm?: 'after' | { after: ReviewPolicy };
};

function crewOf(settings: Settings = {}) {
  return defineCrew({
    name: 'press',
    agents,
    tasks: {
      write: {
        agent: 'writer',
        description: 'Write',
        output: z.string().max(4),
        guardrails: [({ output }) => output !== 'bad' || 'that is bad'],
        ...settings,
      },
      edit: { agent: 'editor', description: 'Edit' },
    },
  });
}

describe('retries', () => {
  test('count complaints of schema and guardrails together, and not the tries of the model', async () => {
    const script = [answer('too long'), answer('bad'), answer('bad')];
    await using desk = await openDesk(crewOf({ maxRetries: 2 }), script);
    const run = await desk.startAndSettle();
    expect(await desk.only(run)).toMatchObject({
      kind: 'escalation',
      attempt: 3,
      allowed: ['respond'],
      proposal: { error: { code: 'GUARDRAIL_FAILED' }, output: 'bad' },
      reasons: [{ code: 'guardrail' }],
    });
    desk.model.assertDone();
  });

  test('maxRetries 0: the first complaint escalates', async () => {
    await using desk = await openDesk(crewOf({ maxRetries: 0 }), [answer('too long')]);
    const run = await desk.startAndSettle();
    expect(await desk.only(run)).toMatchObject({ proposal: { error: { code: 'OUTPUT_INVALID' }, output: 'too long' } });
  });

  test.each([
    ['fail', { status: 'failed', tasks: { write: 'failed' }, error: { code: 'OUTPUT_INVALID' } }],
    ['skip', { status: 'completed', tasks: { write: 'skipped', edit: 'skipped' }, outputs: {} }],
  ] as const)('onFailure %s asks nobody', async (onFailure, ending) => {
    await using desk = await openDesk(crewOf({ maxRetries: 0, onFailure }), [answer('too long')]);
    expect(await desk.settled(await desk.start())).toMatchObject(ending);
  });
});

describe('an escalation', () => {
  const escalated = (...more: unknown[]) => [answer('bad'), ...more];

  test('takes no approval: only respond, with one of its choices', async () => {
    await using desk = await openDesk(crewOf({ maxRetries: 0 }), escalated());
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    await expect(desk.approve(hold)).rejects.toMatchObject({ code: 'DECISION_NOT_ALLOWED' });
    await expect(desk.reject(hold)).rejects.toMatchObject({ code: 'DECISION_NOT_ALLOWED' });
    for (const value of ['retry', { choice: 'yes' }, null, { choice: 'use', value: 'far too long' }])
      await expect(desk.respond(hold, value)).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    expect(await desk.only(run)).toEqual(hold);
  });

  test('retry: the agent is told the reason, and has all its retries again', async () => {
    await using desk = await openDesk(
      crewOf({ maxRetries: 1 }),
      escalated(answer('bad'), answer('bad'), answer('ok'), answer('end')),
    );
    const run = await desk.startAndSettle();
    await desk.respond(await desk.only(run), { choice: 'retry' }, 'user:ana', 'be kind');
    expect(await desk.settled(run)).toMatchObject({ status: 'completed', outputs: { write: 'ok', edit: 'end' } });
    expect(JSON.stringify(desk.model.requests[2]?.messages.at(-1))).toContain('be kind');
  });

  test('use: the value given, or the proposal though a check refused it; later agents see it', async () => {
    await using desk = await openDesk(crewOf({ maxRetries: 0 }), escalated(answer('end')));
    const run = await desk.startAndSettle();
    await desk.respond(await desk.only(run), { choice: 'use' });
    expect(await desk.settled(run)).toMatchObject({ status: 'completed', outputs: { write: 'bad', edit: 'end' } });
    const [completed] = await desk.eventsOfType(run, 'task.completed');
    expect(completed?.data).toMatchObject({ source: 'person', output: 'bad' });

    await using other = await openDesk(crewOf({ maxRetries: 0 }), escalated(answer('end')));
    const second = await other.startAndSettle();
    await other.respond(await other.only(second), { choice: 'use', value: 'mine' });
    expect(await other.settled(second)).toMatchObject({ outputs: { write: 'mine' } });
  });

  test('skip: dependents are skipped; fail: the run fails in the name of the person', async () => {
    await using desk = await openDesk(crewOf({ maxRetries: 0 }), escalated(answer('bad')));
    const skipped = await desk.startAndSettle();
    await desk.respond(await desk.only(skipped), { choice: 'skip' });
    expect(await desk.settled(skipped)).toMatchObject({
      status: 'completed',
      tasks: { write: 'skipped', edit: 'skipped' },
    });
    const failed = await desk.startAndSettle();
    await desk.respond(await desk.only(failed), { choice: 'fail' }, 'user:ana', 'hopeless');
    expect(await desk.settled(failed)).toMatchObject({
      status: 'failed',
      error: { code: 'TASK_FAILED_BY_PERSON', message: expect.stringContaining('hopeless') },
    });
  });

  test('of a model that cannot be had: retry asks it again with the same conversation', async () => {
    await using desk = await openDesk(crewOf(), [failWith('MODEL_UNREACHABLE'), answer('ok'), answer('end')]);
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    expect(hold).toMatchObject({ kind: 'escalation', proposal: { error: { code: 'MODEL_UNREACHABLE' } } });
    await expect(desk.respond(hold, { choice: 'use' })).rejects.toMatchObject({ code: 'VALUE_INVALID' });
    await desk.respond(hold, { choice: 'retry' });
    expect(await desk.settled(run)).toMatchObject({ status: 'completed' });
    expect(desk.model.requests[1]?.messages).toEqual(desk.model.requests[0]?.messages);
  });
});

describe('rejections', () => {
  test('are revised up to maxRevisions, each a hold with the next revision; then a person is asked', async () => {
    await using desk = await openDesk(crewOf({ confirm: 'after', maxRevisions: 2 }), [
      answer('a'),
      answer('b'),
      answer('c'),
    ]);
    const run = await desk.startAndSettle();
    for (const [revision, proposal] of [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]) {
      const hold = await desk.only(run);
      expect(hold).toMatchObject({ kind: 'after', revision, proposal });
      expect(hold.history).toHaveLength(hold.revision - 1);
      await desk.reject(hold, `no ${proposal}`);
      await desk.settled(run);
    }
    expect(await desk.only(run)).toMatchObject({
      kind: 'escalation',
      proposal: { error: { code: 'REVISIONS_EXHAUSTED' }, output: 'c' },
    });
    const said = desk.model.requests[2]?.messages.map((message) => message.text).join('\n');
    expect(said).toContain('no a');
    expect(said).toContain('no b');
  });

  test.each([
    ['fail', { status: 'failed', error: { code: 'TASK_REJECTED' } }],
    ['skip', { status: 'completed', tasks: { write: 'skipped', edit: 'skipped' } }],
  ] as const)('onReject %s', async (onReject, ending) => {
    await using desk = await openDesk(crewOf({ confirm: 'after', onReject }), [answer('a')]);
    const run = await desk.startAndSettle();
    await desk.reject(await desk.only(run));
    expect(await desk.settled(run)).toMatchObject(ending);
  });

  test('need a reason', async () => {
    await using desk = await openDesk(crewOf({ confirm: 'after' }), [answer('a')]);
    const run = await desk.startAndSettle();
    const hold = await desk.only(run);
    for (const reason of [undefined, '', '  '])
      await expect(desk.decide(hold, { verdict: 'reject', reason })).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
  });
});

describe('an output that must be let through by certain people', () => {
  const policy = { reviewers: ['group:leads'], quorum: 2, notRequester: true } as const;
  const escalated = (settings: Settings) =>
    openDesk(crewOf({ ...settings, confirm: { after: policy } }), [answer('bad'), answer('fine')]);
  const enforced = { reviewers: [['group:leads']], quorum: 2, notRequester: true };

  test('is let through by nobody else where a check refused it', async () => {
    await using desk = await escalated({ maxRetries: 0 });
    const hold = await desk.only(await desk.startAndSettle());
    expect(hold).toMatchObject({ kind: 'escalation', policy: enforced });
    const using = { choice: 'use', value: 'mine' };
    await expect(desk.respond(hold, using, 'user:nobody')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const lead = (user: `user:${string}`) => ({ user, roles: [], groups: ['leads'] });
    await desk.respond(hold, using, lead('user:ana'));
    expect((await desk.only(hold.runId as RunId)).status).toBe('open');
  });

  test('nor where `escalateIf` holds it', async () => {
    await using desk = await escalated({ maxRetries: 2, escalateIf: () => 'odd' });
    expect(await desk.only(await desk.startAndSettle())).toMatchObject({ kind: 'escalation', policy: enforced });
  });
});
