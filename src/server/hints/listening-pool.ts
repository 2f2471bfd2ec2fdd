import pg from 'pg';
import type { ServerLog } from '../server-log.ts';

/** One connection listens, the other tells. */
const CONNECTIONS = 2;
const MAX_LOOK_MS = 2_000;
/** Until it listens it is looked at ever more seldom: whoever starts waits for it. */
const FIRST_LOOK_MS = 10;
const MAX_FIRST_LOOK_MS = 200;
const GAPS_APART_MS = 10_000;

const HEARS_NOTHING = 'hears nothing of other nodes until its connection is back';

interface Given {
  readonly url: string;
  readonly channels: readonly string[];
  readonly log: ServerLog;
  readonly timeoutMs: number;
  /** What was told or to be heard meanwhile may be lost, here or at the others. */
  readonly onGap: () => void;
}

/**
 * The connections of the Socket.IO adapter. The adapter connects anew when its connection ends; here it is noticed that one
 * is only silent, that a pooler does not pass notifications on, and that something was not told or not heard.
 */
export class ListeningPool {
  readonly #given: Given;
  readonly #pool: pg.Pool;
  readonly #started = Promise.withResolvers<void>();
  #listening: pg.PoolClient | null = null;
  #isUp = false;
  #hasGap = false;
  #gapToldAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  #firstLookMs = FIRST_LOOK_MS;
  #timer: NodeJS.Timeout;

  constructor(given: Given) {
    this.#given = given;
    this.#pool = new pg.Pool({
      connectionString: given.url,
      application_name: 'holdpoint hints',
      max: CONNECTIONS,
      connectionTimeoutMillis: given.timeoutMs,
      query_timeout: given.timeoutMs,
      keepAlive: true,
      // A hint is not worth a sync of the disk.
      onConnect: async (client) => {
        await client.query('SET synchronous_commit = off');
      },
    });
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
    this.#timer = setTimeout(() => void this.#look(), FIRST_LOOK_MS);
  }

  /** What the adapter is given. */
  get forAdapter(): pg.Pool {
    const used: Pick<pg.Pool, 'connect' | 'query'> = {
      connect: (() => this.#connect()) as pg.Pool['connect'],
      query: ((...given: [string, unknown[]]) => this.#query(...given)) as pg.Pool['query'],
    };
    // Of a pool it uses no more than these two.
    return used as pg.Pool;
  }

  /** Resolves once it listens, or when that takes too long: then it goes on trying. */
  async start(): Promise<void> {
    const late = setTimeout(() => {
      this.#hasGap = true;
      this.#given.log.warn({ why: 'it cannot listen yet, or not through this address (a pooler?)' }, HEARS_NOTHING);
      this.#started.resolve();
    }, this.#given.timeoutMs);
    await this.#started.promise;
    clearTimeout(late);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#listening?.release(true);
    await this.#pool.end();
  }

  async #connect(): Promise<pg.PoolClient> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      if (!this.#isClosed) throw error;
      return null;
    });
    // The adapter would try again for ever, and keep the process; so it waits, which keeps nothing.
    if (!client || this.#isClosed) {
      client?.release(true);
      return new Promise(() => undefined);
    }
    // The adapter gives back only the one that it has when it closes, and another may have it then; so it is given back when it
    // ends as well, by whoever comes first: the pool takes a second time for a mistake, and throws.
    const release = client.release.bind(client);
    let isBack = false;
    const giveBack = (destroy?: boolean | Error) => {
      if (this.#listening === client) this.#listening = null;
      if (isBack) return;
      isBack = true;
      release(destroy);
    };
    client.release = giveBack;
    client.once('end', () => {
      if (this.#listening === client) this.#lost('its connection ended');
      giveBack(true);
    });
    this.#listening = client;
    return client;
  }

  get #lookMs(): number {
    return Math.min(MAX_LOOK_MS, this.#given.timeoutMs);
  }

  async #query(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    try {
      // The adapter has few texts, and one that it sends all the time.
      const name = text.startsWith('SELECT pg_notify') ? { name: 'holdpoint tell' } : {};
      return await this.#pool.query({ text, ...name, ...(values && { values }) });
    } catch (error) {
      // What the adapter clears away loses nothing.
      if (!text.startsWith('DELETE')) this.#hasGap = true;
      throw error;
    }
  }

  /** Whether the connection still answers, and is one that notifications come through. */
  async #look(): Promise<void> {
    const client = this.#listening;
    try {
      if (client) {
        const { rows } = await client.query<{ channel: string }>('SELECT pg_listening_channels() AS channel');
        const heard = rows.map(({ channel }) => channel);
        if (this.#given.channels.every((channel) => heard.includes(channel))) this.#up();
        else if (this.#isUp) this.#lost('it listens to nothing any more (a pooler that shares connections?)');
      }
    } catch {
      if (this.#listening === client) this.#lost('it does not answer');
      void client?.end().catch(() => undefined);
    }
    if (this.#isClosed) return;
    this.#firstLookMs = this.#isUp ? FIRST_LOOK_MS : Math.min(2 * this.#firstLookMs, MAX_FIRST_LOOK_MS);
    this.#timer = setTimeout(() => void this.#look(), this.#isUp ? this.#lookMs : this.#firstLookMs).unref();
  }

  #up(): void {
    const { log, onGap } = this.#given;
    if (!this.#isUp && this.#hasGap) log.info({}, 'hears of other nodes again');
    this.#isUp = true;
    this.#started.resolve();
    // A server that takes some messages and refuses others must not have everybody read anew all the time.
    if (!this.#hasGap || performance.now() - this.#gapToldAt < GAPS_APART_MS) return;
    this.#hasGap = false;
    this.#gapToldAt = performance.now();
    onGap();
  }

  #lost(why: string): void {
    if (this.#isUp) this.#given.log.warn({ why }, HEARS_NOTHING);
    this.#isUp = false;
    this.#hasGap = true;
    this.#listening = null;
  }
}
