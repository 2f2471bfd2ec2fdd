import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { connectReview, type Hold, type ReviewClient } from '../../src/client/index.ts';
import { isHoldpointError } from '../../src/errors.ts';
import type { RunId } from '../../src/ids.ts';
import { openDatabase } from '../../src/open-database.ts';
import { type OpenAIServer, startOpenAIServer } from './openai-server.ts';
import { type TestDatabase, type TestPostgres, testPostgres } from './postgres.ts';
import { createToken, type Served, serve } from './served.ts';
import { sideBySide } from './side-by-side.ts';
import { type Case, CREW_FILES, checkAgainst, crewNamed, inputsOf, rulesOf } from './what-was-done.ts';
import { startWorld } from './world.ts';

const PEOPLE = ['ana', 'ben'] as const;
type Person = (typeof PEOPLE)[number];

/** A node, and each person's connection to it. */
export interface Member {
  served: Served;
  readonly clients: Readonly<Record<Person, ReviewClient>>;
}

interface Acknowledged {
  readonly run: string;
  readonly seq: number;
  readonly by: Person;
  readonly hold: string;
}

/** Real servers in processes of their own on one Postgres, killed and frozen while people start runs and decide on all of them. */
export class Cluster {
  readonly acknowledged: Acknowledged[] = [];
  /** Decisions that two people made at once on two nodes, and both were answered. */
  races = 0;
  readonly members: Member[] = [];
  readonly runs = new Map<string, Case & { readonly id: string }>();
  readonly model: OpenAIServer;
  readonly world: Awaited<ReturnType<typeof startWorld>>;
  readonly database: TestDatabase;
  readonly #server: TestPostgres;
  readonly #started: Served[] = [];
  #tokens: Readonly<Record<Person, string>> | null = null;

  private constructor(given: Pick<Cluster, 'model' | 'world' | 'database'> & { server: TestPostgres }) {
    this.model = given.model;
    this.world = given.world;
    this.database = given.database;
    this.#server = given.server;
  }

  static async open(nodes: number): Promise<Cluster> {
    const [model, world, server] = await Promise.all([startOpenAIServer(), startWorld(), testPostgres()]);
    const cluster = new Cluster({ model, world, server, database: await server.database() });
    try {
      await Promise.all(Array.from({ length: nodes }, () => cluster.join()));
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { clients } of this.members) for (const client of Object.values(clients)) await client.close();
    // A frozen process takes SIGKILL all the same.
    await Promise.all(this.#started.map((served) => served.kill()));
    await this.model.close();
    await this.world[Symbol.asyncDispose]();
    await this.database.drop();
    await this.#server[Symbol.asyncDispose]();
  }

  /** One more node. */
  async join(): Promise<Member> {
    const served = await this.#serve('0');
    const tokens = await this.#people();
    const connect = (person: Person) => connectReview(served.url, { token: tokens[person], ackTimeoutMs: 5_000 });
    const [ana, ben] = await Promise.all(PEOPLE.map(connect));
    if (!ana || !ben) expect.unreachable();
    const member = { served, clients: { ana, ben } };
    this.members.push(member);
    return member;
  }

  /** Ends a node in order and starts it again under its address; its clients come back to it by themselves. */
  async restart(member: Member): Promise<void> {
    expect(await member.served.stop(), member.served.log()).toBe(0);
    member.served = await this.#serve(new URL(member.served.url).port);
  }

  async #serve(port: string): Promise<Served> {
    const env = { OPENAI_BASE_URL: this.model.baseURL, OPENAI_API_KEY: 'none', HOLDPOINT_MODEL: 'mock' };
    const given = { database: this.database.url, env: { ...env, WORLD_URL: this.world.url } };
    const served = await serve(CREW_FILES, { ...given, args: ['--port', port] });
    this.#started.push(served);
    return served;
  }

  /** Nobody asks this node for anything any more. */
  async leave(member: Member): Promise<void> {
    this.members.splice(this.members.indexOf(member), 1);
    for (const client of Object.values(member.clients)) await client.close();
  }

  /** Starts so many runs on all nodes in turn, of each crew in turn. */
  async start(count: number, crews: readonly string[] = ['newsroom', 'payments', 'labels']): Promise<string[]> {
    const first = this.runs.size;
    const cases = Array.from({ length: count }, (_, index): Case => {
      return { crew: crews[index % crews.length] ?? '', n: 100_001 + first + index };
    });
    await this.model.rules(...rulesOf([...this.runs.values(), ...cases]));
    return sideBySide(20, cases, async (wanted, index) => {
      const requestId = `start ${wanted.n}`;
      for (;;) {
        const client = this.members[index % this.members.length]?.clients.ana;
        const started = await client?.runs.start(wanted.crew, inputsOf(wanted), { requestId }).catch(expectGone);
        if (started) {
          this.runs.set(started.id, { ...wanted, id: started.id });
          return started.id;
        }
        await delay(20);
      }
    });
  }

