import { pino } from 'pino';
import { z } from 'zod';
import { rehearsalModel } from '../../src/agents/rehearsal-model.ts';
import { connectReview, type Hold, type ReviewClient } from '../../src/client/index.ts';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import type { Model } from '../../src/crew/model.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openDatabase } from '../../src/open-database.ts';
import type { Engine } from '../../src/runner/engine.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { type PostgresHintsOptions, postgresHints } from '../../src/server/hints/postgres-hints.ts';
import { tellOthers } from '../../src/server/hints/tell-others.ts';
import { createToken } from '../../src/server/identity/tokens.ts';
import type { ServerLimits } from '../../src/server/limits.ts';
import { type ReviewServer, serveReview } from '../../src/server/serve.ts';
import type { ServerLog } from '../../src/server/server-log.ts';

const agents = { writer: { role: 'Writer', goal: 'Write' } };

/** One hold, which anybody with the role may decide. */
const draftDesk = defineCrew({
  name: 'draft-desk',
  inputs: z.strictObject({ topic: z.string() }),
  agents,
  tasks: { draft: { agent: 'writer', description: 'Write about {topic}', confirm: 'after' } },
});

/** One hold that two of the leads must agree on. */
const boardDesk = defineCrew({
  name: 'board-desk',
  agents,
  tasks: {
    draft: {
      agent: 'writer',
      description: 'Write',
      confirm: { after: { reviewers: ['group:leads'], quorum: 2 } },
    },
  },
});

const label = defineTool({
  name: 'label',
  description: 'Label a ticket.',
  input: z.strictObject({ ticket: z.string() }),
  output: z.strictObject({ labelled: z.boolean() }),
  tier: 'supervised',
  impact: ({ ticket }) => ({ summary: `Label ${ticket}` }),
  idempotent: true,
  execute: async () => ({ labelled: true }),
  undo: async () => {},
  undoWindow: '10m',
});

/** No hold, and one action that runs without asking and can be undone. */
const labelDesk = defineCrew({
  name: 'label-desk',
  agents: { clerk: { role: 'Clerk', goal: 'Label', tools: [label] } },
  tasks: { label: { agent: 'clerk', description: 'Label the ticket' } },
});

const CREWS = [draftDesk, boardDesk, labelDesk].map((crew) => crewDefinition(crew));

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly engine: Engine;
  readonly journal: Journal;
  readonly server: ReviewServer;
  token(role: string, user?: string, groups?: readonly string[]): Promise<string>;
  client(role: string, user?: string, groups?: readonly string[]): Promise<ReviewClient>;
  /** Starts a run and waits until it rests; gives its open hold. */
  held(crew?: 'draft-desk' | 'board-desk'): Promise<Hold>;
  /** Every event of every run, to see that nothing was recorded. */
  recorded(): Promise<number>;
}

export interface TestServerOptions {
  readonly allowedHosts?: string[];
  readonly pageFolder?: string;
  readonly limits?: Partial<ServerLimits>;
  readonly model?: Model;
  /** A Postgres database that other nodes serve as well. Default: a journal in memory. */
  readonly database?: string;
  /** How it reaches that database to hear of the others. Default: as it reaches the journal. */
  readonly hints?: Omit<PostgresHintsOptions, 'log'>;
  readonly crews?: readonly ('draft-desk' | 'board-desk' | 'label-desk')[];
  readonly log?: ServerLog;
}

export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { model = rehearsalModel(), database, crews, ...serving } = options;
  const journal = database === undefined ? memoryJournal() : await openDatabase(database);
  const log = options.log ?? pino({ level: process.env.TEST_LOG ?? 'silent' });
  const loaded = CREWS.filter(({ name }) => !crews || (crews as readonly string[]).includes(name));
  const engine = await openEngine({ crews: loaded, journal, models: () => model, log });
  const hints = database === undefined ? undefined : await postgresHints({ url: database, ...options.hints, log });
  const stopTelling = hints ? tellOthers(engine, hints) : () => undefined;
  const server = await serveReview({ engine, log, port: 0, ...serving, hints });
  const clients: ReviewClient[] = [];
  const token: TestServer['token'] = async (role, user = 'ana', groups = []) =>
    (await createToken(journal, { user, roles: [role], groups })).token;
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    engine,
    journal,
    server,
    token,
    client: async (...who) => {
      const client = await connectReview(server.url, { token: await token(...who) });
      clients.push(client);
      return client;
    },
    held: async (crew = 'draft-desk') => {
      const inputs = crew === 'draft-desk' ? { topic: 'bees' } : {};
      const { id } = await engine.start(crew, inputs, { requestedBy: 'user:requester' });
      const { openHolds } = await engine.settled(id);
      return (await engine.hold(openHolds[0] as Hold['id'], { user: 'user:ana', roles: [], groups: [] })).hold;
    },
    recorded: async () => {
      const { items } = await journal.runs({ limit: 200 });
      return items.reduce((sum, { lastSeq }) => sum + lastSeq, 0);
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) await client.close();
      await server.close();
      await engine.close();
      stopTelling();
      await hints?.close();
    },
  };
}
