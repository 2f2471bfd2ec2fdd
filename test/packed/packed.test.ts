import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TAKEN_IN } from '../../scripts/taken-in.ts';
import { buildOnce, ROOT } from '../support/build-once.ts';
import { type OpenAIServer, startOpenAIServer } from '../support/openai-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/**
 * The package as somebody gets it: packed, installed in an empty folder, used over nothing but what the documentation says, with
 * a plain Socket.IO client.
 */
type Answer = {
  ok: boolean;
  data?: Record<string, unknown>;
  error?: { code: string; details?: Record<string, unknown> };
};
type HoldSeen = { id: string; digest: string; kind: string; proposal: unknown };

const run = promisify(execFile);

let model: OpenAIServer;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let home: string;
const sockets: Socket[] = [];
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  await buildOnce();
  model = await startOpenAIServer();
  folder = await temporaryFolder();
  home = join(folder.path, 'home');
  mkdirSync(home);
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder.path], { cwd: ROOT });
  const tarball = readdirSync(folder.path).find((name) => name.endsWith('.tgz')) ?? '';
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'somebody', private: true, type: 'module' }));
  await run(
    'npm',
    ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', join(folder.path, tarball)],
    {
      cwd: home,
    },
  );
  cpSync(join(ROOT, 'test/fixtures/crews/newsroom.crew.ts'), join(home, 'newsroom.crew.ts'));
}, 180_000);

afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  for (const end of ends) await end();
  await model?.close();
  await folder?.remove();
});

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, OPENAI_BASE_URL: model.baseURL, OPENAI_API_KEY: 'none', HOLDPOINT_MODEL: 'mock' };
}

