import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { connectReview, type ReviewClient } from '../../src/client/index.ts';
import { isHoldpointError } from '../../src/errors.ts';
import { startOpenAIServer } from '../support/openai-server.ts';
import { measured } from '../support/reliability.ts';
import { cli, createToken, type Served, serve } from '../support/served.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startWorld } from '../support/world.ts';

const CREW = fileURLToPath(new URL('../fixtures/crews/labels.crew.ts', import.meta.url));
/** What S16 allows. */
const STOPPED_AFTER_MS = 2_000;

/** Starts runs one after the other until it is told to end. @returns how the starts that failed did */
async function startOnAndOn(client: ReviewClient, until: AbortSignal): Promise<Set<string>> {
  const refusals = new Set<string>();
  for (let n = 0; !until.aborted; n++) {
    try {
      await client.runs.start('labels', { n });
    } catch (error) {
      if (!isHoldpointError(error)) throw error;
      refusals.add(error.code);
    }
    await delay(20);
  }
  return refusals;
}

async function post(
  url: string,
  token: string,
  path: string,
  body: object,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

const allRuns = async (client: ReviewClient) => (await client.runs.list({ limit: 200 })).runs;

test(
  'S16: everything is stopped: nothing begins, nothing starts, also after a kill; then all of it goes on',
  {
    timeout: 90_000,
  },
  () =>
    measured(
      { id: 'S16', what: 'everything is stopped while runs start and work; the server is killed; all is resumed' },
      async () => {
        await using model = await startOpenAIServer();
        await using world = await startWorld();
        const { path, remove } = await temporaryFolder();
        const database = `file:${join(path, 'holdpoint.db')}`;
        const open = () =>
          serve([CREW], {
            database,
            env: {
              OPENAI_BASE_URL: model.baseURL,
              OPENAI_API_KEY: 'none',
              HOLDPOINT_MODEL: 'mock',
              WORLD_URL: world.url,
            },
          });
        let served: Served | null = null;
        try {
          // So long that some run is always at work, on a busy machine too.
          await model.configure({ latencyMs: 250 });
          world.slow(100);
          await model.rules(
            {
              when: 'Review: ',
              reply: { raw: JSON.stringify({ output: { accept: true, feedback: '' }, reasoning: 'r', confidence: 1 }) },
            },
            { when: 'Label case', reply: { toolCalls: [{ name: 'label', arguments: { n: 1 } }] } },
          );
          served = await open();
          const token = await createToken(database);
          const refused = { error: { code: 'STOPPED', details: { reason: 'wrong prices' } } };
          const start = (url: string) => post(url, token, '/runs', { crew: 'labels', inputs: { n: 1 } });
          const effects = async () => [...world.asked, ...(await model.requests())].map(({ at }) => at);

          await using client = await connectReview(served.url, { token });
          const enough = new AbortController();
          const starting = startOnAndOn(client, enough.signal);
          await expect.poll(() => world.asked.length, { timeout: 20_000 }).toBeGreaterThan(20);
          const stopping = await cli([
            'runs',
            'stop-all',
            '--reason',
            'wrong prices',
            '--json',
            '--database',
            database,
          ]);
          const stoppedAt = Date.now();
          const { stopped } = JSON.parse(stopping.stdout) as { stopped: string[] };
          expect(stopped.length).toBeGreaterThan(0);
          const before = await effects();
          await delay(STOPPED_AFTER_MS + 1_000);
          enough.abort();
          expect(await starting).toEqual(new Set(['STOPPED']));
          const late = (await effects()).filter((at) => at > stoppedAt + STOPPED_AFTER_MS);
          expect(late).toEqual([]);
          const runs = await allRuns(client);
          expect(runs.filter(({ status }) => status !== 'parked' && status !== 'completed')).toEqual([]);
          expect(await start(served.url)).toMatchObject({ status: 409, body: refused });
          await client.close();

          await served.kill();
          served = await open();
          await using again = await connectReview(served.url, { token });
          expect(await again.runs.stop()).toMatchObject({ reason: 'wrong prices' });
          expect(await (await fetch(`${served.url}/readyz`)).json()).toEqual({ ok: true, stopped: true });
          expect(await (await fetch(`${served.url}/metrics`)).text()).toContain('holdpoint_stopped 1');
          expect(await start(served.url)).toMatchObject({ status: 409, body: refused });
          await expect(again.runs.start('labels', { n: 1 })).rejects.toMatchObject({ code: 'STOPPED' });
          // A run whose start was under way is parked by its own node.
          const parked = runs.filter(({ status }) => status === 'parked').map(({ id }) => id);
          expect(parked).toEqual(expect.arrayContaining(stopped));
          await expect(again.runs.fork(parked[0] ?? '', 1)).rejects.toMatchObject({ code: 'STOPPED' });

          const { resumed } = await again.runs.resumeAll('prices are right');
          expect([...resumed].sort()).toEqual([...parked].sort());
          expect(await again.runs.stop()).toBeNull();
          await again.runs.start('labels', { n: 1 });
          await expect
            .poll(async () => new Set((await allRuns(again)).map(({ status }) => status)), { timeout: 30_000 })
            .toEqual(new Set(['completed']));
          return {
            trials: 1,
            note: `${before.length} model calls and effects before, 0 after ${STOPPED_AFTER_MS / 1_000} s; ${stopped.length} runs parked, and resumed to their end; every start refused with STOPPED, also after a kill`,
          };
        } finally {
          await served?.kill();
          await remove();
        }
      },
    ),
);
