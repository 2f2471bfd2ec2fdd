import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { violations } from './support/accessibility.ts';
import { draftPlan, mailPlan, refundPlan, smallRefundPlan, WIRE } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

const PHONE = { width: 390, height: 844 };

let desk: ReviewDesk;
let page: Page;

beforeAll(async () => {
  desk = await reviewDesk();
  page = await desk.page({ ...PHONE, touch: true });
});
afterAll(() => desk?.[Symbol.asyncDispose]());
afterEach(() => desk.emptyQueue());

const refund = async (order: string) => desk.hold(await desk.run('pay-office', smallRefundPlan(order, 36.5)));
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const box = (order: string) => page.getByRole('checkbox', { name: `Select issue_refund order ${order}`, exact: true });
const clean = async (view: string) => expect({ view, found: await violations(page) }).toEqual({ view, found: [] });

/** Large enough for a finger, and all of it on the screen. */
async function fits(target: Locator): Promise<{ readonly y: number }> {
  const of = await target.boundingBox();
  if (of === null) throw new Error(`${target} is not there.`);
  const { width, height } = page.viewportSize() ?? PHONE;
  expect(Math.min(of.width, of.height)).toBeGreaterThanOrEqual(44);
  expect(of.x >= 0 && of.x + of.width <= width && of.y + of.height <= height).toBe(true);
  return { y: Math.round(of.y) };
}

test('a hold is claimed and given back by touch, from among its verbs', async () => {
  const hold = await desk.hold(await desk.run('refund-desk', refundPlan()));
  await page.goto(`${desk.url}/holds/${hold.id}`);
  const verbs = ['Edit', 'Reject…', 'Comment', 'Claim it'];
  await button('Claim it').waitFor();
  const lines = await Promise.all(verbs.map((name) => fits(button(name))));
  expect(new Set(lines.map(({ y }) => y)).size).toBe(1);
  await clean('nobody has it');
  await button('Claim it').tap();
  await page.getByText(/^Claimed by you/).waitFor();
  expect((await desk.engine.hold(hold.id, { user: 'user:ana', roles: [], groups: [] })).hold.claimedBy).toBe(
    'user:ana',
  );
  await fits(button('Release'));
  await button('Release').tap();
  await button('Claim it').waitFor();
});

test('what somebody else has is taken over by touch', async () => {
  const hold = await desk.hold(await desk.run('refund-desk', refundPlan()));
  await desk.engine.claim(hold.id, {}, { actor: { user: 'user:ben', roles: ['reviewer'], groups: [] } });
  await page.goto(`${desk.url}/holds/${hold.id}`);
  await button('Take it over').waitFor();
  await fits(button('Take it over'));
  await button('Take it over').tap();
  await page.getByText(/^Claimed by you/).waitFor();
});

test('several are chosen by touch, one is read between, and they are approved at once', async () => {
  const holds = [await refund('1-A'), await refund('2-B'), await refund('3-C')];
  await desk.run('pay-office', mailPlan());
  await desk.run('newsroom', draftPlan());
  await page.goto(`${desk.url}/`);
  await button('Select several').waitFor();
  expect(await page.getByRole('checkbox').count()).toBe(0);
  await fits(button('Select several'));
  await button('Select several').tap();
  await page.getByText(/^Touch the boxes of those/).waitFor();
  expect(await page.getByRole('checkbox', { name: /send_mail/ }).count()).toBe(0);
  await fits(box('1-A'));
  await box('1-A').tap();
  await page.getByText(/^1 chosen\. Touch more of issue_refund/).waitFor();
  await clean('boxes');
  // What is read is not lost from what was chosen.
  await page.getByRole('link', { name: /order 2-B / }).tap();
  await page.getByRole('heading', { level: 1, name: /on order 2-B/ }).waitFor();
  await page.getByRole('link', { name: /^Queue/ }).tap();
  await box('2-B').tap();
  const batch = page.getByRole('region', { name: 'Approve several', exact: true });
  await batch.getByText(/on order 1-A/).waitFor();
  const approve = batch.getByRole('button', { name: /^Approve 2: issue_refund/ });
  await expect.poll(() => approve.getAttribute('aria-disabled')).toBe('false');
  await fits(approve);
  await clean('two chosen');
  await approve.tap();
  await batch.waitFor({ state: 'detached' });
  const now = await Promise.all(
    holds.map(async ({ id }) => (await desk.engine.hold(id, { user: 'user:ana', roles: [], groups: [] })).hold.status),
  );
  expect(now).toEqual(['approved', 'approved', 'open']);
  // The boxes go with the last of them.
  await expect.poll(() => page.getByRole('checkbox').count()).toBe(0);
});

test('on a tablet the list and a hold stand side by side, and both are touched', async () => {
  const [first] = [await refund('4-D'), await refund('5-E'), await desk.run('pay-office', WIRE)];
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.goto(`${desk.url}/holds/${first.id}`);
  await fits(button('Claim it'));
  await fits(button('Select several'));
  await button('Select several').tap();
  for (const order of ['4-D', '5-E']) {
    await fits(box(order));
    await box(order).tap();
  }
  await page.getByRole('button', { name: /^Approve 2: issue_refund/ }).waitFor();
  await button('Select several').tap();
  expect(await page.getByRole('checkbox').count()).toBe(0);
  await page.setViewportSize(PHONE);
});

test('what is touched beside the verbs is as large as a finger, and the way back leads to where one was', async () => {
  const hold = await refund('6-F');
  await desk.run('pay-office', smallRefundPlan('80-B', 12));
  await page.goto(`${desk.url}/holds/${hold.id}`);
  const tall = async (target: Locator) => expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  const id = (within: Page | Locator) => within.getByTitle(/^Copy the run's id/).filter({ visible: true });
  await page.getByRole('link', { name: /^Queue/ }).waitFor();
  for (const name of [/^Undo/, /^ana/, /^Cancel run/]) await tall(page.getByRole('button', { name }));
  for (const name of [/^Queue/, /^run$/]) await tall(page.getByRole('link', { name }));
  await tall(id(page));
  await page.getByRole('button', { name: /^ana/ }).tap();
  const runs = page.getByRole('menuitem', { name: 'Runs', exact: true });
  await tall(runs);
  await runs.tap();
  for (const name of ['Crew', 'State']) await tall(page.getByRole('combobox', { name, exact: true }));
  const row = page.locator('tbody tr').first();
  await tall(id(row));
  const [link, copied] = [await row.getByRole('link').boundingBox(), await id(row).boundingBox()];
  expect(copied?.x).toBeGreaterThanOrEqual((link?.x ?? 0) + (link?.width ?? 0));
  await page.getByRole('link', { name: 'pay-office', exact: true }).first().tap();
  await page.getByRole('region', { name: 'Tasks' }).waitFor();
  await tall(page.getByRole('link', { name: 'Runs', exact: true }));
  await page.getByRole('link', { name: 'Runs', exact: true }).tap();
  await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
});
