import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { connectReview, type Hold, type ReviewClient } from '../../src/client/index.ts';
import { isHoldpointError } from '../../src/errors.ts';
import type { RunId } from '../../src/ids.ts';
import type { FaultPoint } from '../../src/journal/fault-point.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { waitedMs } from './memory-of.ts';
import { type OpenAIServer, startOpenAIServer } from './openai-server.ts';
import type { Draw } from './random-crew.ts';
import { createToken, type Served, serve } from './served.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { CREW_FILES, CREWS, checkAgainst, crewNamed, inputsOf, rulesOf } from './what-was-done.ts';
import { startWorld } from './world.ts';

export type Kill = { readonly point: FaultPoint; readonly times: number } | { readonly afterMs: number };

interface Acknowledged {
  readonly run: string;
  readonly seq: number;
  readonly holdId: string;
}

/**
 * The real server on one database, killed again and again while people start runs, decide and undo. What they were told is kept
 * here, what was really done is in the world and in the model's log; at the end the journal must agree with both.
 */
export class FaultRun {
  readonly acknowledged: Acknowledged[] = [];
  kills = 0;
  /** Of each start that came to listen. */
  readonly starts: { readonly ms: number; readonly waitedMs: number }[] = [];
  readonly #runs = new Map<string, { id: string; crew: string; n: number }>();
  readonly #wanted: { crew: string; n: number }[] = [];
  readonly #undone = new Set<string>();
  readonly #model: OpenAIServer;
  readonly #world: Awaited<ReturnType<typeof startWorld>>;
  readonly #folder: Awaited<ReturnType<typeof temporaryFolder>>;
  #token: string | null = null;

  private constructor(
    model: OpenAIServer,
    world: Awaited<ReturnType<typeof startWorld>>,
    folder: Awaited<ReturnType<typeof temporaryFolder>>,
  ) {
    this.#model = model;
    this.#world = world;
    this.#folder = folder;
  }