  /** Two people on two nodes decide all that is open, until every run has ended and no more will start. */
  async reviewAll(timeoutMs: number, areAllStarted: () => boolean = () => true): Promise<void> {
    for (const until = Date.now() + timeoutMs; Date.now() < until; await delay(20)) {
      const holds = await this.openHolds();
      await sideBySide(10, holds, (hold, index) => this.decide(hold, index));
      if (areAllStarted() && (await this.#unended()) === 0) return;
    }
    const stuck = await this.database.query(
      "SELECT id, crew, status, owner, wake, summary FROM holdpoint.runs WHERE status NOT IN ('completed', 'failed', 'cancelled')",
    );
    throw new Error(`Stuck: ${JSON.stringify(stuck)}`);
  }

  /** How long it takes until nobody is left at work under this node's name. */
  async takenOver({ served }: Member, timeoutMs: number): Promise<number> {
    const since = performance.now();
    while ((await this.ownedBy(served.node)) > 0) {
      if (performance.now() - since > timeoutMs) throw new Error(`Runs of ${served.node} were not taken over`);
      await delay(50);
    }
    return performance.now() - since;
  }

  async heldRuns(): Promise<number> {
    const [row] = await this.database.query("SELECT count(*) AS n FROM holdpoint.runs WHERE status = 'held'");
    return Number(row?.n);
  }

  /** Watches runs, each over another node in turn. `whole`: once every watcher has all events of its run, in order and each once. */
  watch(runs: readonly string[]): { whole(): Promise<void> } {
    const heard = new Map<string, number[]>(runs.map((run) => [run, []]));
    const until = new AbortController();
    const watching = runs.map(async (run, index) => {
      const client = this.members[index % this.members.length]?.clients.ben;
      for await (const { seq } of client?.runs.watch(run, { signal: until.signal }) ?? []) heard.get(run)?.push(seq);
    });
    const whole = async () => {
      for (const [run, seqs] of heard) {
        const [row] = await this.database.query('SELECT seq FROM holdpoint.runs WHERE id = $1', [run]);
        const all = Array.from({ length: Number(row?.seq) }, (_, index) => index + 1);
        await expect.poll(() => seqs, { timeout: 15_000, message: `events of ${run}` }).toEqual(all);
      }
      until.abort();
      await Promise.all(watching);
    };
    return { whole };
  }

  /** A node that is sending a mail, which must not be sent twice; none is answered any more. */
  async mailing(): Promise<Member> {
    this.world.stall('/mail');
    const first = this.world.asked.length;
    for (;;) {
      const sent = this.world.asked.slice(first).find(({ path }) => path.startsWith('/mail/'));
      const run = [...this.runs.values()].find(({ n }) => sent?.path === `/mail/${n}`);
      const [row] = await this.database.query('SELECT owner FROM holdpoint.runs WHERE id = $1', [run?.id]);
      const member = this.members.find(({ served }) => served.node === row?.owner);
      if (member) return member;
      await delay(20);
    }
  }

  async ownedBy(node: string): Promise<number> {
    const [row] = await this.database.query('SELECT count(*) AS n FROM holdpoint.runs WHERE owner = $1', [node]);
    return Number(row?.n);
  }

  /** Everything that was promised, from the journal and from what the world and the model saw. */
  async check(): Promise<{ asked: number; repeated: number }> {
    const journal = await openDatabase(this.database.url, { readonly: true });
    try {
      const seen = { effects: this.world.asked, requests: await this.model.requests() };
      let asked = 0;
      for (const { id, crew, n } of this.runs.values())
        asked += await checkAgainst(seen, journal, { id: id as RunId, crew: crewNamed(crew), n });
      for (const { run, seq, by, hold } of this.acknowledged) {
        const [event] = await journal.read(run as RunId, { after: seq - 1, limit: 1 });
        expect(event).toMatchObject({ type: 'hold.decided', by: `user:${by}`, data: { holdId: hold } });
      }
      return { asked, repeated: this.world.asked.length - this.world.done().length };
    } finally {
      await journal.close();
    }
  }

  async openHolds(): Promise<Hold[]> {
    const [member] = this.members;
    const listed = await member?.clients.ana.holds.list({ status: 'open', limit: 200 }).catch(expectGone);
    return listed ? [...listed.holds] : [];
  }

  async #unended(): Promise<number> {
    const [row] = await this.database.query(
      "SELECT count(*) AS n FROM holdpoint.runs WHERE status NOT IN ('completed', 'failed', 'cancelled')",
    );
    return Number(row?.n);
  }

  /** Two people decide on a hold at the same moment, each on another node. */
  async decide(hold: Hold, index: number): Promise<void> {
    const results = await Promise.all(
      PEOPLE.map((person, place) => this.#decideOn(this.members[(index + place) % this.members.length], person, hold)),
    );
    const won = results.filter((result) => result === 'won').length;
    expect(won, `winners of ${hold.id}`).toBeLessThanOrEqual(1);
    if (results.includes('gone')) return;
    expect(results.toSorted(), `answers on ${hold.id}`).toEqual(['lost', 'won']);
    this.races++;
  }

  async #decideOn(member: Member | undefined, person: Person, hold: Hold): Promise<'won' | 'lost' | 'gone'> {
    const requestId = `${person} ${hold.id} ${hold.revision}`.slice(-64);
    const decision =
      hold.kind === 'escalation'
        ? ({ verdict: 'respond', value: { choice: 'use', value: 'I looked: it was sent' } } as const)
        : ({ verdict: 'approve' } as const);
    try {
      const decided = await member?.clients[person].decide(hold, { ...decision, requestId });
      if (!decided) return 'gone';
      this.acknowledged.push({ run: hold.runId ?? '', seq: decided.recordedSeq, by: person, hold: hold.id });
      return 'won';
    } catch (error) {
      if (isHoldpointError(error, 'HOLD_ALREADY_DECIDED')) return 'lost';
      return expectGone(error) ?? 'gone';
    }
  }

  async #people(): Promise<Readonly<Record<Person, string>>> {
    if (this.#tokens) return this.#tokens;
    const [ana = '', ben = ''] = await Promise.all(PEOPLE.map((person) => createToken(this.database.url, person)));
    this.#tokens = { ana, ben };
    return this.#tokens;
  }
}

/** A node that is killed or frozen does not answer; anything else is a fault. */
function expectGone(error: unknown): null {
  if (isHoldpointError(error, 'UNAVAILABLE')) return null;
  throw error;
}
