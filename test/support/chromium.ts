import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { chromium } from 'playwright-core';
import { oneAtATime } from './one-at-a-time.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium, which is installed where it is missing. Whoever launches it closes it. */
export async function launchBrowser(): Promise<Browser> {
  await oneAtATime('chromium', () => existsSync(CHROMIUM), install);
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
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

function install(): void {
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', 'chromium'],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) throw new Error(`Chromium is not here and cannot be installed: ${stderr}`);
  }
}
