import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { Authenticator } from '../../src/server/identity/authenticator.ts';
import { hashOfSecret } from '../../src/server/identity/secret.ts';
import { createToken, listTokens, revokeToken } from '../../src/server/identity/tokens.ts';
import { rawSocket, send } from '../support/raw-socket.ts';
import { type TestServer, testServer } from '../support/review-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const launchToken = () => new URL(server.server.launchUrl()).hash.replace('#launch=', '');
const openSession = (token: string) =>
  fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ launchToken: token }),
  });

describe('tokens', () => {
  test('are shown once and kept as a hash', async () => {
    const journal = memoryJournal();
    const now = () => Date.parse('2026-03-01T00:00:00Z');
    const given = { user: 'ana', roles: ['reviewer'], groups: ['leads'], expiresIn: '30d' };
    const { token, ...created } = await createToken(journal, given, { now });
    expect(token).toMatch(/^hp_[\w-]{43}$/);
    expect(created).toEqual({
      ...{ id: expect.stringMatching(/^tok_/), user: 'user:ana', roles: ['reviewer'], groups: ['leads'] },
      expiresAt: '2026-03-31T00:00:00.000Z',
    });
    expect(JSON.stringify(await journal.tokens.list())).not.toContain(token.slice(3));
    expect((await listTokens(journal))[0]).not.toHaveProperty('hash');
  });

  test('of an impossible user, role, group or life are refused', async () => {
    const journal = memoryJournal();
    const good = { user: 'ana', roles: ['viewer'] };
    const bad = [
      { user: '' },
      { user: 'a b' },
      { user: 'group:x' },
      { roles: [] },
      { roles: ['owner'] },
      { groups: ['a:b'] },
    ];
    for (const wrong of [...bad, { expiresIn: '30' }, { expiresIn: `${'9'.repeat(30)}d` }]) {
      await expect(createToken(journal, { ...good, ...wrong }), JSON.stringify(wrong)).rejects.toMatchObject({
        code: 'USAGE',
      });
    }
    await expect(revokeToken(journal, 'tok_none')).rejects.toMatchObject({ code: 'USAGE' });
    expect(await listTokens(journal)).toEqual([]);
  });

  test('that expired or were revoked are no good any more', async () => {
    const journal = memoryJournal();
    let now = Date.parse('2026-03-01T00:00:00Z');
    const clock = { now: () => now };
    const authenticator = new Authenticator(journal, clock);
    const short = await createToken(journal, { user: 'ana', roles: ['viewer'], expiresIn: '1h' }, clock);
    const long = await createToken(journal, { user: 'ben', roles: ['admin'] }, clock);
    expect((await authenticator.authenticate(short)).identity).toMatchObject({ user: 'user:ana', tokenId: short.id });
    now += 3_600_000;
    await expect(authenticator.authenticate(short)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await revokeToken(journal, long.id, clock);
    await expect(authenticator.authenticate(long)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('revoked while connected: the next message is refused, and a silent socket is cut within five seconds', async () => {
    const { id, token } = await createToken(server.journal, { user: 'eve', roles: ['viewer'] });
    const [talking, silent] = [await rawSocket(server.url, token), await rawSocket(server.url, token)];
    const cut = new Promise((resolve) => silent.once('disconnect', resolve));
    expect((await send(talking, 'me')).ok).toBe(true);
    const revokedAt = Date.now();
    await revokeToken(server.journal, id);
    expect((await send(talking, 'runs:list', {})).error?.code).toBe('UNAUTHENTICATED');
    expect(await cut).toBe('io server disconnect');
    expect(Date.now() - revokedAt).toBeLessThan(5_000);
    await expect(rawSocket(server.url, token)).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
  });

  test('looked at again while connected: once for all sockets that came with it', async () => {
    const { token } = await createToken(server.journal, { user: 'eve', roles: ['viewer'] });
    const sockets = await Promise.all(Array.from({ length: 5 }, () => rawSocket(server.url, token)));
    const looks = vi.spyOn(server.journal.tokens, 'byHash');
    const looked = () => looks.mock.calls.filter(([hash]) => hash === hashOfSecret(token)).length;
    await expect.poll(looked, { interval: 5 }).toBeGreaterThan(0);
    await sleep(200);
    expect(looked()).toBe(1);
    looks.mockRestore();
    for (const socket of sockets) socket.disconnect();
  });
});

describe('the launch link', () => {
  test('opens one session, whose cookie scripts and other sites cannot use', async () => {
    const token = launchToken();
    const opened = await openSession(token);
    const cookie = opened.headers.get('set-cookie') ?? '';
    expect(opened.status).toBe(200);
    expect(cookie).toMatch(/^holdpoint_session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200$/);
    expect((await openSession(token)).status).toBe(401);
    const session = cookie.split(';')[0] ?? '';
    const me = await fetch(`${server.url}/api/v1/me`, { headers: { cookie: session } });
    expect(await me.json()).toMatchObject({ roles: ['admin'], user: expect.stringMatching(/^local:/) });
    const socket = await rawSocket(server.url, undefined, { extraHeaders: { cookie: session } });
    expect((await send(socket, 'me')).ok).toBe(true);
    socket.disconnect();
  });

  test('lets one socket in, and only one', async () => {
    const token = launchToken();
    const socket = await rawSocket(server.url, token);
    socket.disconnect();
    await expect(rawSocket(server.url, token)).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
  });

  test('is good for five minutes, a session for twelve hours', async () => {
    let now = 0;
    const authenticator = new Authenticator(memoryJournal(), { now: () => now });
    const [early, late] = [authenticator.issueLaunchToken(), authenticator.issueLaunchToken()];
    const { sessionId } = authenticator.openSession(early);
    now = 5 * 60_000;
    expect(() => authenticator.openSession(late)).toThrow(/five minutes/);
    now = 12 * 3_600_000 - 1;
    expect(await authenticator.identify({ kind: 'session', sessionId })).toMatchObject({ roles: ['admin'] });
    now += 1;
    await expect(authenticator.identify({ kind: 'session', sessionId })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});

test('nobody comes in without saying who they are', async () => {
  const nothing: (string | undefined)[] = [undefined, 'hp_', 'hp_guess', 'guess', '__proto__'];
  for (const token of nothing) {
    await expect(rawSocket(server.url, token)).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
  }
});
