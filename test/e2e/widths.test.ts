import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { DESK_CREWS } from './support/desk-crews.ts';
import { furnish } from './support/furnished-desk.ts';
import { cleanRefunds, mixedDecisions, movableClock } from './support/past-weeks.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

const WIDTHS = [390, 768, 1024, 1200, 1280, 1440, 1920, 2560];

/** What it is started with has names and rules that take room. */
const ledger = crewDefinition(
  defineCrew({
    name: 'quarterly-reconciliation-of-supplier-invoices',
    inputs: z.strictObject({
      nameOfTheSupplierAsItStandsOnTheInvoice: z.string(),
      pages: z.int().min(1).max(40),
      currency: z.enum(['USD', 'EUR']),
      lines: z.array(z.string()),
    }),
    agents: { clerk: { role: 'Clerk', goal: 'Settle' } },
    tasks: { settle: { agent: 'clerk', description: 'Settle it' } },
  }),
);

let desk: ReviewDesk;
let page: Page;
let views: readonly (readonly [view: string, path: string])[];

beforeAll(async () => {
  const clock = movableClock();
  desk = await reviewDesk({ clock, crews: [...DESK_CREWS, ledger] });
  await cleanRefunds(desk, clock);
  await mixedDecisions(desk, clock);
  const { run = '', ...holds } = await furnish(desk);
  views = [
    ...Object.entries(holds),
    ...(['queue', 'runs', 'oversight', 'audit'] as const).map(
      (name) => [name, name === 'queue' ? '/' : `/${name}`] as const,
    ),
    ['run', run],
    ['run as it was', `${run}?seq=12`],
    ['no such run', '/runs/run_none'],
  ];
  page = await desk.page();
}, 120_000);
afterAll(() => desk?.[Symbol.asyncDispose]());

/** How far the page goes beyond the window, and what of it a frame around it cuts off. */
const tooWide = () =>
  page.evaluate(() => {
    const cutOff = [...document.querySelectorAll<HTMLElement>('main, .panel, .exact, .panel > header, .decide, .top')]
      .filter((of) => !of.matches('.scroll-x') && of.clientWidth > 0 && of.scrollWidth > of.clientWidth + 1)
      .map((of) => `${of.tagName}.${of.className}`);
    return { by: document.documentElement.scrollWidth - window.innerWidth, cutOff };
  });

async function fits(view: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    // The page takes a frame or two to follow its window.
    await expect.poll(tooWide, { message: `${view} at ${width}` }).toEqual({ by: 0, cutOff: [] });
  }
}

async function open(path: string): Promise<void> {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(desk.url + path);
  await page.locator('h1, .hold').filter({ visible: true }).first().waitFor();
}

describe('from phone to wall', () => {
  test('no view goes sideways', async () => {
    for (const [view, path] of views) {
      await open(path);
      if (path.startsWith('/runs/run_') && view !== 'no such run') await page.locator('.journal .tag.ok').waitFor();
      if (['runs', 'oversight', 'audit'].includes(view)) await page.locator('tbody tr').first().waitFor();
      await fits(view);
    }
  }, 180_000);

  test('nor does one with something opened in it', async () => {
    for (const path of ['/oversight', '/audit?outcome=modified']) {
      await open(path);
      await page.locator('.expand').first().click();
      await page.locator('.opened').waitFor();
      await fits(`${path}, opened`);
    }
    await open('/runs');
    await page.getByRole('combobox', { name: 'of', exact: true }).selectOption(ledger.name);
    await page.getByLabel(/^pages/).fill('1,5');
    await page.getByText(/^Not a number/).waitFor();
    await fits('the form of a crew');
    const approval = views.find(([view]) => view === 'approval')?.[1] ?? '';
    for (const key of ['e', 'r', 'c']) {
      await open(approval);
      await page.locator('.decide .primary').waitFor();
      await expect
        .poll(async () => {
          await page.keyboard.press(key);
          return page.locator('.edit, .refuse, .decide textarea').count();
        })
        .toBeGreaterThan(0);
      await fits(`approval, ${key}`);
    }
  }, 180_000);

  test('every level that may be changed can be changed there', async () => {
    await open('/oversight');
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const line = page.locator('.types .is-promotable, .types .is-open').first();
      const raise = page.getByRole('button', { name: /^Raise to/ }).filter({ visible: true });
      if ((await raise.count()) === 0) await line.locator('.expand').click();
      const box = await raise.first().boundingBox();
      expect({ width, isInside: box !== null && box.x >= 0 && box.x + box.width <= width }).toEqual({
        width,
        isInside: true,
      });
    }
  });
});
