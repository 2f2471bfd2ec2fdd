import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { connectReview, type ReviewClient } from '../../../src/client/index.ts';
import { openSqliteJournal } from '../../../src/journal/sqlite-journal.ts';
import { createToken } from '../../../src/server/identity/tokens.ts';
import { launchBrowser, openProfile } from '../../support/chromium.ts';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { builtPage } from './page-build.ts';
import type { Plan } from './planned-model.ts';
import { type SlowPage, slowDown } from './slow-page.ts';

const MAIN = fileURLToPath(new URL('./killable-desk-main.ts', import.meta.url));

/** A server on a SQLite file in a process of its own, which is killed and started again under open pages. */
export interface KillableDesk extends AsyncDisposable {
  readonly url: string;
  /** Ana over the wire, as a program: it connects again by itself. */
  readonly client: ReviewClient;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** On the same file and port. */
  startAgain(): Promise<void>;
  /** A tab of one profile, signed in as ana. */
  page(path: string): Promise<Page & { readonly slow: SlowPage }>;
}

export async function killableDesk(plans: readonly Plan[]): Promise<KillableDesk> {
  const folder = await temporaryFolder();
  const database = join(folder.path, 'holdpoint.db');
  const token = await tokenOfAna(database);
  const pageFolder = await builtPage();
  let server = await start({ database, port: 0, pageFolder, plans });
  const { url } = server;
  const port = Number(new URL(url).port);
  const client = await connectReview(url, { token });
  let browser: Browser | undefined;
  let profile: BrowserContext | undefined;
  return {
    url,
    client,
    kill: () => end(server.child),
    startAgain: async () => {
      server = await start({ database, port, pageFolder, plans });
    },
    page: async (path) => {
      browser ??= await launchBrowser();
      profile ??= await signedIn(browser, token);
      const page = await profile.newPage();
      const slow = await slowDown(page);
      await page.goto(`${url}${path}`);
      return Object.assign(page, { slow });
    },
    [Symbol.asyncDispose]: async () => {
      await browser?.close();
      await client.close();
      await end(server.child);
      await folder.remove();
    },
  };
}

async function tokenOfAna(database: string): Promise<string> {
  const journal = await openSqliteJournal({ path: database });
  const { token } = await createToken(journal, { user: 'ana', roles: ['admin'], groups: ['leads'] });
  await journal.close();
  return token;
}

async function start(given: { database: string; port: number; pageFolder: string; plans: readonly Plan[] }) {
  const child = spawn(process.execPath, [MAIN, JSON.stringify(given)], {
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit').then(() => null);
  const first = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  if (first === null) throw new Error('The server ended before it listened.');
  return { child, url: (JSON.parse(String(first[0])) as { url: string }).url };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function signedIn(browser: Browser, token: string): Promise<BrowserContext> {
  const profile = await openProfile(browser, { reducedMotion: 'reduce' });
  await profile.addInitScript((value) => {
    if (!sessionStorage.getItem('holdpoint.token')) sessionStorage.setItem('holdpoint.token', value);
  }, token);
  return profile;
}
