import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mailPlan, refundPlan, smallRefundPlan } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

let desk: ReviewDesk;

beforeAll(async () => {
  desk = await reviewDesk();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const withoutToken = async (path: string): Promise<Page> => {
  const page = await desk.page({ path: '/', signedIn: false });
  await page.goto(`${desk.url}${path}`);
  return page;
};

/** Begins to look for a hold in the list. Gives when the first was there. */
async function seenHold(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const look = () => {
      if (document.querySelector('.hold')) document.body.dataset.seenAt ??= String(Date.now());
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    look();
  });
  return async () => {
    await page.waitForFunction(() => document.body.dataset.seenAt !== undefined);
    return Number(await page.evaluate(() => document.body.dataset.seenAt));
  };
}

describe('signing in', () => {
  test('by the launch link, which is gone from the address at once and good only once', async () => {
    const link = desk.server.launchUrl();
    const page = await withoutToken('/');
    await page.getByRole('heading', { name: 'Sign in to review' }).waitFor();
    await page.getByText('holdpoint token create --user ana --role reviewer').waitFor();
    await page.goto(link);
    await page.getByText('Nothing waits for you.').waitFor();
    expect(page.url()).toBe(`${desk.url}/`);
    await page.reload();
    await page.getByText('Nothing waits for you.').waitFor();
    const other = await withoutToken('/');
    await other.goto(link);
    await other.getByText('This launch link was used before').waitFor();
    await other.getByLabel('Your API token').fill('hp_wrong');
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByText('There is no such token.').waitFor();
    await other.getByLabel('Your API token').fill(await desk.token('cleo'));
    await other.keyboard.press('Enter');
    await other.getByText('Nothing waits for you.').waitFor();
    await Promise.all([page.context().close(), other.context().close()]);
  });

  test('as a viewer: everything can be read, and the page says why nothing can be decided', async () => {
    const hold = await desk.hold(await desk.run('pay-office', mailPlan()));
    const page = await desk.page({ user: 'vic', role: 'viewer', path: `/holds/${hold.id}` });
    await page.getByText('To decide takes the role reviewer.').waitFor();
    expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
    await page.context().close();
    await desk.engine.cancel(hold.runId as never, 'The test is over.', {
      actor: { user: 'user:root', roles: ['admin'], groups: [] },
    });
  });
});

describe('a page that stays open', () => {
  test('shows a hold as soon as it opens, and moves nothing under a reader', async () => {
    const page = await desk.page();
    const late: number[] = [];
    for (const order of ['1-A', '1-B', '1-C']) {
      await page.getByText('Nothing waits for you.').waitFor();
      const seen = await seenHold(page);
      const hold = await desk.hold(await desk.run('pay-office', smallRefundPlan(order, 30)));
      late.push((await seen()) - Date.parse(hold.openedAt));
      if (order === '1-C') break;
      await desk.engine.cancel(hold.runId as never, 'Again.', {
        actor: { user: 'user:root', roles: ['admin'], groups: [] },
      });
      await page.goto(`${desk.url}/`);
    }
    // A quiet machine shows it within 300 ms; here only what never came, or was asked for every few seconds, may fail.
    process.stdout.write(`a hold was on the page ${late.join(', ')} ms after it opened\n`);
    expect(Math.min(...late)).toBeLessThan(3_000);
    await page.getByRole('heading', { level: 1, name: /on order 1-/ }).waitFor();
    await desk.run('pay-office', smallRefundPlan('2-B', 31));
    await page.getByRole('button', { name: /^1 new/ }).waitFor();
    expect(await page.locator('.hold').count()).toBe(1);
    expect(await page.title()).toMatch(/^\(2\)/);
    await page.keyboard.press('n');
    await expect.poll(() => page.locator('.hold').count()).toBe(2);
    await page.context().close();
  });

  test('keeps what is half written while the server is gone, and goes on where it was', async () => {
    const hold = await desk.hold(await desk.run('refund-desk', refundPlan()));
    const page = await desk.page({ path: `/holds/${hold.id}` });
    await page.getByRole('button', { name: 'Reject…' }).click();
    await page.getByText('wrong amount').click();
    await page.getByRole('textbox', { name: 'In your words' }).fill('Half a sentence');
    const startAgain = await desk.stopServer();
    await page.getByText(/^Not connected since/).waitFor();
    expect(await page.getByRole('button', { name: 'Reject: wrong amount' }).isDisabled()).toBe(true);
    expect(await page.getByRole('textbox', { name: 'In your words' }).inputValue()).toBe('Half a sentence');
    // Meanwhile the world goes on.
    await desk.run('pay-office', smallRefundPlan('3-C', 32));
    await startAgain();
    await page.getByText(/^Not connected since/).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: 'Reject…' }).click();
    expect(await page.getByRole('textbox', { name: 'In your words' }).inputValue()).toBe('Half a sentence');
    await page.getByRole('link', { name: /3-C/ }).waitFor();
    await page.getByRole('button', { name: 'Reject: wrong amount' }).click();
    await page.getByRole('complementary', { name: 'Decided just now' }).getByText('recorded #').waitFor();
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('Half a sentence');
    await page.context().close();
  });

  test('says that everything is stopped, by whom and why, until that is lifted', async () => {
    const hold = await desk.hold(await desk.run('pay-office', mailPlan()));
    const page = await desk.page({ path: `/holds/${hold.id}` });
    await page.getByRole('button', { name: /^Approve/ }).waitFor();
    const actor = { user: 'user:root', roles: ['admin'], groups: [] };
    await desk.engine.stopAll({ reason: 'wrong prices' }, { actor });
    const bar = page.getByRole('region', { name: 'Stop' });
    await bar.getByText(/^Everything was stopped by root at/).waitFor();
    await bar.getByText('wrong prices').waitFor();
    await desk.engine.resumeAll({ reason: 'right again' }, { actor });
    await bar.waitFor({ state: 'detached' });
    await desk.engine.cancel(hold.runId as never, 'The test is over.', { actor });
    await page.context().close();
  });
});
