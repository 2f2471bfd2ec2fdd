import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanRefunds, movableClock, rejectedMails } from './support/past-weeks.ts';
import { smallRefundPlan } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

let desk: ReviewDesk;
let page: Page;

beforeAll(async () => {
  const clock = movableClock();
  desk = await reviewDesk({ clock });
  await cleanRefunds(desk, clock, 74);
  await rejectedMails(desk, clock, 5);
  page = await desk.page({ path: '/oversight' });
}, 120_000);
afterAll(() => desk?.[Symbol.asyncDispose]());

const row = (name: string, on = page) => on.getByRole('row').filter({ has: on.getByText(name, { exact: true }) });
const refunds = (on = page) => row('issue_refund', on).filter({ hasText: 'pay-office' });

describe('oversight', () => {
  test('says why people reject by the reasons that they chose, not by who proposed', async () => {
    const reasons = page.getByRole('region', { name: 'Why people reject', exact: true });
    await reasons.getByText('wrong content', { exact: true }).waitFor();
    await reasons.getByText('“Promises a date that we do not know.”').waitFor();
    expect(await reasons.getByText('clerk', { exact: true }).count()).toBe(0);
    expect(await reasons.locator('li').count()).toBe(1);
  });

  test('opens the record of a type week by week', async () => {
    await refunds().getByRole('button', { expanded: false }).click();
    for (const [name, words] of [
      ['Decided a week', /^Decided a week, the oldest first: (\d+, ){7}\d+; rejected or changed: (0, ){7}0$/],
      ['Median to decide', /^Median to decide, the oldest week first: /],
      ['Upper bound', /^Upper bound in percent, the oldest week first: .*, 4\.0$/],
      ['Points, one by one', /^Points: now 74 of 73$/],
    ] as const) {
      const chart = page.getByRole('figure', { name, exact: true });
      await chart.getByRole('img', { name: words }).waitFor();
    }
    await page.getByText('74 clean, 0 bad, by ana and ben over 49 days', { exact: true }).waitFor();
    await page.getByText('nothing: a person may sign', { exact: true }).waitFor();
    await refunds().getByRole('button', { expanded: true }).click();
    await page.getByRole('figure', { name: 'Decided a week', exact: true }).waitFor({ state: 'detached' });
  });

  test('a viewer may read it, and sign nothing', async () => {
    const viewer = await desk.page({ user: 'vic', role: 'viewer', path: '/oversight' });
    await refunds(viewer).getByText('74', { exact: true }).first().waitFor();
    expect(await viewer.getByRole('button', { name: /^Raise to/ }).count()).toBe(0);
    await viewer.context().close();
  });

  test('a level is raised by a signature with a reason, is in force at once, and is taken back', async () => {
    await refunds().getByRole('button', { name: 'Raise to supervised…', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Raise issue_refund to supervised?', exact: true });
    const sign = dialog.getByRole('button', { name: 'Sign: issue_refund to supervised', exact: true });
    expect(await sign.isDisabled()).toBe(true);
    const cleo = await desk.page({ user: 'cleo', role: 'reviewer', path: '/oversight' });
    await refunds(cleo).getByRole('button', { name: 'Raise to supervised…', exact: true }).click();
    await dialog.getByRole('textbox').fill('Seventy-four in a row were right.');
    await page.reload();
    await refunds().getByRole('button', { name: 'Raise to supervised…', exact: true }).click();
    expect(await dialog.getByRole('textbox').inputValue()).toBe('Seventy-four in a row were right.');
    await sign.click();
    await dialog.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('Seventy-four');
    await refunds().getByText('supervised', { exact: true }).waitFor();
    expect((await desk.run('pay-office', smallRefundPlan('90-S', 30))).status).toBe('completed');
    // Who comes second is told so where they sign, and what they wrote stays.
    await cleo.getByRole('dialog').getByRole('textbox').fill('I would say so too.');
    await cleo.getByRole('button', { name: 'Sign: issue_refund to supervised', exact: true }).click();
    await cleo.getByRole('dialog').getByRole('alert').waitFor();
    expect(await cleo.getByRole('dialog').getByRole('textbox').inputValue()).toBe('I would say so too.');
    await cleo.context().close();

    await refunds().getByRole('button', { expanded: false }).click();
    await page.getByText('Seventy-four in a row were right.').waitFor();
    await refunds()
      .getByRole('button', { name: /^Back to/ })
      .click();
    const back = page.getByRole('dialog', { name: 'Take issue_refund back to its own tier?', exact: true });
    await back.getByRole('textbox').fill('A card was charged twice.');
    await back.getByRole('button', { name: 'Sign: issue_refund back', exact: true }).click();
    await back.waitFor({ state: 'detached' });
    await refunds().getByText('approval', { exact: true }).waitFor();
    expect((await desk.run('pay-office', smallRefundPlan('91-S', 30))).status).toBe('held');
  });
});
