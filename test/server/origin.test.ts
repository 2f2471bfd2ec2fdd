import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { originPolicy } from '../../src/server/origin.ts';
import { type TestServer, testServer } from '../support/review-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ allowedHosts: ['review.example.com'] });
});
afterAll(() => server[Symbol.asyncDispose]());

/** A request with headers as an attacker would set them; gives the status of the answer. */
function statusOf(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, headers, agent: false });
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    sent.on('error', reject);
    sent.end();
  });
}

const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const WAYS = [
  ['polling', '/socket.io/?EIO=4&transport=polling', {}, 200],
  ['websocket', '/socket.io/?EIO=4&transport=websocket', upgrade, 101],
  ['REST', '/api/v1/openapi.json', {}, 200],
  ['health', '/healthz', {}, 200],
  ['an unknown address', '/api/v1/nothing', {}, 404],
] as const;

describe.each(WAYS)('%s', (_name, path, extra, good) => {
  const own = () => `127.0.0.1:${server.port}`;
  const status = (headers: Record<string, string>) => statusOf(path, { ...extra, ...headers });

  test('answers its own page, programs, loopback by any name, and the names it was given', async () => {
    expect(await status({ host: own() })).toBe(good);
    expect(await status({ host: own(), origin: `http://${own()}` })).toBe(good);
    expect(await status({ host: `localhost:${server.port}`, origin: `http://localhost:${server.port}` })).toBe(good);
    expect(await status({ host: `[::1]:${server.port}` })).toBe(good);
    expect(await status({ host: 'review.example.com', origin: 'https://review.example.com' })).toBe(good);
  });

  test('refuses what any other site or name sends', async () => {
    const origins = [
      'null',
      'https://evil.example',
      `http://evil.example:${server.port}`,
      'http://localhost:1',
      'http://127.0.0.1',
    ];
    const odd = [
      `http://${own()}.evil.example`,
      `http://${own()}@evil.example`,
      `file://${own()}`,
      '',
      'http://review.example.com.evil.example',
    ];
    for (const origin of [...origins, ...odd]) {
      expect({ origin, refused: isRefusal(await status({ host: own(), origin })) }).toEqual({ origin, refused: true });
    }
    for (const host of ['evil.example', `evil.example:${server.port}`, '127.0.0.1:1', '127.0.0.1', `user@${own()}`]) {
      expect({ host, refused: isRefusal(await status({ host })) }).toEqual({ host, refused: true });
    }
  });
});

/** Engine.IO refuses an upgrade with 400. */
const isRefusal = (status: number) => status === 403 || status === 400;

describe('the names of a server', () => {
  const refuse = (options: Parameters<typeof originPolicy>[0], host: string) => originPolicy(options).refuse({ host });

  test('an allowed name may stand with a port, also the default one of its scheme', () => {
    const options = { host: '127.0.0.1', port: 4600, allowedHosts: ['a.example:8443', 'b.example', 'c.example:443'] };
    expect(refuse(options, 'a.example:8443')).toBeNull();
    expect(refuse(options, 'a.example'), 'as a flag that `serve` takes').toContain('--allow-host NAME');
    expect(refuse(options, 'B.example:99')).toBeNull();
    expect(refuse(options, 'c.example')).toBeNull();
  });

  test('bound elsewhere, loopback names are not its own', () => {
    expect(refuse({ host: '10.0.0.5', port: 4600 }, '10.0.0.5:4600')).toBeNull();
    expect(refuse({ host: '10.0.0.5', port: 4600 }, 'localhost:4600')).not.toBeNull();
    expect(refuse({ host: '::1', port: 4600 }, '[::1]:4600')).toBeNull();
  });
});