  static async open(): Promise<FaultRun> {
    const [model, world, folder] = await Promise.all([startOpenAIServer(), startWorld(), temporaryFolder()]);
    await model.configure({ latencyMs: 5 });
    return new FaultRun(model, world, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#model.close();
    await this.#world[Symbol.asyncDispose]();
    await this.#folder.remove();
  }

  get #path(): string {
    return join(this.#folder.path, 'holdpoint.db');
  }

  /** One life of the server: three new runs, all that is open is decided; until it dies, or nothing is left to do. */
  async life(kill: Kill | null): Promise<boolean> {
    const since = performance.now();
    const served = await this.#serve(kill).catch((error: unknown) => {
      if (kill && 'point' in kill) return null;
      throw error;
    });
    if (!served) return this.#died();
    this.starts.push({ ms: performance.now() - since, waitedMs: waitedMs(served.child.pid) });
    const gone = once(served.child, 'exit');
    const timer = kill && 'afterMs' in kill ? setTimeout(() => served.child.kill('SIGKILL'), kill.afterMs) : null;
    if (kill) await this.#want();
    this.#token ??= await createToken(`file:${this.#path}`).catch(() => null);
    const working = this.#work(served, gone).catch(async (error: unknown) => {
      // A connection breaks before the news of the end is here.
      if (kill) await Promise.race([gone, delay(2_000, null, { ref: false })]);
      if (served.child.exitCode === null && served.child.signalCode === null) throw error;
    });
    await Promise.race([working, gone]);
    // What was on its way when it died is asked for again later, under the same request id.
    await working;
    if (timer) clearTimeout(timer);
    const died = served.child.signalCode === 'SIGKILL';
    await served.kill();
    return died && this.#died();
  }

  #died(): true {
    this.kills++;
    return true;
  }

  #serve(kill: Kill | null): Promise<Served> {
    const env = { OPENAI_BASE_URL: this.#model.baseURL, OPENAI_API_KEY: 'none', HOLDPOINT_MODEL: 'mock' };
    const point = kill && 'point' in kill ? { HOLDPOINT_FAULT_POINT: `${kill.point}:${kill.times}` } : {};
    return serve(CREW_FILES, {
      database: `file:${this.#path}`,
      env: { ...env, WORLD_URL: this.#world.url, ...point },
    });
  }

  /** Three runs more, each with a number of its own: in the world it tells whose effect it was. */
  async #want(): Promise<void> {
    for (const { name } of CREWS) this.#wanted.push({ crew: name, n: 100_001 + this.#wanted.length });
    await this.#model.rules(...rulesOf(this.#wanted));
  }

  async #work({ url }: Served, gone: Promise<unknown>): Promise<void> {
    if (!this.#token) return;
    await using client = await connectReview(url, { token: this.#token, ackTimeoutMs: 3_000 });
    void gone.then(() => client.close());
    for (const { crew, n } of this.#wanted) {
      if (this.#runs.has(`${crew}${n}`)) continue;
      const { id } = await client.runs.start(crew, inputsOf({ crew, n }), { requestId: `${crew}${n}` });
      this.#runs.set(`${crew}${n}`, { id, crew, n });
    }
    for (const until = Date.now() + 20_000; Date.now() < until; ) {
      if (await this.#round(client)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { runs } = await client.runs.list({ limit: 200 });
    throw new Error(`Stuck: ${JSON.stringify(runs.filter(({ endedAt }) => endedAt === null))}`);
  }

  /** @returns whether there is nothing left to do. */
  async #round(client: ReviewClient): Promise<boolean> {
    const { holds } = await client.holds.list({ status: 'open', limit: 200 });
    for (const hold of holds) await this.#decide(client, hold);
    const { actions } = await client.actions.list({ undoable: true });
    for (const { runId, actionId } of actions) {
      await client.actions.undo(runId, actionId, 'not that', { requestId: `undo ${actionId}`.slice(0, 64) });
      this.#undone.add(actionId);
    }
    const all = await Promise.all([...this.#runs.values()].map(({ id }) => this.#isOver(client, id)));
    return holds.length === 0 && all.every((over) => over);
  }

  async #isOver(client: ReviewClient, id: string): Promise<boolean> {
    if ((await client.runs.get(id)).endedAt === null) return false;
    const { actions } = await client.runs.state(id);
    return actions.every(({ id: action, state }) => !this.#undone.has(action) || state === 'undone');
  }

  async #decide(client: ReviewClient, hold: Hold): Promise<void> {
    const asked = { requestId: `decide ${hold.id} ${hold.revision}`.slice(-64) };
    try {
      const decision =
        hold.kind === 'escalation'
          ? ({ verdict: 'respond', value: { choice: 'use', value: 'I looked: it was sent' } } as const)
          : ({ verdict: 'approve' } as const);
      const { recordedSeq } = await client.decide(hold, { ...decision, ...asked });
      this.acknowledged.push({ run: hold.runId ?? '', seq: recordedSeq, holdId: hold.id });
    } catch (error) {
      if (!isHoldpointError(error, 'HOLD_ALREADY_DECIDED')) throw error;
    }
  }

  /** Everything that was promised, from the journal and from what the world and the model saw. */
  async check(): Promise<{ runs: number; repeated: number; asked: number }> {
    await this.life(null);
    const journal = await openSqliteJournal({ path: this.#path, readonly: true });
    try {
      let asked = 0;
      const seen = { effects: this.#world.asked, requests: await this.#model.requests() };
      for (const { id, crew, n } of this.#runs.values())
        asked += await checkAgainst(seen, journal, { id: id as RunId, crew: crewNamed(crew), n });
      for (const { run, seq, holdId } of this.acknowledged) {
        const [event] = await journal.read(run as RunId, { after: seq - 1, limit: 1 });
        expect(event, 'an acknowledged decision').toMatchObject({
          type: 'hold.decided',
          by: 'user:ana',
          data: { holdId },
        });
      }
      const requests = this.#world.asked.length;
      return { runs: this.#runs.size, repeated: requests - this.#world.done().length, asked };
    } finally {
      await journal.close();
    }
  }
}

/** Each named point at least once, then points and moments by chance. */
export function killsFrom(draw: Draw, points: readonly FaultPoint[], count: number): Kill[] {
  const named = points.map((point): Kill => ({ point, times: 1 }));
  const any = (): Kill =>
    draw(2) ? { afterMs: draw(400) } : { point: points[draw(points.length)]!, times: 1 + draw(6) };
  return [...named, ...Array.from({ length: Math.max(0, count - named.length) }, any)];
}
