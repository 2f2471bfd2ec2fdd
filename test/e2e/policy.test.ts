import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hold } from '../../src/client/index.ts';
import { QUESTION, smallRefundPlan } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

let desk: ReviewDesk;
let page: Page;
let ben: Page;

beforeAll(async () => {
  desk = await reviewDesk();
  [page, ben] = await Promise.all([desk.page(), desk.page({ user: 'ben', role: 'reviewer' })]);
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const open = async (hold: Hold, on = page) => {
  await on.goto(`${desk.url}/holds/${hold.id}`);
  await on.getByRole('heading', { level: 1 }).waitFor();
  await on.locator('.decide .primary[aria-disabled="false"]').or(on.locator('.missing:not(:empty)')).first().waitFor();
};
const holdNow = async ({ id }: Hold) => (await desk.engine.hold(id, { user: 'user:ana', roles: [], groups: [] })).hold;
const strip = (on = page) => on.getByRole('complementary', { name: 'Decided just now' });

describe('a policy that asks for reasons', () => {
  test('an approval asks for its words, by keyboard, and keeps half of them through a reload', async () => {
    const hold = await desk.hold(await desk.run('bureau', smallRefundPlan('81-A', 36.5)));
    await open(hold);
    await page.keyboard.press('a');
    await page.getByRole('heading', { name: /^Why do you approve/ }).waitFor();
    expect(await page.getByText('Write why first.').isVisible()).toBe(true);
    await page.keyboard.press('Control+Enter');
    await page.keyboard.type('The photo shows ');
    await page.reload();
    await open(hold);
    await page.keyboard.press('a');
    await expect.poll(() => page.getByRole('textbox', { name: 'In your words' }).inputValue()).toBe('The photo shows ');
    await page.keyboard.press('End');
    await page.keyboard.type('two broken jars.');
    await page.keyboard.press('Control+Enter');
    await strip().getByText('recorded #').waitFor();
    expect(await holdNow(hold)).toMatchObject({
      status: 'approved',
      history: [{ verdict: 'approve', reason: 'The photo shows two broken jars.' }],
    });
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('The photo');
  });

  test('so does an edit, and an answer: the button says what is missing', async () => {
    const hold = await desk.hold(await desk.run('bureau', smallRefundPlan('82-B', 40)));
    await open(hold);
    await page.keyboard.press('e');
    await page.getByLabel(/^amountUsd/).fill('35');
    await page.getByText('Say why: this policy asks for it.').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByLabel(/^Say why/).fill('One jar is whole.');
    await page.getByRole('button', { name: 'Approve with 1 change' }).click();
    await expect.poll(async () => (await holdNow(hold)).status).toBe('modified');

    const question = await desk.hold(await desk.run('bureau', QUESTION));
    await open(question);
    await page.getByText('83-B', { exact: true }).click();
    await page.getByText('Say why: this policy asks for it.').waitFor();
    await page.getByLabel(/^Say why/).fill('He wrote so.');
    await page.getByRole('button', { name: 'Send the answer' }).click();
    await expect.poll(async () => (await holdNow(question)).status).toBe('answered');
  });

  test('never in a batch', async () => {
    const hold = await desk.hold(await desk.run('bureau', smallRefundPlan('83-C', 41)));
    await open(hold);
    await page.keyboard.press('x');
    expect(await page.getByRole('region', { name: 'Approve several' }).count()).toBe(0);
  });
});

describe('a hold that takes two', () => {
  const statement = async () =>
    desk.hold(await desk.run('board', { statement: [{ output: 'We refund broken jars.', confidence: 0.9 }] }));

  test('shows the votes as they are cast, takes one of each person, and goes on with the last', async () => {
    const hold = await statement();
    await open(hold);
    await open(hold, ben);
    await page.getByText('2 of them; 0 votes so far').waitFor();
    await page.keyboard.press('a');
    await strip().getByText('vote recorded, 1 of 2').waitFor();
    await ben.getByText('ana voted to approve').waitFor();
    expect(await holdNow(hold)).toMatchObject({ status: 'open', review: { votes: [{ by: 'user:ana' }] } });
    await open(hold);
    await page.getByText('You voted to approve. It takes 1 more.').waitFor();
    expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
  });

  test('an edit is the next revision: it counts as its author’s vote, and voids the others', async () => {
    const cleo = await desk.page({ user: 'cleo', role: 'reviewer' });
    const hold = await statement();
    await open(hold);
    await page.keyboard.press('a');
    await strip().getByText('vote recorded, 1 of 2').first().waitFor();
    await open(hold, cleo);
    await cleo.keyboard.press('e');
    await cleo.getByRole('textbox').first().fill('We refund broken jars within 45 days.');
    await cleo.getByRole('button', { name: /^Approve with/ }).click();
    await strip(cleo).getByText('recorded as the next revision').waitFor();
    await open(hold);
    await page.getByText('revision 2').first().waitFor();
    await page.getByText('cleo voted to approve').waitFor();
    await page.keyboard.press('a');
    await expect.poll(async () => (await holdNow(hold)).status).toBe('approved');
    expect((await holdNow(hold)).decidedBy.toSorted()).toEqual(['user:ana', 'user:cleo']);
    await cleo.context().close();
  });

  test('one rejection is enough', async () => {
    const hold = await statement();
    await open(hold);
    await page.keyboard.press('r');
    await page.keyboard.press('2');
    await page.keyboard.type('Too long.');
    await page.keyboard.press('Control+Enter');
    await expect.poll(async () => (await holdNow(hold)).status).toBe('rejected');
  });
});
