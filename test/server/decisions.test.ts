import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RawAnswer, rawSocket, send } from '../support/raw-socket.ts';
import { type TestServer, testServer } from '../support/review-server.ts';

let server: TestServer;
const sockets: Socket[] = [];
let requests = 0;
const requestId = () => `request_${++requests}`;

beforeAll(async () => {
  server = await testServer();
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  await server[Symbol.asyncDispose]();
});

async function socketOf(user: string, role = 'reviewer', groups: string[] = []): Promise<Socket> {
  const socket = await rawSocket(server.url, await server.token(role, user, groups));
  sockets.push(socket);
  return socket;
}

const decide = (socket: Socket, hold: { id: string; digest: string }, more: object): Promise<RawAnswer> =>
  send(socket, 'hold:decide', { holdId: hold.id, digest: hold.digest, requestId: requestId(), ...more });

const approve = { verdict: 'approve' };

describe('a decision over the wire', () => {
  test('is refused with the code that says why, and nothing is recorded', async () => {
    const ana = await socketOf('ana');
    const hold = await server.held();
    const before = await server.recorded();
    const cases: [object, string][] = [
      [{ ...approve, holdId: 'hold_none' }, 'HOLD_NOT_FOUND'],
      [{ ...approve, digest: 'f'.repeat(64) }, 'HOLD_STALE'],
      [{ verdict: 'respond', value: 'x' }, 'DECISION_NOT_ALLOWED'],
      [{ verdict: 'reject' }, 'REASON_REQUIRED'],
      [{ verdict: 'modify' }, 'VALUE_INVALID'],
      [{ verdict: 'modify', value: 7 }, 'VALUE_INVALID'],
      [{ verdict: 'nod' }, 'BAD_REQUEST'],
      [{ ...approve, digest: 'f'.repeat(129) }, 'BAD_REQUEST'],
      [{ ...approve, reviewer: 'user:ben' }, 'BAD_REQUEST'],
      [{ ...approve, requestId: '' }, 'BAD_REQUEST'],
      [{ ...approve, requestId: 'r'.repeat(65) }, 'BAD_REQUEST'],
      [{ ...approve, requestId: undefined }, 'BAD_REQUEST'],
    ];
    for (const [more, code] of cases) {
      expect({ more, answer: await decide(ana, hold, more) }).toMatchObject({ answer: { ok: false, error: { code } } });
    }
    expect(await server.recorded()).toBe(before);
    expect(await decide(ana, hold, approve)).toMatchObject({ ok: true, data: { hold: { status: 'approved' } } });
  });

  test('answers with the seq under which it is durable', async () => {
    const ana = await socketOf('ana');
    const hold = await server.held();
    const { data } = await decide(ana, hold, approve);
    const events = await server.journal.read(hold.runId as never);
    const decided = events.find(({ type }) => type === 'hold.decided');
    expect(data).toMatchObject({ recordedSeq: decided?.seq });
    expect(decided).toMatchObject({ by: 'user:ana', data: { digest: hold.digest } });
  });

  test('of two at once one wins, and the other is told who', async () => {
    const [ana, ben] = [await socketOf('ana'), await socketOf('ben')];
    const hold = await server.held();
    const answers = await Promise.all([
      decide(ana, hold, approve),
      decide(ben, hold, { verdict: 'reject', reason: 'No sources' }),
    ]);
    const lost = answers.find(({ ok }) => !ok);
    const won = answers.indexOf(answers.find(({ ok }) => ok) as RawAnswer);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(lost?.error).toMatchObject({
      code: 'HOLD_ALREADY_DECIDED',
      details: { by: ['user:ana', 'user:ben'][won], verdict: ['approve', 'reject'][won] },
    });
  });

  test('sent again gets the first answer; its id for anything else is refused', async () => {
    const ana = await socketOf('ana');
    const hold = await server.held();
    const first = await decide(ana, hold, { ...approve, requestId: 'again' });
    expect(first.ok).toBe(true);
    const after = await server.recorded();
    expect(await decide(ana, hold, { ...approve, requestId: 'again' })).toEqual(first);
    const other = await decide(ana, hold, { verdict: 'reject', reason: 'No', requestId: 'again' });
    expect(other.error?.code).toBe('REQUEST_ID_REUSED');
    expect(await send(ana, 'hold:comment', { holdId: hold.id, text: 'x', requestId: 'again' })).toMatchObject({
      error: { code: 'REQUEST_ID_REUSED' },
    });
    const bens = await decide(await socketOf('ben'), hold, { ...approve, requestId: 'again' });
    expect(bens.error?.code).toBe('HOLD_ALREADY_DECIDED');
    expect(await server.recorded()).toBe(after);
  });

  test('over another claim takes saying so', async () => {
    const [ana, ben] = [await socketOf('ana'), await socketOf('ben')];
    const hold = await server.held();
    await send(ana, 'hold:claim', { holdId: hold.id, requestId: requestId() });
    expect((await decide(ben, hold, approve)).error).toMatchObject({
      code: 'HOLD_CLAIMED',
      details: { claimedBy: 'user:ana' },
    });
    expect((await decide(ben, hold, { ...approve, overrideClaim: true })).ok).toBe(true);
  });

  test('follows the policy, whatever the role: two different leads', async () => {
    const [ana, ben] = [await socketOf('ana', 'reviewer', ['leads']), await socketOf('ben', 'reviewer', ['leads'])];
    const admin = await socketOf('root', 'admin');
    const hold = await server.held('board-desk');
    expect((await decide(admin, hold, approve)).error?.code).toBe('FORBIDDEN');
    expect((await decide(ana, hold, approve)).data).toMatchObject({ hold: { status: 'open' } });
    expect((await decide(ana, hold, approve)).error?.code).toBe('ALREADY_VOTED');
    expect((await decide(ben, hold, approve)).data).toMatchObject({
      hold: { status: 'approved', decidedBy: ['user:ana', 'user:ben'] },
    });
  });

  test('a person without a token is not the named reviewer that a policy asks for', async () => {
    const hold = await server.held('board-desk');
    const launch = new URL(server.server.launchUrl()).hash.replace('#launch=', '');
    const local = await rawSocket(server.url, launch);
    sockets.push(local);
    expect((await send(local, 'me')).data).toMatchObject({ roles: ['admin'], user: expect.stringMatching(/^local:/) });
    expect((await decide(local, hold, approve)).error?.code).toBe('FORBIDDEN');
  });

  test('a viewer is told that they may not', async () => {
    const viewer = await socketOf('vic', 'viewer');
    const hold = await server.held();
    const { data } = await send(viewer, 'hold:get', { holdId: hold.id });
    expect(data).toMatchObject({ you: { may: [], why: expect.stringContaining('reviewer') } });
    expect((await decide(viewer, hold, approve)).error?.code).toBe('FORBIDDEN');
  });
});
