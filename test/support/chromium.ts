import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { chromium } from 'playwright-core';
import { oneAtATime } from './one-at-a-time.ts';

/** Debian's packages, by what they install. The shell is Chromium without a window, for which the whole one works a quarter more. */
const SHELL = 'chromium-headless-shell';
const WHOLE = 'chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium, which is installed where it is missing. `whole`: with notes, which the shell has not. Whoever launches it closes it. */
export async function launchBrowser({ whole = false } = {}): Promise<Browser> {
  const executablePath = whole ? await installed(WHOLE) : await installed(SHELL).catch(() => installed(WHOLE));
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

async function installed(name: string): Promise<string> {
  const path = `/usr/bin/${name}`;
  await oneAtATime(
    name,
    () => existsSync(path),
    () => install(name),
  );
  return path;
}

/** A profile of its own in a browser: nothing of another one is in it. */
export async function openProfile(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const profile = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: 'light',
    ...options,
  });
  profile.setDefaultTimeout(15_000);
  return profile;
}

function install(name: string): void {
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', name],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) throw new Error(`${name} is not here and cannot be installed: ${stderr}`);
  }
}
