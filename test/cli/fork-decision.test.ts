import { expect, test } from 'vitest';
import { decideFork, parseForkDecision } from '../../src/cli/fork-decision.ts';
import { testServer } from '../support/review-server.ts';

test('reads a verdict with its reason or value', () => {
  expect(parseForkDecision('approve')).toEqual({ verdict: 'approve' });
  expect(parseForkDecision('reject: too much: 20 at most ')).toEqual({
    verdict: 'reject',
    reason: 'too much: 20 at most',
  });
  expect(parseForkDecision('modify:{"amountUsd":20}')).toEqual({ verdict: 'modify', value: { amountUsd: 20 } });
  expect(parseForkDecision('respond:{"choice":"retry"}')).toEqual({ verdict: 'respond', value: { choice: 'retry' } });
  for (const wrong of ['', 'reject', 'reject:', 'modify', 'modify:too much', 'Approve', 'yes'])
    expect(() => parseForkDecision(wrong), wrong).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

test('a fork on a server that cannot be decided as asked is cancelled, and nothing waits in the queue', async () => {
  await using server = await testServer();
  const hold = await server.held();
  const client = await server.client('admin', 'ana');
  const { lastSeq } = await client.runs.get(hold.runId ?? '');
  const fork = await client.runs.fork(hold.runId ?? '', lastSeq);
  await expect(decideFork(client, fork, { verdict: 'respond', value: 1 })).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('takes approve, modify, reject, not respond'),
  });
  await expect.poll(async () => (await client.runs.get(fork.id)).status).toBe('cancelled');
  const { holds } = await client.holds.list({ status: 'open' });
  expect(holds.map(({ id }) => id)).toEqual([hold.id]);
  await client.close();
});
