import { expect, test } from 'vitest';
import { rehearsalModel } from '../../src/agents/rehearsal-model.ts';
import type { Model } from '../../src/crew/model.ts';
import { testServer } from '../support/review-server.ts';

/** The rehearsal model, noting of each call whether its answer was to be streamed. */
function notingModel(): { model: Model; streamed: boolean[] } {
  const streamed: boolean[] = [];
  const model = rehearsalModel();
  const respond: Model['respond'] = (request, options) => {
    streamed.push(options.onDelta !== null);
    return model.respond(request, options);
  };
  return { model: { ...model, respond }, streamed };
}

test('an answer is streamed only where somebody watches the run, or may be about to', async () => {
  const { model, streamed } = notingModel();
  await using server = await testServer({ model });
  const start = () => server.engine.start('draft-desk', { topic: 'bees' }, { requestedBy: 'user:ana' });
  const unseen = await start();
  await server.engine.settled(unseen.id);
  expect(streamed).toEqual([false]);

  const client = await server.client('admin');
  await server.engine.settled((await start()).id);
  expect(streamed).toEqual([false, true]);

  const rejected = async () => {
    const [open] = (await client.holds.list({ runId: unseen.id, status: 'open' })).holds;
    if (!open) return expect.unreachable();
    await client.decide(open, { verdict: 'reject', reason: 'Shorter.' });
    await expect
      .poll(async () => (await client.holds.list({ runId: unseen.id, status: 'open' })).holds[0]?.revision)
      .toBe(open.revision + 1);
  };
  await rejected();
  expect(streamed).toEqual([false, true, false]);
  await client.runs.follow(unseen.id, () => undefined);
  await rejected();
  expect(streamed).toEqual([false, true, false, true]);
});
