import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import type { Hold, RunSummary } from '../../../src/client/index.ts';
import type { CrewDefinition } from '../../../src/crew/crew-definition.ts';
import type { Model } from '../../../src/crew/model.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { memoryJournal } from '../../../src/journal/memory-journal.ts';
import type { Clock } from '../../../src/runner/clock.ts';
import type { Engine } from '../../../src/runner/engine.ts';
import { openEngine } from '../../../src/runner/open-engine.ts';
import { createToken } from '../../../src/server/identity/tokens.ts';
import { type ReviewServer, serveReview } from '../../../src/server/serve.ts';
import { launchBrowser, openProfile } from '../../support/chromium.ts';
import { DESK_CREWS } from './desk-crews.ts';
import { builtPage } from './page-build.ts';
import { type Plan, type PlannedModel, plannedModel } from './planned-model.ts';
import { type SlowPage, slowDown } from './slow-page.ts';

/** A real server with a real engine and the built page, and people who look at it, each with a profile of a browser. */
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
  /** Cancels every run that is held. */
  emptyQueue(): Promise<void>;
  /** A profile of its own, signed in by a token. */
  page(options?: DeskPageOptions): Promise<Page>;
  /** Holds back what the server tells a page that was opened as `slow`. Returns how to let it go on. */
  pause(page: Page): Promise<() => void>;
  /** Ends the server; the engine goes on. Returns how to start it again on the same port. */
  stopServer(): Promise<() => Promise<void>>;
}

export interface DeskPageOptions {
  readonly user?: string;
  readonly role?: string;
  readonly groups?: readonly string[];
  readonly path?: string;
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** A screen that is touched, and has no pointer. */
  readonly touch?: boolean;
  /** What the server tells this page can be held back by `pause`. */
  readonly slow?: boolean;
  /** Default: by a token. */
  readonly signedIn?: boolean;
}

export async function reviewDesk({
  delayMs = 0,
  clock,
  crews = DESK_CREWS,
  journal = memoryJournal(),
  model: given,
  wholeBrowser = false,
}: {
  delayMs?: number;
  clock?: Clock;
  crews?: readonly CrewDefinition[];
  /** Default: it says what was planned. */
  model?: Model;
  journal?: Journal;
  /** One that shows notes. */
  wholeBrowser?: boolean;
} = {}): Promise<ReviewDesk> {
  const model = plannedModel({ delayMs });
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' });
  const engine = await openEngine({
    crews,
    journal,
    models: () => given ?? model,
    log,
    ...(clock === undefined ? {} : { clock }),
  });
  const pageFolder = await builtPage();
  let server = await serveReview({ engine, log, port: 0, pageFolder });
  const port = Number(new URL(server.url).port);
  let browser: Promise<Browser> | undefined;
  const paused = new Map<Page, SlowPage>();
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
    emptyQueue: async () => {
      const root = { actor: { user: 'user:root', roles: ['admin'], groups: [] } } as const;
      for (const { id } of (await journal.runs({ status: 'held', limit: 200 })).items) {
        await engine.cancel(id, 'The test is over.', root);
      }
    },
    page: async ({
      user,
      role,
      groups,
      path = '/',
      width = 1440,
      height = 900,
      dark = false,
      touch = false,
      slow = false,
      signedIn = true,
    } = {}) => {
      browser ??= launchBrowser({ whole: wholeBrowser });
      const profile = await openProfile(await browser, {
        viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light',
        reducedMotion: 'reduce',
        ...(touch ? { hasTouch: true, isMobile: true } : {}),
      });
      const page = await profile.newPage();
      if (slow) paused.set(page, await slowDown(page));
      const given = signedIn ? await token(user, role, groups) : '';
      await page.addInitScript((value) => {
        if (value && !sessionStorage.getItem('holdpoint.token')) sessionStorage.setItem('holdpoint.token', value);
      }, given);
      await page.goto(`${server.url}${path}`);
      return page;
    },
    pause: async (page) => {
      const pipe = paused.get(page);
      if (!pipe) throw new Error('Only a page that was opened as slow can be paused.');
      return pipe.hold().goOn;
    },
    stopServer: async () => {
      await server.close();
      return async () => {
        server = await serveReview({ engine, log, port, pageFolder });
      };
    },
    [Symbol.asyncDispose]: async () => {
      await (await browser)?.close();
      await server.close();
      await engine.close();
    },
  };
}
