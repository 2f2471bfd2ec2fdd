import { createAdapter } from '@socket.io/postgres-adapter';
import { Server } from 'socket.io';
import type { ServerLog } from '../server-log.ts';
import { HINTS, type HintListener, type HintName, type Hints } from './hints.ts';
import { ListeningPool } from './listening-pool.ts';

const NAMESPACE = '/nodes';
const CHANNEL_PREFIX = 'holdpoint';
/** Made by the journal, for what is too long for a notification. */
const TABLE = 'holdpoint.socket_io_attachments';

export interface PostgresHintsOptions {
  /** The database of the journal. */
  readonly url: string;
  readonly log: ServerLog;
  /** How long the server may take to answer before its connection counts as broken, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
}

/** Hints over the Socket.IO adapter for Postgres. Waits until it listens, for `timeoutMs` at most. */
export async function postgresHints({ url, log, timeoutMs = 5_000 }: PostgresHintsOptions): Promise<Hints> {
  const listeners = new Set<HintListener>();
  const all = (what: (listener: HintListener) => void) => listeners.forEach(what);
  const pool = new ListeningPool({
    ...{ url, log, timeoutMs },
    channels: ['/', NAMESPACE].map((namespace) => `${CHANNEL_PREFIX}#${namespace}`),
    onGap: () => {
      all((listener) => listener.missed?.());
      tellMissed();
    },
  });
  const errorHandler = (err: Error) => log.warn({ err }, 'a message between nodes was lost; the journal has all of it');
  // No client ever connects to it: what it carries goes from server to server.
  const io = new Server();
  io.adapter(createAdapter(pool.forAdapter, { channelPrefix: CHANNEL_PREFIX, tableName: TABLE, errorHandler }));
  const nodes = io.of(NAMESPACE);
  const tellMissed = () => void nodes.serverSideEmit('missed');
  for (const name of Object.keys(HINTS) as HintName[]) {
    nodes.on(name, (hint: unknown) => {
      const parsed = HINTS[name].safeParse(hint);
      if (parsed.success) all((listener) => (listener[name] as ((hint: unknown) => void) | undefined)?.(parsed.data));
      else log.warn({ name }, 'a message of another node was not understood (of another version?)');
    });
  }
  nodes.on('missed', () => all((listener) => listener.missed?.()));
  await pool.start();
  return {
    tell: (name, hint) => void nodes.serverSideEmit(name, hint),
    tellMissed,
    hear: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      for (const namespace of [io.of('/'), nodes]) namespace.adapter.close();
      await pool.close();
    },
  };
}
