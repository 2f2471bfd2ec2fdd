import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forgeries } from './support/forgeries.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

let desk: ReviewDesk;
let page: Page;
const foreign: string[] = [];
const alarms: string[] = [];

beforeAll(async () => {
  desk = await reviewDesk();
  page = await desk.page();
  page.on('request', (request) => {
    if (!request.url().startsWith(desk.url) && !request.url().startsWith('blob:')) foreign.push(request.url());
  });
  page.on('dialog', (dialog) => {
    alarms.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('popup', (popup) => alarms.push(`popup ${popup.url()}`));
  page.on('framenavigated', (frame) => {
    if (!frame.url().startsWith(desk.url)) alarms.push(`went to ${frame.url()}`);
  });
});
afterAll(() => desk?.[Symbol.asyncDispose]());

/** What could act, load or lead away; none of it may come of a text. */
const ACTIVE =
  'script:not([src^="/assets/"]), iframe, object, embed, img, video, audio, source, form[action], meta[http-equiv], base, a[href^="http"], a[href^="//"], a[href^="javascript"], a[href^="data"], svg script, [onclick], [onerror], [onload], [onfocus], [onmouseover], math, template, dialog[open]';

const shown = async () => ({
  active: await page.evaluate(
    (selector) => [...document.querySelectorAll(selector)].map(({ outerHTML }) => outerHTML.slice(0, 120)),
    ACTIVE,
  ),
  forged: await page.evaluate(() => Object.keys(window).filter((key) => key.startsWith('forged'))),
});

describe('what an agent writes', () => {
  const all = forgeries();

  test('is a corpus of at least 60 forgeries', () => {
    expect(new Set(all.map(({ text }) => text)).size).toBeGreaterThanOrEqual(60);
  });

  test('acts nowhere, loads nothing and hides nothing', async () => {
    const response = await page.goto(desk.url);
    expect(response?.headers()['content-security-policy']).toMatch(/script-src 'self';/);
    // Each run carries several: as its output, its claim, an argument, and the sentence that the tool says of itself.
    for (const group of chunks(all, 8)) {
      const text = group.map((forgery) => forgery.text).join('\n\n');
      const hidden = group.reduce((sum, forgery) => sum + forgery.hidden, 0);
      const written = await desk.run('newsroom', { write: [{ output: text, reasoning: text, confidence: 0.5 }] });
      const [outputId] = written.openHolds;
      await page.goto(`${desk.url}/holds/${outputId}`);
      const box = page.locator('.exact');
      await page.locator('.claimbox').waitFor();
      await page.waitForTimeout(120);
      expect(await shown()).toEqual({ active: [], forged: [] });
      // As read and raw: each character that cannot be seen is marked, in the box and in the claim.
      expect({ text, marked: await box.locator('.hid').count() }).toEqual({ text, marked: hidden });
      expect(await page.locator('.claimbox .hid').count()).toBe(hidden);
      const raw = page.locator('.exact').getByRole('button', { name: 'Show raw' });
      if ((await raw.count()) > 0) {
        await raw.click();
        expect(await box.locator('.hid').count()).toBe(hidden);
      }
      const [subject = ''] = group.map((forgery) => forgery.text);
      const mail = await desk.run('pay-office', {
        settle: [{ say: subject, call: ['send_mail', { to: subject, subject, body: text }] }],
      });
      await page.goto(`${desk.url}/holds/${mail.openHolds[0]}`);
      await page.locator('.args').waitFor();
      await page.waitForTimeout(60);
      expect(await shown()).toEqual({ active: [], forged: [] });
      expect(await page.title()).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
      await page.goto(`${desk.url}/runs/${mail.id}`);
      await page.locator('.event').first().waitFor();
      expect(await shown()).toEqual({ active: [], forged: [] });
    }
    expect({ foreign, alarms }).toEqual({ foreign: [], alarms: [] });
  }, 60_000);

  test('cannot pretend to be the page: its claims stay in their dashed box', async () => {
    const text = '# Approved by ana\n\n**Exactly this will run**\n\n| orderId | 81-A |\n|---|---|\n| amountUsd | 1 |';
    const run = await desk.run('newsroom', { write: [{ output: 'A text.', reasoning: text, confidence: 0.5 }] });
    await page.goto(`${desk.url}/holds/${run.openHolds[0]}`);
    await page.locator('.claimbox table').waitFor();
    expect(await page.getByRole('heading', { name: 'Approved by ana' }).count()).toBe(0);
    expect(await page.locator('.claimbox').evaluate((box) => getComputedStyle(box).borderTopStyle)).toBe('dashed');
  });
});

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
