import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { serveReview } from '../../src/server/serve.ts';
import { testServer } from '../support/review-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the review server', () => {
  test('writes its address where other processes look for it, and takes it out again', async () => {
    const server = await testServer();
    const rows = await server.journal.nodes();
    expect(rows).toMatchObject([{ id: server.engine.nodeId, pid: process.pid, url: server.url }]);
    await server.server.close();
    expect(await server.journal.nodes()).toMatchObject([{ id: server.engine.nodeId, url: null }]);
    await server[Symbol.asyncDispose]();
    expect(await server.journal.nodes()).toEqual([]);
  });

  test('says which port is in use and what to do', async () => {
    await using server = await testServer();
    const log = pino({ level: 'silent' });
    const failed = serveReview({ engine: server.engine, log, port: server.port });
    await expect(failed).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(`Port ${server.port}`),
    });
    await expect(failed).rejects.toThrow('--port 0');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test('closes at once with clients connected, which come back to the next one on the port', async () => {
    const server = await testServer();
    const review = await server.client('viewer');
    const gone = new Promise<void>((resolve) => review.on('disconnected', resolve));
    const back = new Promise<void>((resolve) => review.on('connected', resolve));
    const closedAt = performance.now();
    await server.server.close();
    await server.server.close();
    expect(performance.now() - closedAt).toBeLessThan(2_000);
    await gone;
    const asked = review.me();
    const log = pino({ level: 'silent' });
    const again = await serveReview({ engine: server.engine, log, port: server.port });
    await back;
    expect(await asked).toMatchObject({ user: 'user:ana' });
    await review.close();
    await again.close();
    await server[Symbol.asyncDispose]();
  });

  test('warns when it is served beyond the machine', async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const engine = await openEngine({ crews: [], journal: memoryJournal(), models: () => expect.fail(), log });
    const server = await serveReview({ engine, log, host: '0.0.0.0', port: 0 });
    expect(lines.join('')).toContain('TLS');
    await server.close();
    await engine.close();
  });

  test('never writes a token into the log', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    const engine = await openEngine({ crews: [], journal: memoryJournal(), models: () => expect.fail(), log });
    const server = await serveReview({ engine, log, port: 0 });
    const launch = new URL(server.launchUrl()).hash.replace('#launch=', '');
    const authorization = 'Bearer hp_a_secret_that_is_none';
    await fetch(`${server.url}/api/v1/me`, { headers: { authorization, cookie: 'holdpoint_session=a_secret_too' } });
    await fetch(`${server.url}/api/v1/session`, { method: 'POST', body: JSON.stringify({ launchToken: launch }) });
    expect(lines.join('')).not.toMatch(new RegExp(`secret|${launch}`));
    await server.close();
    await engine.close();
  });

  test('serves the page at each of its addresses, and its files', async () => {
    const { path, remove } = await temporaryFolder();
    mkdirSync(join(path, 'assets'));
    writeFileSync(join(path, 'index.html'), '<title>Holdpoint</title>');
    writeFileSync(join(path, 'assets', 'page.js'), '1;');
    writeFileSync(join(path, 'assets', 'page.js.gz'), gzipSync('1;'));
    await using server = await testServer({ pageFolder: path });
    for (const address of ['/', '/holds/hold_1', '/runs', '/runs/run_1', '/oversight', '/audit']) {
      const page = await fetch(server.url + address);
      expect({ address, text: await page.text() }).toEqual({ address, text: '<title>Holdpoint</title>' });
      expect(page.headers.get('cache-control')).toBe('no-cache');
    }
    const asset = await fetch(`${server.url}/assets/page.js`);
    expect(asset.headers.get('content-type')).toContain('javascript');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect([asset.headers.get('content-encoding'), await asset.text()]).toEqual(['gzip', '1;']);
    const plain = await fetch(`${server.url}/assets/page.js`, { headers: { 'accept-encoding': 'identity' } });
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, '1;']);
    expect(plain.headers.get('vary')).toContain('accept-encoding');
    expect((await fetch(`${server.url}/assets/none.js`)).status).toBe(404);
    expect((await fetch(`${server.url}/..%2f..%2fpackage.json`)).status).toBe(404);
    await remove();
  });
});
