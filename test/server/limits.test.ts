import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MESSAGE_NAMES } from '../../src/server/protocol/messages.ts';
import { TokenBucket } from '../../src/server/token-bucket.ts';
import { rawSocket, send } from '../support/raw-socket.ts';
import { type TestServer, testServer } from '../support/review-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const adminSocket = async () => rawSocket(server.url, await server.token('admin', 'root'));

function nested(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}

describe('a message', () => {
  test('of any shape is answered, changes nothing, and takes no later message with it', async () => {
    const hold = await server.held();
    const before = await server.recorded();
    let socket = await adminSocket();
    const names = fc.oneof(
      fc.constantFrom(...MESSAGE_NAMES.filter((name) => name !== 'run:start' && name !== 'run:cancel')),
      fc.constantFrom('error', 'constructor', '__proto__', 'toString', 'hold:opened', ''),
      fc.string(),
    );
    const members = fc.dictionary(
      fc.constantFrom(
        'holdId',
        'digest',
        'verdict',
        'value',
        'requestId',
        'runId',
        'limit',
        'decisions',
        '__proto__',
        'text',
      ),
      fc.oneof(fc.jsonValue(), fc.constantFrom(hold.id, hold.runId, 'approve', 'x', -1, 1e308)),
    );
    let sent = 0;
    let answered = 0;
    const one = fc.asyncProperty(names, fc.oneof(fc.jsonValue(), members), async (name, payload) => {
      // Names of Socket.IO's own are refused by its parser, which cuts the connection.
      if (!socket.connected) socket = await adminSocket();
      if (++sent % 300 === 0) await new Promise((resolve) => setTimeout(resolve, 1_500));
      const answer = await send(socket, name, payload).catch(() => null);
      if (answer) answered++;
      expect(answer?.error?.code).not.toBe('INTERNAL');
    });
    await fc.assert(one, { numRuns: 400, endOnFailure: true });
    expect(answered).toBeGreaterThan(350);
    expect(await server.recorded()).toBe(before);
    const decision = { holdId: hold.id, digest: hold.digest, verdict: 'approve', requestId: 'after all' };
    expect(await send(socket, 'hold:decide', decision)).toMatchObject({ ok: true });
    socket.disconnect();
  });

  test('without an acknowledgement is not done', async () => {
    const socket = await adminSocket();
    const hold = await server.held();
    const before = await server.recorded();
    socket.emit('hold:comment', { holdId: hold.id, text: 'x', requestId: 'unheard' });
    socket.emit('hold:comment');
    expect((await send(socket, 'me')).ok).toBe(true);
    expect(await server.recorded()).toBe(before);
    socket.disconnect();
  });

  test('with two payloads, bytes, or a name that is none is refused', async () => {
    const socket = await adminSocket();
    expect((await send(socket, 'me', {}, {})).error?.code).toBe('BAD_REQUEST');
    expect((await send(socket, 'hold:get', { holdId: Buffer.from('x') })).error?.code).toBe('BAD_REQUEST');
    expect((await send(socket, 'holds:list', [])).error?.code).toBe('BAD_REQUEST');
    expect((await send(socket, 'holds:destroy', {})).error?.code).toBe('BAD_REQUEST');
    expect((await send(socket, 'runs:list', { limit: 201 })).error).toMatchObject({
      code: 'BAD_REQUEST',
      details: { issues: [{ path: 'limit' }] },
    });
    socket.disconnect();
  });

  test('nested deeper than 64 levels is refused', async () => {
    const socket = await adminSocket();
    const start = (levels: number) =>
      send(socket, 'run:start', { crew: 'none', inputs: nested(levels), requestId: 'deep' });
    expect((await start(63)).error?.code).toBe('CREW_NOT_FOUND');
    expect((await start(64)).error?.code).toBe('BAD_REQUEST');
    // Below the client, whose own encoder would give up on it.
    const depth = 4_000;
    const answered = new Promise((resolve) => socket.io.engine.on('message', resolve));
    socket.io.engine.write(
      `2/review,77["run:start",{"crew":"x","requestId":"y","inputs":${'['.repeat(depth)}${']'.repeat(depth)}}]`,
    );
    expect(await answered).toContain('BAD_REQUEST');
    socket.disconnect();
  });

  test('nested so deep that it cannot be parsed ends that connection, and only that', async () => {
    const [deep, other] = [await adminSocket(), await adminSocket()];
    const cut = new Promise((resolve) => deep.once('disconnect', resolve));
    deep.io.engine.write(`2/review,77["me",${'['.repeat(450_000)}${']'.repeat(450_000)}]`);
    await Promise.race([cut, new Promise((resolve) => deep.io.engine.once('message', resolve))]);
    expect((await send(other, 'me')).ok).toBe(true);
    for (const one of [deep, other]) one.disconnect();
  });

  test('larger than a megabyte ends that connection, and only that', async () => {
    const [large, other] = [await adminSocket(), await adminSocket()];
    const cut = new Promise((resolve) => large.once('disconnect', resolve));
    const before = await server.recorded();
    large.emit('hold:comment', { holdId: 'x', text: 'x'.repeat(1_100_000), requestId: 'large' }, () => undefined);
    await cut;
    expect((await send(other, 'me')).ok).toBe(true);
    expect(await server.recorded()).toBe(before);
    other.disconnect();
  });
});

describe('the rate of messages', () => {
  test('of a hundred a second is served; a flood is told when to come back', async () => {
    const socket = await adminSocket();
    const ask = (count: number) => Promise.all(Array.from({ length: count }, () => send(socket, 'me')));
    for (let second = 0; second < 2; second++) {
      expect((await ask(100)).every(({ ok }) => ok)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    const refused = (await ask(1_000)).filter(({ ok }) => !ok);
    expect(refused.length).toBeGreaterThan(300);
    expect(refused[0]?.error).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterMs: expect.any(Number) } });
    const other = await adminSocket();
    expect((await send(other, 'me')).ok).toBe(true);
    for (const one of [socket, other]) one.disconnect();
  });

  test('a client waits and sends again by itself', async () => {
    const review = await server.client('viewer');
    const answers = await Promise.all(Array.from({ length: 500 }, () => review.me()));
    expect(answers).toHaveLength(500);
  });

  test('a bucket fills with time and never beyond its burst', () => {
    let now = 0;
    const bucket = new TokenBucket({ perSecond: 10, burst: 2, now: () => now });
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 100]);
    now = 100;
    expect([bucket.take(), bucket.take()]).toEqual([0, 100]);
    now = 60_000;
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 100]);
    now = 0;
    expect(bucket.take()).toBeGreaterThan(0);
  });
});
