import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectReview, type Hold, type RunEvent } from '../../src/client/index.ts';
import { createToken, revokeToken } from '../../src/server/identity/tokens.ts';
import { SupervisedAction } from '../../src/server/protocol/action-messages.ts';
import { flakyProxy } from '../support/flaky-proxy.ts';
import { type TestServer, testServer } from '../support/review-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ allowedHosts: ['127.0.0.1'] });
});
afterAll(() => server[Symbol.asyncDispose]());

describe('the review client', () => {
  test('takes a run from its start over a hold to its end, and is told all the way', async () => {
    const review = await server.client('admin');
    const heard: string[] = [];
    const opened = new Promise<Hold>((resolve) => review.on('hold:opened', resolve));
    review.on('hold:closed', (hold) => heard.push(`closed ${hold.status}`));
    const ended = new Promise<void>((resolve) => {
      review.on('run:updated', (run) => run.status === 'completed' && resolve());
    });
    const run = await review.runs.start('draft-desk', { topic: 'bees' });
    const hold = await opened;
    expect(hold).toMatchObject({ runId: run.id, kind: 'after', status: 'open' });
    expect(hold).not.toHaveProperty('context');
    const seen = await review.holds.get(hold.id);
    expect(seen).toMatchObject({
      hold: { context: [], done: [] },
      you: { may: ['approve', 'modify', 'reject'], why: null },
    });
    const decided = await review.decide(hold, { verdict: 'approve' });
    expect(decided).toMatchObject({ hold: { status: 'approved', decidedBy: ['user:ana'] } });
    await ended;
    expect(heard).toEqual(['closed approved']);
    expect((await review.runs.get(run.id)).outputs).toHaveProperty('draft');
    expect((await review.runs.list()).runs.find(({ id }) => id === run.id)).not.toHaveProperty('outputs');
    expect(await review.runs.verify(run.id)).toMatchObject({ ok: true });
    expect((await review.runs.state(run.id, 1)).summary.status).toBe('running');
    expect((await review.crews.list()).map(({ name }) => name)).toContain('draft-desk');
  });

  test('claims, comments and releases', async () => {
    const review = await server.client('reviewer');
    const hold = await server.held();
    expect(await review.claim(hold)).toMatchObject({ claimedBy: 'user:ana' });
    expect((await review.comment(hold, 'Looks fine')).comments).toMatchObject([{ by: 'user:ana', text: 'Looks fine' }]);
    expect(await review.release(hold.id)).toMatchObject({ claimedBy: null });
  });

  test('decides many, each by itself', async () => {
    const review = await server.client('reviewer');
    const [first, second] = [await server.held(), await server.held()];
    const decisions = [
      { hold: first, verdict: 'approve' as const },
      { hold: { ...second, digest: 'f'.repeat(64) }, verdict: 'approve' as const },
    ];
    const results = await review.decideMany(decisions, { requestId: 'many' });
    expect(results).toMatchObject([{ ok: true }, { ok: false, error: { code: 'HOLD_STALE' } }]);
    expect(await review.decideMany(decisions, { requestId: 'many' })).toEqual(results);
  });

  test('watches a run to its end by iteration', async () => {
    const review = await server.client('reviewer');
    const hold = await server.held();
    const runId = hold.runId ?? '';
    setTimeout(() => void review.decide(hold, { verdict: 'approve' }), 50);
    const events: RunEvent[] = [];
    for await (const event of review.runs.watch(runId)) {
      events.push(event);
      if (event.type === 'run.completed') break;
    }
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events).toEqual(await server.journal.read(runId as Hold['runId'] & string));
  });

  test('a watch of an unknown run fails', async () => {
    const review = await server.client('viewer');
    const first = review.runs.watch('run_none')[Symbol.asyncIterator]().next();
    await expect(first).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('announces a supervised action, which can be undone and audited', async () => {
    const review = await server.client('admin');
    const announced = new Promise<unknown>((resolve) => review.on('notice:supervised', resolve));
    const run = await review.runs.start('label-desk');
    const notice = (await announced) as { actionId: string };
    expect(notice).toMatchObject({
      runId: run.id,
      tool: 'label',
      output: { labelled: true },
      impact: { reversible: true },
    });
    expect(Object.keys(notice).sort()).toEqual(Object.keys(SupervisedAction.shape).sort());
    await server.engine.outcome(run.id);
    const [listed] = (await review.actions.list({ undoable: true })).actions;
    expect(listed).toMatchObject({ ...notice, audits: [] });
    const { lastSeq } = await review.runs.get(run.id);
    expect(await review.actions.audit(run.id, notice.actionId, { finding: 'good' })).toHaveProperty('recordedSeq');
    await review.actions.audit(run.id, notice.actionId, { finding: 'bad', reason: 'The label of another ticket.' });
    const audits = [
      { finding: 'good', reason: null },
      { finding: 'bad', reason: 'The label of another ticket.' },
    ];
    expect((await review.actions.list({ runId: run.id })).actions).toMatchObject([{ state: 'succeeded', audits }]);
    // What was found is a fact of the journal: the run as it was before does not know it yet.
    expect((await review.runs.state(run.id)).actions).toMatchObject([{ audits }]);
    expect((await review.runs.state(run.id, lastSeq)).actions[0]).not.toHaveProperty('audits');
    await review.actions.undo(run.id, notice.actionId, 'Wrong ticket');
    await expect
      .poll(async () => (await review.actions.list({ runId: run.id })).actions)
      .toMatchObject([{ state: 'undone' }]);
    expect((await review.actions.list({ undoable: true })).actions).toEqual([]);
  });

  test('says clearly why it cannot connect', async () => {
    await expect(connectReview('http://127.0.0.1:9', { token: 'hp_x' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(connectReview(server.url, { token: 'hp_x' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(connectReview(server.url)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(connectReview('nowhere')).rejects.toMatchObject({ code: 'USAGE' });
    const token = await server.token('viewer');
    await expect(connectReview(server.url, { token, signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  });

  test('sends a decision again after a cut until it is acknowledged, and it counts once', async () => {
    await using network = await flakyProxy(server.port);
    await using review = await connectReview(network.url, {
      token: await server.token('reviewer'),
      ackTimeoutMs: 1_000,
    });
    const hold = await server.held();
    network.pause();
    const decided = review.decide(hold, { verdict: 'approve' });
    await expect.poll(async () => (await server.journal.hold(hold.id))?.status).toBe('approved');
    network.cut();
    network.resume();
    expect(await decided).toMatchObject({ hold: { status: 'approved' } });
    const events = await server.journal.read(hold.runId as NonNullable<Hold['runId']>);
    expect(events.filter(({ type }) => type === 'hold.decided')).toHaveLength(1);
  });

  test('gives up on a server that never acknowledges, and says that it may have been done', async () => {
    await using network = await flakyProxy(server.port);
    await using review = await connectReview(network.url, { token: await server.token('reviewer'), ackTimeoutMs: 50 });
    network.pause();
    await expect(review.me()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('may have been done'),
    });
  });

  test('ends with the error when its token is revoked', async () => {
    const { id, token } = await createToken(server.journal, { user: 'eve', roles: ['viewer'] });
    const review = await connectReview(server.url, { token });
    const next = review.runs
      .watch((await server.held()).runId ?? '', { after: 999 })
      [Symbol.asyncIterator]()
      .next();
    await revokeToken(server.journal, id);
    await expect(next).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(review.me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a closed client answers at once', async () => {
    const review = await server.client('viewer');
    const iterator = review.runs.watch((await server.held()).runId ?? '')[Symbol.asyncIterator]();
    while ((await Promise.race([iterator.next(), new Promise<null>((r) => setTimeout(r, 100, null))])) !== null);
    await review.close();
    await expect(review.me()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
