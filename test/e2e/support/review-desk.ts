import { pino } from 'pino';
import type { BrowserContext, Page } from 'playwright-core';
import type { Hold, RunSummary } from '../../../src/client/index.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { memoryJournal } from '../../../src/journal/memory-journal.ts';
import type { Engine } from '../../../src/runner/engine.ts';
import { openEngine } from '../../../src/runner/open-engine.ts';
import { createToken } from '../../../src/server/identity/tokens.ts';
import { type ReviewServer, serveReview } from '../../../src/server/serve.ts';
import { openBrowser } from '../../support/chromium.ts';
import { DESK_CREWS } from './desk-crews.ts';
import { builtPage } from './page-build.ts';
import { type Plan, type PlannedModel, plannedModel } from './planned-model.ts';

/** A real server with a real engine and the built page, and browsers that look at it. */
export interface ReviewDesk extends AsyncDisposable {
  readonly url: string;
  readonly engine: Engine;
  readonly server: ReviewServer;
  readonly journal: Journal;
  readonly model: PlannedModel;
  token(user?: string, role?: string, groups?: readonly string[]): Promise<string>;
  /** Starts a run and waits until it rests. */
  run(crew: string, plan: Plan, ticket?: string): Promise<RunSummary>;
  hold(summary: RunSummary): Promise<Hold>;
  /** A browser of its own, signed in by a token. */
  page(options?: DeskPageOptions): Promise<Page>;
  /** Ends the server and starts it again on the same port; the engine goes on. */
  restartServer(): Promise<() => Promise<void>>;
}

export interface DeskPageOptions {
  readonly user?: string;
  readonly role?: string;
  readonly groups?: readonly string[];
  readonly path?: string;
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

export async function reviewDesk({ delayMs = 0 }: { delayMs?: number } = {}): Promise<ReviewDesk> {
  const journal = memoryJournal();
  const model = plannedModel({ delayMs });
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' });
  const engine = await openEngine({ crews: DESK_CREWS, journal, models: () => model, log });
  const pageFolder = await builtPage();
  let server = await serveReview({ engine, log, port: 0, pageFolder });
  const port = Number(new URL(server.url).port);
  const browsers: BrowserContext[] = [];
  const token: ReviewDesk['token'] = async (user = 'ana', role = 'admin', groups = ['leads']) =>
    (await createToken(journal, { user, roles: [role], groups })).token;
  return {
    url: server.url,
    engine,
    journal,
    model,
    token,
    get server() {
      return server;
    },
    run: async (crew, plan, ticket = 'ticket 4471') => {
      const { id } = await engine.start(crew, { ticket, plan: model.plan(plan) }, { requestedBy: 'user:ben' });
      return engine.settled(id);
    },
    hold: async ({ openHolds }) => {
      const { hold } = await engine.hold(openHolds[0] as Hold['id'], { user: 'user:ana', roles: [], groups: [] });
      return hold;
    },
    page: async ({ user, role, groups, path = '/', width = 1440, height = 900, dark = false } = {}) => {
      const browser = await openBrowser({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' });
      browsers.push(browser);
      const page = browser.pages()[0] ?? (await browser.newPage());
      const given = await token(user, role, groups);
      await page.addInitScript((value) => {
        if (!sessionStorage.getItem('holdpoint.token')) sessionStorage.setItem('holdpoint.token', value);
      }, given);
      await page.goto(`${server.url}${path}`);
      return page;
    },
    restartServer: async () => {
      await server.close();
      return async () => {
        server = await serveReview({ engine, log, port, pageFolder });
      };
    },
    [Symbol.asyncDispose]: async () => {
      for (const browser of browsers) await browser.close();
      await server.close();
      await engine.close();
    },
  };
}
