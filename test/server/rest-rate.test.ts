import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestServer, testServer } from '../support/review-server.ts';

/** Of a client in five seconds. */
const REQUESTS = 1_000;

let server: TestServer;
beforeEach(async () => {
  server = await testServer();
});
afterEach(() => server[Symbol.asyncDispose]());

async function me(headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/api/v1/me`, { headers });
  await response.arrayBuffer();
  return { status: response.status, left: Number(response.headers.get('x-ratelimit-remaining')) };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A cookie of a session, as the page has it. */
async function session(): Promise<{ cookie: string }> {
  const launchToken = new URL(server.server.launchUrl()).hash.slice('#launch='.length);
  const response = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ launchToken }),
  });
  await response.arrayBuffer();
  return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

/** As fast as it goes, until somebody is refused for that; a window that ends meanwhile begins anew. */
async function flood(next: (n: number) => Record<string, string>): Promise<Set<number>> {
  const statuses: number[] = [];
  while (!statuses.includes(429) && statuses.length < 20 * REQUESTS) {
    const asked = Array.from({ length: 200 }, (_, n) => me(next(statuses.length + n)));
    statuses.push(...(await Promise.all(asked)).map(({ status }) => status));
  }
  return new Set(statuses);
}

const strangers: [string, (n: number) => Record<string, string>][] = [
  ['nothing', () => ({})],
  ['a made-up token each time', (n) => bearer(`hp_made_up_${n}`)],
  ['a made-up session each time', (n) => ({ cookie: `holdpoint_session=made_up_${n}` })],
  ['something else each time', (n) => ({ authorization: `Basic ${n}` })],
];

test.each(strangers)("who presents %s is counted by address, and uses up nobody else's requests", async (_, next) => {
  const [ana, ben, page] = [await server.token('viewer', 'ana'), await server.token('viewer', 'ben'), await session()];
  expect(await flood(next)).toEqual(new Set([401, 429]));
  for (const headers of [bearer(ana), bearer(ben), page])
    expect(await me(headers)).toEqual({ status: 200, left: REQUESTS - 1 });
});

test('a token that was revoked is counted by address as well', async () => {
  const token = await server.token('viewer', 'eve');
  expect(await me(bearer(token))).toMatchObject({ status: 200, left: REQUESTS - 1 });
  const { id } = (await server.journal.tokens.list()).at(-1) ?? { id: '' };
  expect(await server.journal.tokens.revoke(id, new Date().toISOString())).toBe(true);
  await flood(() => ({}));
  expect((await me(bearer(token))).status).toBe(429);
});

test('a token that asks too fast is told so, and no other', async () => {
  const [fast, other] = [await server.token('viewer', 'fast'), await server.token('viewer', 'other')];
  expect(await flood(() => bearer(fast))).toEqual(new Set([200, 429]));
  expect(await me(bearer(other))).toEqual({ status: 200, left: REQUESTS - 1 });
});
