import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hold } from '../../src/hooks/hold.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { type CliFolder, cliFolder, type Started } from '../support/cli.ts';
import { NEWSROOM, PLAIN } from '../support/cli-crews.ts';

interface Ready {
  readonly url: string;
  readonly launchUrl: string;
  readonly node: string;
}

async function startServer(folder: CliFolder, ...more: string[]): Promise<{ server: Started; ready: Ready }> {
  const server = folder.start([
    'serve',
    'newsroom.ts',
    'plain.ts',
    '--port',
    '0',
    '--model',
    'rehearsal',
    '--json',
    ...more,
  ]);
  const [line] = await server.waitFor('stdout', /^\{.*\}\n/);
  return { server, ready: JSON.parse(line) as Ready };
}

describe('holdpoint serve', () => {
  let folder: CliFolder;
  let server: Started;
  let ready: Ready;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await cliFolder({ 'newsroom.ts': NEWSROOM, 'plain.ts': PLAIN });
    ({ server, ready } = await startServer(folder, '--log-journal', '--log-file', 'server.log'));
    const { lines } = await folder.json([
      'token',
      'create',
      '--user',
      'ana',
      '--role',
      'reviewer',
      '--role',
      'operator',
    ]);
    const [token] = lines as [{ token: string }];
    env = { HOLDPOINT_URL: ready.url, HOLDPOINT_TOKEN: token.token };
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  test('prints exactly one line: where it is', () => {
    expect(ready).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      launchUrl: expect.stringContaining('#launch='),
      node: expect.stringMatching(/^node_/),
    });
    expect(server.said.stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  test.for([
    [['run', 'plain.ts', '--model', 'rehearsal']],
    [['serve', 'plain.ts', '--model', 'rehearsal', '--port', '0']],
    [['runs', 'resume', 'plain.ts', '--model', 'rehearsal']],
    [['runs', 'cancel', 'run_1']],
    [['holds', 'approve', 'hold_1', '--digest', '0123456789ab']],
  ] as const)('whoever would change its database is sent to it: %j', async ([args]) => {
    const { code, stderr } = await folder.run([...args]);
    expect(code).toBe(2);
    expect(stderr).toContain('DATABASE_SERVED');
    expect(stderr).toContain(ready.url);
  });

  test('looking, and tokens, are possible beside it', async () => {
    expect(await folder.json(['runs'])).toMatchObject({ code: 0 });
    expect((await folder.json(['token', 'list'])).lines).toMatchObject([
      { user: 'user:ana', roles: ['reviewer', 'operator'] },
    ]);
  });

  test('a run is started, reviewed and watched over it, in the name of the token', async () => {
    const started = await folder.json(
      ['runs', 'start', 'newsroom', '--input', 'topic=bees', '--input', 'words=5'],
      env,
    );
    expect(started).toMatchObject({ code: 0, lines: [{ requestedBy: 'user:ana', crew: 'newsroom' }] });
    const [{ id }] = started.lines as [RunSummary];
    const watching = folder.start(['runs', 'watch', id, '--json'], env);
    await watching.waitFor('stdout', /"hold\.opened"/);
    const [hold] = (await folder.json(['holds', 'list', '--run', id], env)).lines as [Hold];
    expect((await folder.json(['holds', 'show', hold.id], env)).lines).toMatchObject([
      { you: { may: ['approve', 'modify', 'reject'] } },
    ]);
    const modified = ['holds', 'modify', hold.id, '--digest', hold.digest, '--value', '"mine"'];
    expect((await folder.json(modified, env)).lines).toMatchObject([
      { hold: { status: 'modified', decidedBy: ['user:ana'] } },
    ]);
    const { code, stdout } = await watching.ended;
    const seqs = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
    expect(code).toBe(0);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect((await folder.json(['runs', 'show', id], env)).lines).toMatchObject([
      { status: 'completed', outputs: { draft: 'mine' } },
    ]);
  });

  test('a token is asked for, and one that was revoked is refused at once', async () => {
    const { HOLDPOINT_URL = '' } = env;
    expect(await folder.run(['holds', '--url', HOLDPOINT_URL])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--token'),
    });
    const [token] = (await folder.json(['token', 'create', '--user', 'bo', '--role', 'viewer'])).lines as [
      { token: string; id: string },
    ];
    const asBo = ['--url', HOLDPOINT_URL, '--token', token.token];
    expect(await folder.run(['holds', ...asBo])).toMatchObject({ code: 0 });
    expect(await folder.run(['runs', 'start', 'plain', ...asBo])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('FORBIDDEN'),
    });
    expect(await folder.run(['token', 'revoke', token.id])).toMatchObject({ code: 0 });
    expect(await folder.run(['holds', ...asBo])).toMatchObject({ code: 2, stderr: expect.stringContaining('revoked') });
  });

  test('SIGTERM ends it with 0; its log then verifies and replays, and its database is free', async () => {
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ code: 0 });
    const log = await readFile(join(folder.path, 'server.log'), 'utf8');
    expect(log).toContain('"msg":"journal"');
    expect(await folder.json(['verify', 'server.log'])).toMatchObject({ code: 0, lines: [{ ok: true }] });
    expect(await folder.json(['replay', 'server.log', '--crew', 'newsroom.ts'])).toMatchObject({
      code: 0,
      lines: [{ ok: true, state: { summary: { status: 'completed' } } }],
    });
    expect(await folder.run(['run', 'plain.ts', '--model', 'rehearsal'])).toMatchObject({ code: 0 });
  });
});

test('a second server on the same port is told so', async () => {
  await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM, 'plain.ts': PLAIN });
  const { ready } = await startServer(folder);
  const again = [
    'serve',
    'plain.ts',
    '--model',
    'rehearsal',
    '--database',
    'file:other.db',
    '--port',
    new URL(ready.url).port,
  ];
  expect(await folder.run(again)).toMatchObject({ code: 2, stderr: expect.stringContaining('is in use') });
});

test('the demo serves a run that holds, and says how to decide it from the terminal', async () => {
  await using folder = await cliFolder();
  const demo = folder.start(['demo', '--port', '0']);
  const [, url = '', token = ''] = await demo.waitFor('stdout', /HOLDPOINT_URL=(\S+) HOLDPOINT_TOKEN=(\S+)/);
  const env = { HOLDPOINT_URL: url, HOLDPOINT_TOKEN: token };
  const [draft] = (await folder.json(['holds'], env)).lines as [Hold];
  expect(draft).toMatchObject({ kind: 'after', task: 'draft', confidence: 0.72 });
  expect(await folder.run(['holds', 'approve', draft.id, '--digest', draft.digest.slice(0, 12)], env)).toMatchObject({
    code: 0,
  });
  await expect
    .poll(async () => (await folder.json(['holds'], env)).lines, { timeout: 10_000 })
    .toMatchObject([{ kind: 'action', proposal: { tool: 'issue_refund', input: { amountUsd: 48 } } }]);
  demo.child.kill('SIGINT');
  expect(await demo.ended).toMatchObject({ code: 0 });
});
