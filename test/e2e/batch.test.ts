import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Hold } from '../../src/client/index.ts';
import { draftPlan, mailPlan, smallRefundPlan } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

const BEN = { actor: { user: 'user:ben', roles: ['reviewer'], groups: [] } } as const;

let desk: ReviewDesk;
let page: Page;
/** What the page sent to be decided. */
const sent: string[] = [];

beforeAll(async () => {
  desk = await reviewDesk();
  page = await desk.page({ path: '/healthz', slow: true });
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      if (/"hold:decide/.test(String(payload))) sent.push(String(payload));
    }),
  );
});
afterAll(() => desk?.[Symbol.asyncDispose]());
beforeEach(() => {
  sent.length = 0;
});

const refund = async (order: string) => desk.hold(await desk.run('pay-office', smallRefundPlan(order, 36.5)));
const holdNow = async ({ id }: Hold) => (await desk.engine.hold(id, { user: 'user:ana', roles: [], groups: [] })).hold;
const box = (order: string) => page.getByRole('checkbox', { name: `Select issue_refund order ${order}`, exact: true });
const batch = () => page.getByRole('region', { name: 'Approve several', exact: true });
const pick = async (order: string) => {
  const of = box(order);
  // It shows itself where the row is pointed at.
  await page.getByRole('link', { name: new RegExp(`order ${order} `) }).hover();
  await of.click();
  await expect.poll(() => of.getAttribute('aria-checked')).toBe('true');
};

describe('several approved at once', () => {
  test('go in one message, each on its own digest; who was too late with one is told so of that one', async () => {
    const holds = [await refund('1-A'), await refund('2-B'), await refund('3-C')];
    await page.goto(`${desk.url}/`);
    for (const order of ['1-A', '2-B', '3-C']) await pick(order);
    const button = batch().getByRole('button', { name: /^Approve 3: issue_refund/ });
    await expect.poll(() => button.getAttribute('aria-disabled')).toBe('false');
    // The page does not know yet that ben has refused one of them.
    const goOn = await desk.pause(page);
    const second = holds[1] as Hold;
    await desk.engine.decide(
      second.id,
      { digest: second.digest, verdict: 'reject', reason: 'Paid before.', reasonCode: 'duplicate' },
      BEN,
    );
    await button.click();
    await expect.poll(() => sent.length).toBe(1);
    goOn();
    const strip = page.getByRole('complementary', { name: 'Decided just now' });
    const line = (order: string) => strip.getByRole('listitem').filter({ hasText: `on order ${order}` });
    await line('3-C')
      .getByText(/recorded #\d+/)
      .waitFor();
    await line('2-B')
      .getByText(/^ben rejected this .* before you: Paid before\.$/)
      .waitFor();
    for (const { digest, id } of holds) expect(sent[0]).toContain(`"holdId":"${id}","digest":"${digest}"`);
    expect(sent[0]).toContain('"hold:decideMany"');
    const now = await Promise.all(holds.map(holdNow));
    expect(now.map(({ status }) => status)).toEqual(['approved', 'rejected', 'approved']);
    await batch().waitFor({ state: 'detached' });
  });

  test('are chosen and approved by keys alone', async () => {
    const [first, second] = [await refund('7-G'), await refund('8-H')];
    await page.goto(`${desk.url}/holds/${first.id}`);
    await page.getByRole('heading', { level: 1, name: /7-G/ }).waitFor();
    await page.keyboard.press('x');
    await expect.poll(() => box('7-G').getAttribute('aria-checked')).toBe('true');
    for (const key of ['j', 'k']) {
      await page.keyboard.press(key);
      await page.keyboard.press('x');
      if ((await page.getByRole('checkbox', { checked: true }).count()) === 2) break;
      // The other one is before, not after.
      if (key === 'j') await page.keyboard.press('x');
    }
    const button = batch().getByRole('button', { name: /^Approve 2: issue_refund/ });
    await expect.poll(() => button.getAttribute('aria-disabled')).toBe('false');
    await page.keyboard.press('b');
    await button.and(page.locator(':focus')).waitFor();
    expect(sent).toEqual([]);
    await page.keyboard.press('Enter');
    await batch().waitFor({ state: 'detached' });
    expect((await Promise.all([first, second].map(holdNow))).map(({ status }) => status)).toEqual([
      'approved',
      'approved',
    ]);
  });

  test('are of one type, and never what cannot be undone', async () => {
    await desk.run('pay-office', mailPlan('j@example.com'));
    await desk.run('newsroom', draftPlan());
    await refund('4-D');
    await refund('5-E');
    await page.goto(`${desk.url}/`);
    await pick('4-D');
    await pick('5-E');
    await batch().getByText('Refund $36.50 on order 4-D to the original card', { exact: true }).waitFor();
    expect(await page.getByRole('checkbox', { name: /send_mail/ }).count()).toBe(0);
    // An output begins another selection.
    const output = page.getByRole('checkbox', { name: /^Select write/ });
    await page.getByRole('link', { name: /^write / }).hover();
    await output.click();
    await batch().waitFor({ state: 'detached' });
    await expect.poll(() => page.getByRole('checkbox', { checked: true }).count()).toBe(1);
    expect(await output.getAttribute('aria-checked')).toBe('true');
    expect(sent).toEqual([]);
  });
});
