import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallRefundPlan, WIRE } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

const HOLDS = 1_000;

let desk: ReviewDesk;
let page: Page;

/** Holds that open side by side. */
async function open(count: number): Promise<void> {
  for (let at = 0; at < count; at += 50) {
    const some = Math.min(50, count - at);
    await Promise.all(
      Array.from({ length: some }, (_, more) => desk.run('pay-office', smallRefundPlan(`${at + more}-M`, 25))),
    );
  }
}

beforeAll(async () => {
  desk = await reviewDesk();
  await open(HOLDS);
  page = await desk.page();
}, 120_000);
afterAll(() => desk?.[Symbol.asyncDispose]());

const rows = () => page.locator('.queue-list .hold');
const current = () => page.locator('.queue-list .hold[aria-current]');
const name = async (of = current()) => (await of.innerText()).split('\n')[0];
/** Runs in the page: the whole of the open row is inside the list. */
const isSeen = () =>
  page.evaluate(() => {
    const list = document.querySelector('.queue-list')?.getBoundingClientRect();
    const row = document.querySelector('.queue-list .hold[aria-current]')?.getBoundingClientRect();
    return list !== undefined && row !== undefined && row.top >= list.top - 1 && row.bottom <= list.bottom + 1;
  });

describe('a thousand open holds', () => {
  test('are counted, and only those on the screen are drawn', async () => {
    await expect.poll(() => page.title()).toMatch(/^\(1000\) /);
    await current().waitFor();
    expect(await rows().count()).toBeLessThan(60);
    const foot = page.locator('.queue-foot');
    await foot.getByText('1000 waiting', { exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('no hold says this');
    await foot.getByText('0 found', { exact: true }).waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
    await foot.getByText('1000 waiting', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
  });

  test('scroll to the end and back without more of them', async () => {
    const list = page.locator('.queue-list');
    const first = await name(rows().first());
    for (const share of [0.25, 0.5, 0.75, 1]) {
      await list.evaluate((of, to) => {
        of.scrollTop = of.scrollHeight * to;
      }, share);
      await expect
        .poll(() =>
          list.evaluate((of) =>
            [...of.querySelectorAll('.hold')].some((row) => {
              const [{ top, bottom }, box] = [row.getBoundingClientRect(), of.getBoundingClientRect()];
              return top >= box.top && bottom <= box.bottom;
            }),
          ),
        )
        .toBe(true);
      expect(await rows().count()).toBeLessThan(60);
    }
    // The last is there, at the very end.
    await expect
      .poll(() =>
        list.evaluate((of) => {
          const last = [...of.querySelectorAll('.hold')].at(-1)?.getBoundingClientRect();
          return Math.abs((last?.bottom ?? 0) - of.getBoundingClientRect().bottom) < 60;
        }),
      )
      .toBe(true);
    await list.evaluate((of) => {
      of.scrollTop = 0;
    });
    await expect.poll(() => name(rows().first())).toBe(first);
  });

  test('are stepped through by j and k: each is opened, and its row is in sight', async () => {
    const seen = new Set([await name()]);
    for (let step = 0; step < 30; step++) {
      const before = page.url();
      await page.keyboard.press('j');
      await expect.poll(() => page.url()).not.toBe(before);
      await current().waitFor();
      seen.add(await name());
    }
    expect(seen.size).toBe(31);
    await expect.poll(isSeen).toBe(true);
    expect(await rows().count()).toBeLessThan(60);
    for (let step = 0; step < 30; step++) {
      const before = page.url();
      await page.keyboard.press('k');
      await expect.poll(() => page.url()).not.toBe(before);
    }
    await expect.poll(isSeen).toBe(true);
    expect(seen.has(await name())).toBe(true);
  });

  test('keep the row of the open one in sight when others are let in above it', async () => {
    await page.keyboard.press('j');
    await current().waitFor();
    const at = await name();
    // What only a person may do stands in a band above.
    await Promise.all(Array.from({ length: 20 }, () => desk.run('pay-office', WIRE)));
    const letIn = page.getByRole('button', { name: /^20 new/ });
    await letIn.waitFor();
    expect(await name()).toBe(at);
    await letIn.click();
    await letIn.waitFor({ state: 'detached' });
    await expect.poll(() => page.title()).toMatch(/^\(1020\) /);
    await expect.poll(isSeen).toBe(true);
    expect(await name()).toBe(at);
  });
});
