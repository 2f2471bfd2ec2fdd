import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hold } from '../../src/client/index.ts';
import { smallRefundPlan } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

let desk: ReviewDesk;
let page: Page;

interface Looked {
  readonly notes: { title: string; body: string; tag: string; click(): void }[];
  away: boolean;
}
declare global {
  interface Window {
    looked: Looked;
  }
}

/** Runs in the page before it: notes are shown as ever, and remembered; whether it is looked at can be said. */
function remember(): void {
  const Shown = window.Notification;
  window.looked = { notes: [], away: false };
  window.Notification = class extends Shown {
    constructor(title: string, options: NotificationOptions = {}) {
      super(title, options);
      const click = () => this.dispatchEvent(new Event('click'));
      window.looked.notes.push({ title, body: options.body ?? '', tag: options.tag ?? '', click });
    }
  };
  Object.defineProperty(document, 'visibilityState', { get: () => (window.looked.away ? 'hidden' : 'visible') });
}

const notes = () => page.evaluate(() => window.looked.notes.map(({ title, body, tag }) => ({ title, body, tag })));
const look = (away: boolean) =>
  page.evaluate((is) => {
    window.looked.away = is;
  }, away);
const opened = async (order: string): Promise<Hold> =>
  desk.hold(await desk.run('pay-office', smallRefundPlan(order, 30)));
const askFor = async (on: boolean) => {
  await page.getByRole('button', { name: /^ana/ }).click();
  const item = page.getByRole('menuitemcheckbox', { name: /^Notify me of new holds/ });
  await item.click();
  await expect.poll(() => item.getAttribute('aria-checked')).toBe(String(on));
  await page.keyboard.press('Escape');
  await item.waitFor({ state: 'detached' });
};

beforeAll(async () => {
  desk = await reviewDesk({ wholeBrowser: true });
  page = await desk.page({ path: '/healthz' });
  await page.addInitScript(remember);
  await page.goto(`${desk.url}/`);
  await page.getByText('Nothing waits for you.').waitFor();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

describe('somebody who looks elsewhere', () => {
  test('is told by the title alone until they ask for more, and the browser allows it', async () => {
    await look(true);
    await opened('1-A');
    await expect.poll(() => page.title()).toMatch(/^\(1\) /);
    expect(await notes()).toEqual([]);
    await page.context().grantPermissions(['notifications'], { origin: desk.url });
    await askFor(true);
    expect(await notes()).toEqual([]);
  });

  test('gets one note a hold that says what waits, and opens it', async () => {
    await look(true);
    const hold = await opened('2-B');
    await expect.poll(() => page.title()).toMatch(/^\(2\) /);
    expect(await notes()).toEqual([
      {
        title: 'Refund $30.00 on order 2-B to the original card',
        body: 'pay-office settle waits for a decision.',
        tag: hold.id,
      },
    ]);
    await look(false);
    await page.evaluate(() => window.looked.notes[0]?.click());
    await page.getByRole('heading', { level: 1, name: /on order 2-B/ }).waitFor();
    expect(page.url()).toBe(`${desk.url}/holds/${hold.id}`);
  });

  test('gets none while they look at the page, nor after they asked for none', async () => {
    await opened('3-C');
    await expect.poll(() => page.title()).toMatch(/^\(3\) /);
    await askFor(false);
    await look(true);
    await opened('4-D');
    await expect.poll(() => page.title()).toMatch(/^\(4\) /);
    expect((await notes()).length).toBe(1);
  });
});
