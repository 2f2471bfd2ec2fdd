import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { furnish } from '../test/e2e/support/furnished-desk.ts';
import { cleanRefunds, mixedDecisions, movableClock } from '../test/e2e/support/past-weeks.ts';
import { type DeskPageOptions, reviewDesk } from '../test/e2e/support/review-desk.ts';

/**
 * Writes a picture of every view into docs/images (or the folder that is named): `npm run screenshots [-- FOLDER [NAME …]]`.
 * The page is the real one, on a server with a journal of eight weeks; only what the model says is planned.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const [folder = join(root, 'docs', 'images'), ...only] = process.argv.slice(2);

interface Shot extends Pick<DeskPageOptions, 'dark' | 'width' | 'height' | 'signedIn'> {
  readonly name: string;
  readonly path: string;
  /** What is done before the picture is taken. */
  readonly act?: (page: Page) => Promise<unknown>;
}

const press =
  (...keys: string[]) =>
  async (page: Page) => {
    await page.waitForTimeout(900);
    for (const key of keys) {
      await page.keyboard.press(key);
      await page.waitForTimeout(250);
    }
  };

/** Selects what can be approved together: the box of a row shows itself where the row is pointed at. */
async function pickRefunds(page: Page): Promise<void> {
  for (const order of ['76-D', '77-K', '78-E']) {
    await page.getByRole('link', { name: new RegExp(`order ${order} `) }).hover();
    await page.getByRole('checkbox', { name: `Select issue_refund order ${order}` }).click();
  }
  await page.locator('.batch .primary[aria-disabled="false"]').waitFor();
}
const openFirst = (page: Page) => page.locator('.expand').first().click();
/** The row of a mail that was changed, and every chain checked. */
async function openModified(page: Page): Promise<void> {
  await page
    .getByRole('row', { name: /modified Mail/ })
    .getByRole('button')
    .first()
    .click();
  await page.getByRole('button', { name: 'Verify every chain' }).click();
  await page.getByText('Chains verified').waitFor();
}

function shots(at: Readonly<Record<string, string>>): Shot[] {
  const { approval = '/', run = '/runs' } = at;
  return [
    { name: 'hold', path: approval },
    { name: 'hold-dark', path: approval, dark: true },
    {
      name: 'modify',
      path: approval,
      act: (page) => press('e')(page).then(() => page.getByLabel(/^amountUsd/).fill('60')),
    },
    { name: 'reject', path: approval, act: press('r', '3') },
    { name: 'confirm', path: at.confirm ?? '/' },
    { name: 'human', path: at.human ?? '/' },
    { name: 'question', path: at.question ?? '/' },
    { name: 'escalation', path: at.escalation ?? '/', act: press('2') },
    { name: 'quorum', path: at.quorum ?? '/' },
    { name: 'batch', path: approval, act: pickRefunds },
    { name: 'keys', path: approval, act: press('?') },
    { name: 'phone', path: approval, width: 390, height: 844 },
    { name: 'phone-list', path: '/', width: 390, height: 844 },
    { name: 'runs', path: '/runs' },
    { name: 'run', path: run },
    { name: 'run-dark', path: run, dark: true, act: press('ArrowLeft', 'ArrowLeft', 'ArrowLeft') },
    { name: 'oversight', path: '/oversight' },
    { name: 'oversight-dark', path: '/oversight', dark: true, act: openFirst },
    {
      name: 'sign',
      path: '/oversight',
      act: (page) =>
        page
          .getByRole('button', { name: /^Raise to/ })
          .first()
          .click(),
    },
    { name: 'audit', path: '/audit?by=ben', act: openModified },
    { name: 'audit-dark', path: '/audit?outcome=modified', dark: true, act: openFirst },
    { name: 'sign-in', path: '/', signedIn: false },
  ];
}

const clock = movableClock();
await using desk = await reviewDesk({ clock });
await cleanRefunds(desk, clock);
await mixedDecisions(desk, clock);
const wanted = shots(await furnish(desk)).filter(({ name }) => only.length === 0 || only.includes(name));
mkdirSync(folder, { recursive: true });
for (const { name, path, act, ...options } of wanted) {
  const page = await desk.page({ ...options, path });
  await page.locator('h1, .hold').filter({ visible: true }).first().waitFor();
  await page.waitForTimeout(1_200);
  await act?.(page);
  await page.waitForTimeout(400);
  await page.screenshot({ path: resolve(folder, `${name}.png`) });
  await page.context().close();
}
