import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
import { chromium } from 'playwright-core';

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

/** A browser with a profile of its own: nothing of an earlier one is in it. Debian's Chromium is installed where it is missing. */
export async function openBrowser(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  if (!existsSync(CHROMIUM)) install();
  const profile = await mkdtemp(join(tmpdir(), 'holdpoint-browser-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: 'light',
    ...options,
  });
  // It still writes for a moment after it is closed.
  browser.on('close', () => void rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  browser.setDefaultTimeout(15_000);
  return browser;
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