function holdpoint(...args: string[]) {
  const bin = join(home, 'node_modules/holdpoint/bin/holdpoint.js');
  return spawn(process.execPath, [bin, ...args], { cwd: home, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
}

async function output(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = holdpoint(...args);
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    out.stdout += text;
  });
  child.stderr.on('data', (text) => {
    out.stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...out };
}

/** The server and its one line of JSON. */
async function serving(): Promise<{ url: string; launchUrl: string; node: string }> {
  const child = holdpoint('serve', 'newsroom.crew.ts', '--port', '0', '--json');
  const exited = once(child, 'exit');
  ends.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return JSON.parse(line) as { url: string; launchUrl: string; node: string };
}

async function connected(url: string, token: string): Promise<(name: string, payload: object) => Promise<Answer>> {
  const socket = io(`${url}/review`, { auth: { token } });
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  return (name, payload) => socket.timeout(10_000).emitWithAck(name, payload) as Promise<Answer>;
}

async function token(user: string): Promise<string> {
  const { stdout } = await output(
    'token',
    'create',
    '--user',
    user,
    '--role',
    'reviewer',
    '--role',
    'operator',
    '--json',
  );
  return (JSON.parse(stdout) as { token: string }).token;
}

async function openHolds(ask: Awaited<ReturnType<typeof connected>>, runId: string): Promise<HoldSeen[]> {
  const { data } = await ask('holds:list', { runId, status: 'open' });
  return data?.holds as HoldSeen[];
}

describe('the packed package', () => {
  test('carries the two dependencies that it says, and everything else is installed beside it', () => {
    const beside = readdirSync(join(home, 'node_modules'));
    expect(beside).toEqual(expect.arrayContaining(['zod', 'xstate', 'better-sqlite3']));
    const text = readFileSync(join(home, 'node_modules/holdpoint/dist/third-party.txt'), 'utf8');
    for (const name of TAKEN_IN) {
      expect(beside).not.toContain(name);
      const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'));
      expect(text).toContain(`${name} ${version}\n`);
    }
  });

  test('runs a crew, holds, is decided over a plain socket, and goes on with what was decided', async () => {
    await model.rules({
      when: 'Task: draft',
      reply: { output: 'the agent wrote this', reasoning: 'r', confidence: 0.9 },
    });
    const { url, launchUrl, node } = await serving();
    expect(launchUrl.startsWith(`${url}/#`)).toBe(true);
    expect(node).toMatch(/^node_/);
    const [ana, ben] = [await connected(url, await token('ana')), await connected(url, await token('ben'))];
    const started = await ana('run:start', { crew: 'newsroom', inputs: { topic: 'bees' }, requestId: 's1' });
    const runId = String(started.data?.id);
    await expect.poll(() => openHolds(ana, runId), { timeout: 15_000 }).toHaveLength(1);
    const [hold] = (await openHolds(ana, runId)) as [HoldSeen];
    expect(hold).toMatchObject({ kind: 'after', proposal: 'the agent wrote this' });

    const decide = (more: object) => ({ holdId: hold.id, digest: hold.digest, ...more });
    const refused = [
      [{ ...decide({ verdict: 'approve', requestId: 'd1' }), digest: '0'.repeat(64) }, 'HOLD_STALE'],
      [decide({ verdict: 'reject', requestId: 'd2' }), 'REASON_REQUIRED'],
      [decide({ verdict: 'perhaps', requestId: 'd3' }), 'BAD_REQUEST'],
      [decide({ verdict: 'respond', value: 'x', requestId: 'd4' }), 'DECISION_NOT_ALLOWED'],
      [decide({ verdict: 'modify', value: { not: 'text' }, requestId: 'd5' }), 'VALUE_INVALID'],
    ] as const;
    for (const [message, code] of refused) expect((await ana('hold:decide', message)).error?.code).toBe(code);
    expect(await openHolds(ana, runId)).toMatchObject([{ id: hold.id, digest: hold.digest }]);

    const modify = decide({ verdict: 'modify', value: 'a person wrote this', requestId: 'd6' });
    const race = await Promise.all([
      ana('hold:decide', modify),
      ben('hold:decide', decide({ verdict: 'approve', requestId: 'd7' })),
    ]);
    const loser = race.find(({ ok }) => !ok);
    expect(race.filter(({ ok }) => ok)).toHaveLength(1);
    expect(loser?.error).toMatchObject({
      code: 'HOLD_ALREADY_DECIDED',
      details: { by: race[0]?.ok ? 'user:ana' : 'user:ben' },
    });
    expect((await ana('hold:decide', modify)).ok).toBe(race[0]?.ok);

    await expect
      .poll(async () => (await ana('run:get', { runId })).data?.status, { timeout: 15_000 })
      .toBe('completed');
    const bodies = (await model.requests()).map(({ body }) => JSON.stringify(body));
    const editors = bodies.filter((body) => body.includes('Task: edit'));
    expect(editors).toHaveLength(1);
    expect(editors[0]).toContain(race[0]?.ok ? 'a person wrote this' : 'the agent wrote this');

    const asked = bodies.length;
    expect((await output('replay', runId)).code).toBe(0);
    expect((await output('replay', runId, '--crew', 'newsroom.crew.ts')).code).toBe(0);
    const exported = await output('export', runId);
    writeFileSync(join(home, 'run.ndjson'), exported.stdout);
    expect((await output('replay', 'run.ndjson')).code).toBe(0);
    expect((await output('verify', 'run.ndjson')).code).toBe(0);
    const text = readFileSync(join(home, 'run.ndjson'), 'utf8');
    const at = text.indexOf('wrote this');
    writeFileSync(join(home, 'flipped.ndjson'), `${text.slice(0, at)}W${text.slice(at + 1)}`);
    const flipped = await output('verify', 'flipped.ndjson');
    expect(flipped.code).toBe(5);
    expect(flipped.stderr + flipped.stdout).toMatch(/event \d+/);
    expect(await model.requests()).toHaveLength(asked);
  }, 120_000);

  test('leaves a run on hold with exit 3, and its last line is the summary', async () => {
    const { code, stdout } = await output(
      'run',
      'newsroom.crew.ts',
      '--input',
      'topic=bees',
      '--review',
      'none',
      '--json',
      '--database',
      'file:other.db',
    );
    expect(code).toBe(3);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      crew: 'newsroom',
      status: 'held',
      openHolds: [expect.any(String)],
    });
  });

  test('declares the types of its three entries', async () => {
    writeFileSync(
      join(home, 'types.ts'),
      `import { openHoldpoint } from 'holdpoint';
import { connectReview } from 'holdpoint/client';
import { approveAll, scriptedModel } from 'holdpoint/testing';
import crew from './newsroom.crew.ts';
const holdpoint = await openHoldpoint({ crews: [crew], database: 'file:x.db', model: scriptedModel([]) });
const run = await holdpoint.start('newsroom', { topic: 'bees' });
const { outputs } = await run.outcome();
outputs.draft?.toUpperCase();
// @ts-expect-error no such crew
await holdpoint.start('newsrom', { topic: 'bees' });
// @ts-expect-error topic is missing
await holdpoint.start('newsroom', {});
approveAll(holdpoint).stop();
void connectReview;
`,
    );
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--allowImportingTsExtensions',
      '--types',
      'node',
      '--typeRoots',
      join(ROOT, 'node_modules/@types'),
    ];
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    await expect(run(process.execPath, [tsc, ...flags, 'types.ts'], { cwd: home })).resolves.toBeDefined();
  }, 120_000);
});
