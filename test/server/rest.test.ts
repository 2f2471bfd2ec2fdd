import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseExport } from '../../src/journal/export.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import { MESSAGE_NAMES } from '../../src/server/protocol/messages.ts';
import { REST_ROUTES } from '../../src/server/rest-routes.ts';
import { type TestServer, testServer } from '../support/review-server.ts';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await testServer();
  token = await server.token('admin', 'root');
});
afterAll(() => server[Symbol.asyncDispose]());

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly error?: { readonly code: string } };
  readonly headers: Headers;
}

async function rest(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Reply['body'] };
}

describe('REST', () => {
  test('takes a run from its start over a hold to its end', async () => {
    const started = await rest('POST', '/runs', { crew: 'draft-desk', inputs: { topic: 'bees' } });
    expect(started).toMatchObject({ status: 200, body: { crew: 'draft-desk' } });
    const runId = started.body.id as string;
    await server.engine.settled(runId as never);
    const list = await rest('GET', `/holds?status=open&runId=${runId}&limit=10`);
    const [hold] = list.body.holds as { id: string; digest: string }[];
    expect((await rest('GET', `/holds/${hold?.id}`)).body).toMatchObject({ hold: { context: [] }, you: { why: null } });
    const decision = { digest: hold?.digest, verdict: 'approve' };
    const headers = { 'idempotency-key': 'once' };
    const decided = await rest('POST', `/holds/${hold?.id}/decision`, decision, headers);
    expect(decided.body).toMatchObject({ hold: { status: 'approved', decidedBy: ['user:root'] } });
    expect((await rest('POST', `/holds/${hold?.id}/decision`, decision, headers)).body).toEqual(decided.body);
    expect(await rest('POST', `/holds/${hold?.id}/decision`, decision)).toMatchObject({
      status: 409,
      body: { error: { code: 'HOLD_ALREADY_DECIDED', details: { by: 'user:root' } } },
    });
    await server.engine.outcome(runId as never);
    expect((await rest('GET', `/runs/${runId}`)).body).toMatchObject({ status: 'completed', outputs: {} });
    const { events } = (await rest('GET', `/runs/${runId}/events?after=2&limit=3`)).body as {
      events: { seq: number }[];
    };
    expect(events.map(({ seq }) => seq)).toEqual([3, 4, 5]);
    expect((await rest('GET', `/runs/${runId}/state?seq=1`)).body).toMatchObject({ seq: 1 });
    expect((await rest('GET', `/runs/${runId}/verify`)).body).toMatchObject({ ok: true });
  });

  test('gives the journal of a run as a file that is verified without the server', async () => {
    const hold = await server.held();
    const get = (runId: string | null, headers = { authorization: `Bearer ${token}` }) =>
      fetch(`${server.url}/api/v1/runs/${runId}/export`, { headers });
    const response = await get(hold.runId);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${hold.runId}.ndjson"`);
    const [run] = parseExport(await response.text());
    expect(run).toMatchObject({ run: hold.runId, source: 'export', end: { count: run?.events.length } });
    expect(verifyChain(run?.events ?? [])).toMatchObject({ ok: true });
    expect((await get('run_none')).status).toBe(404);
    expect((await get(hold.runId, { authorization: 'Bearer hp_no' })).status).toBe(401);
  });

  test('has the codes and the statuses of the wire', async () => {
    const hold = await server.held();
    const decide = (body: object) => rest('POST', `/holds/${hold.id}/decision`, { digest: hold.digest, ...body });
    expect(await decide({ verdict: 'reject' })).toMatchObject({
      status: 422,
      body: { error: { code: 'REASON_REQUIRED' } },
    });
    expect(await decide({ verdict: 'nod' })).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
    expect(await decide({ verdict: 'approve', digest: 'x' })).toMatchObject({
      status: 409,
      body: { error: { code: 'HOLD_STALE' } },
    });
    expect(await rest('GET', '/holds/none')).toMatchObject({
      status: 404,
      body: { error: { code: 'HOLD_NOT_FOUND' } },
    });
    expect(await rest('GET', '/runs/none')).toMatchObject({ status: 404, body: { error: { code: 'RUN_NOT_FOUND' } } });
    expect(await rest('GET', '/runs?limit=many')).toMatchObject({ status: 400 });
    expect(await rest('GET', '/runs?limit=1&limit=2')).toMatchObject({ status: 400 });
    expect(await rest('POST', '/runs', { crew: 'none' })).toMatchObject({
      status: 404,
      body: { error: { code: 'CREW_NOT_FOUND' } },
    });
    expect(await rest('GET', '/oversight')).toMatchObject({ status: 200, body: { actionTypes: [{ kind: 'task' }] } });
    expect(await rest('POST', '/oversight/sign', { key: 'x', level: 'supervised', reason: 'x' })).toMatchObject({
      status: 404,
      body: { error: { code: 'ACTION_NOT_FOUND' } },
    });
    expect(await rest('GET', '/nothing')).toMatchObject({ status: 404, body: { error: { code: 'BAD_REQUEST' } } });
    expect(await rest('DELETE', `/holds/${hold.id}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'BAD_REQUEST' } },
    });
    expect((await server.journal.hold(hold.id))?.status).toBe('open');
  });

  test('refuses bodies that are broken, of another kind or too large', async () => {
    expect(await rest('POST', '/runs', '{')).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
    expect(await rest('POST', '/runs', '[]')).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
    expect(await rest('POST', '/runs', 'crew=x', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    expect(await rest('POST', '/runs', { crew: 'x'.repeat(1_100_000) })).toMatchObject({
      status: 413,
      body: { error: { code: 'BAD_REQUEST' } },
    });
    expect(await rest('POST', '/runs', '{"__proto__":{"x":1},"crew":"draft-desk"}')).toMatchObject({ status: 400 });
  });

  test('lets nobody in without a good token', async () => {
    for (const authorization of ['', 'Bearer', 'Bearer hp_guess', 'Basic YTpi', `Bearer ${token}x`, `bearer  `]) {
      const reply = await rest('GET', '/me', undefined, { authorization });
      expect({ authorization, status: reply.status, code: reply.body.error?.code }).toEqual({
        authorization,
        status: 401,
        code: 'UNAUTHENTICATED',
      });
    }
    const viewer = await server.token('viewer');
    const reply = await rest('POST', '/runs', { crew: 'label-desk' }, { authorization: `Bearer ${viewer}` });
    expect(reply).toMatchObject({ status: 403, body: { error: { code: 'FORBIDDEN' } } });
  });

  test('a change with the cookie of the page needs the page as its origin', async () => {
    const launchToken = new URL(server.server.launchUrl()).hash.replace('#launch=', '');
    const headers = { 'content-type': 'application/json' };
    const opened = await fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ launchToken }),
    });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    const start = (origin: object) =>
      fetch(`${server.url}/api/v1/runs`, {
        method: 'POST',
        headers: { ...headers, cookie, ...origin },
        body: '{"crew":"label-desk"}',
      });
    expect((await start({})).status).toBe(403);
    expect((await start({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await start({ origin: server.url })).status).toBe(200);
  });

  test('offers every message but watching, and describes each', async () => {
    const offered: readonly string[] = REST_ROUTES.map(({ message }) => message);
    expect(MESSAGE_NAMES.filter((name) => !offered.includes(name))).toEqual(['run:watch', 'run:unwatch']);
    const { body } = await rest('GET', '/openapi.json');
    const paths = body.paths as Record<string, Record<string, { operationId: string }>>;
    for (const { method, path, message } of REST_ROUTES) {
      const described = paths[`/api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`]?.[method.toLowerCase()];
      expect(described?.operationId).toBe(message);
    }
    const references = JSON.stringify(body).match(/"\$ref":"[^"]+"/g);
    expect(new Set(references)).toEqual(new Set(['"$ref":"#/components/schemas/Error"']));
  });

  test('a GET is never a decision', () => {
    const changing = REST_ROUTES.filter(
      ({ method, message }) => method === 'GET' && /decide|claim|start|undo|sign/.test(message),
    );
    expect(changing).toEqual([]);
  });
});

describe('beside the API', () => {
  test('says that it is well, and counts', async () => {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const open = (await server.journal.holds({ status: 'open', limit: 200 })).items.length;
    const { holds, runs } = server.journal;
    // What is counted may be a hundred thousand rows.
    server.journal.holds = server.journal.runs = () => expect.fail('rows are read');
    const text = await (await fetch(`${server.url}/metrics`)).text();
    Object.assign(server.journal, { holds, runs });
    expect(text).toContain(`holdpoint_open_holds ${open}\n`);
    expect(text).toMatch(/holdpoint_decisions_total\{verdict="approve"\} [1-9]/);
    expect(text).toMatch(/^(# (HELP|TYPE) .+\n|[a-z_]+(\{[a-z]+="[a-z]+"\})? \d+\n)+$/);
  });

  test('answers carry the headers that keep strange script out', async () => {
    const { headers } = await fetch(`${server.url}/healthz`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${server.port}`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});
