import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violations } from './support/accessibility.ts';
import { refundPlan, smallRefundPlan } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';
import { visit } from './support/visit.ts';

let desk: ReviewDesk;
let page: Page;
let run: string;
let ran: string;
let hold: string;

beforeAll(async () => {
  desk = await reviewDesk();
  page = await desk.page();
  const held = await desk.run('refund-desk', refundPlan());
  run = `/runs/${held.id}`;
  hold = `/holds/${held.openHolds[0]}`;
  ran = `/runs/${(await desk.run('pay-office', smallRefundPlan('80-B', 12))).id}`;
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

async function open(path: string, size = WIDE): Promise<void> {
  await page.setViewportSize(size);
  await visit(page, path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  if (path.startsWith('/runs/')) await page.getByText('chain verified').waitFor();
}
const clean = async (view: string) => expect({ view, found: await violations(page) }).toEqual({ view, found: [] });
const button = (name: RegExp) => page.getByRole('button', { name }).first();

/** Opens a dialog from its button, looks at it, and leaves it: the focus goes back to where it came from. */
async function dialogOf(name: RegExp): Promise<void> {
  await button(name).click();
  await page.getByRole('dialog').locator('[data-autofocus]:focus').waitFor();
  await clean(`dialog of ${name}`);
  const box = await page.getByRole('dialog').boundingBox();
  const width = page.viewportSize()?.width ?? 0;
  expect(box && box.x >= 0 && box.x + box.width <= width).toBe(true);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await button(name).and(page.locator(':focus')).waitFor();
}

test('no dialog breaks a rule of accessibility, and each gives the focus back', async () => {
  await open(run);
  await dialogOf(/^Fork from/);
  await open(ran);
  await dialogOf(/^Bad…/);
}, 90_000);

test('what is asked over the bar gives the focus back to its verb, and the filter gives it to what it opened', async () => {
  await open(hold);
  for (const [key, name] of [
    ['r', 'reject'],
    ['c', 'comment'],
    ['e', 'edit'],
  ] as const) {
    const verb = page.locator(`.decide [data-verb="${name}"]`);
    await verb.waitFor();
    await page.keyboard.press(key);
    await verb.waitFor({ state: 'detached' });
    await page.locator('.item :focus').first().waitFor();
    await page.keyboard.press('Escape');
    await verb.and(page.locator(':focus')).waitFor();
  }
  await page.keyboard.press('/');
  await page.getByRole('searchbox').and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('#item:focus').waitFor();
});

test('on a phone neither a view nor a dialog breaks one, and nothing is too small to be touched', async () => {
  for (const path of [hold, '/runs', ran]) {
    await open(path, PHONE);
    await clean(path);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect({ path, overflow }).toEqual({ path, overflow: 0 });
  }
  for (const name of [/^Good…/, /^Undo…/, /^Fork from/]) {
    expect((await button(name).boundingBox())?.height).toBeGreaterThanOrEqual(44);
  }
  await dialogOf(/^Undo…/);
}, 90_000);

test('on every width the runs, and a run, fit', async () => {
  for (const path of ['/runs', run]) {
    await open(path);
    for (const width of [390, 768, 1024, 1440, 2560]) {
      await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
      const cut = await page.evaluate(() => {
        const wide = [document.documentElement, ...document.querySelectorAll('.scroll-x, .panel, .journal ol')];
        return wide
          .filter((element) => element.scrollWidth > element.clientWidth + 1)
          .map(({ className }) => className);
      });
      expect({ path, width, cut }).toEqual({ path, width, cut: [] });
    }
  }
});

test('while the server is away the page says so, and breaks no rule either', async () => {
  await open(run);
  const startAgain = await desk.stopServer();
  await page.getByText(/^Not connected since/).waitFor();
  await page.keyboard.press('ArrowLeft');
  await page.getByText('Not connected: this is replayed once the server answers.').waitFor();
  await clean('a run without its server');
  await button(/^Fork from/).click();
  await page.getByRole('dialog').getByRole('alert').getByText('The page is not connected.').waitFor();
  expect(await page.getByRole('button', { name: /^Start a new run/ }).isDisabled()).toBe(true);
  await startAgain();
  await expect.poll(() => page.getByRole('button', { name: /^Start a new run/ }).isEnabled()).toBe(true);
}, 90_000);
