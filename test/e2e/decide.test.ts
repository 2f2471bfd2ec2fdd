import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Hold } from '../../src/client/index.ts';
import { draftPlan, FAILING, QUESTION, refundPlan, smallRefundPlan, WIRE } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

let desk: ReviewDesk;
let page: Page;
let ben: Page;

beforeAll(async () => {
  desk = await reviewDesk();
  [page, ben] = await Promise.all([desk.page(), desk.page({ user: 'ben', role: 'reviewer' })]);
});
afterAll(() => desk?.[Symbol.asyncDispose]());
// Each test begins with a queue of its own.
beforeEach(() => desk.emptyQueue());

const open = async (hold: Hold, on = page) => {
  await on.goto(`${desk.url}/holds/${hold.id}`);
  await on.getByRole('heading', { level: 1 }).waitFor();
};
const holdNow = async ({ id }: Hold) => (await desk.engine.hold(id, { user: 'user:ana', roles: [], groups: [] })).hold;
const strip = (on = page) => on.getByRole('complementary', { name: 'Decided just now' });
const refund = async (change = {}) => desk.hold(await desk.run('refund-desk', refundPlan(change)));

describe('a hold is decided', () => {
  test('by mouse: what was shown is what runs, and it can be undone', async () => {
    const hold = await refund();
    await open(hold);
    await expect.poll(() => page.title()).toContain('(1) Refund $120.00 on order 81-A');
    await page.getByRole('button', { name: 'Approve: refund $120.00 on order 81-A to the original card' }).click();
    await strip().getByText('done, recorded #').waitFor();
    expect(await holdNow(hold)).toMatchObject({ status: 'approved', decidedBy: ['user:ana'] });
    // What it held up goes on, and holds again: the mail to the customer.
    await page.getByRole('heading', { level: 1, name: 'Mail "Your refund" to j.moreau@example.com' }).waitFor();
    expect(await page.getByText('Cannot be undone').isVisible()).toBe(true);
    await strip()
      .getByRole('button', { name: /^Undo ?: Refund \$120/ })
      .click();
    await strip().getByText('undone').waitFor();
    const events = await desk.journal.read(hold.runId as never);
    expect(events.map(({ type }) => type)).toContain('action.undone');
  });

  test('not before it has been on the screen, by key or by button', async () => {
    const hold = await refund();
    // Its time stands still: however slow the machine is, the hold has only just come on the screen.
    const still = await desk.page();
    await still.clock.install();
    await still.clock.pauseAt(Date.now() + 60_000);
    await open(hold, still);
    const button = still.getByRole('button', { name: /^Approve: refund/ });
    await button.waitFor();
    await still.clock.runFor(600);
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await still.keyboard.press('a');
    await button.click({ force: true });
    expect(await holdNow(hold)).toMatchObject({ status: 'open' });
    await still.clock.runFor(800);
    await still.keyboard.press('a');
    await still.clock.resume();
    await strip(still).getByText('recorded').first().waitFor();
    expect(await holdNow(hold)).toMatchObject({ status: 'approved' });
  });

  test('by rejection: the agent gets the words and comes back with a revision', async () => {
    const hold = await refund({ amountUsd: 180, second: 120 });
    await open(hold);
    await page.getByRole('button', { name: 'Reject…' }).click();
    await page.getByText('wrong amount').click();
    await page.getByRole('textbox', { name: 'In your words' }).fill('Only two jars broke. Refund those.');
    await expect.poll(() => page.getByRole('button', { name: 'Reject: wrong amount' }).isEnabled()).toBe(true);
    await page.getByRole('button', { name: 'Reject: wrong amount' }).click();
    await page.getByRole('link', { name: /revision 2/ }).click();
    await page.getByText('1 of 3 changed since revision 1').waitFor();
    expect(await page.locator('tr.changed').innerText()).toContain('was 180');
    expect(await page.getByText('changed after ben').count()).toBe(0);
    await page.getByText("changed after ana's rejection").waitFor();
    expect(await holdNow(hold)).toMatchObject({
      status: 'rejected',
      history: [{ verdict: 'reject', reasonCode: 'wrong-amount', reason: 'Only two jars broke. Refund those.' }],
    });
  });

  test('by an edit: the form says what is wrong, shows the difference, and the edit is what runs', async () => {
    const hold = await refund();
    await open(hold);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel(/^amountUsd/).fill('60,00');
    await page.getByText('Not a number: "60,00" has a comma. Write 60.00.').waitFor();
    expect(await page.getByRole('button', { name: /^Approve with/ }).getAttribute('aria-disabled')).toBe('true');
    await page.getByLabel(/^amountUsd/).fill('60.00');
    await page.getByLabel(/^memo/).fill('1 of 3 jars broken');
    await page.getByText('The hidden character is gone.').waitFor();
    expect(await page.locator('.lines tr.add').first().innerText()).toContain('60');
    await page.getByRole('button', { name: 'Approve with 2 changes' }).click();
    await strip().getByText('done, recorded #').waitFor();
    expect(await holdNow(hold)).toMatchObject({ status: 'modified' });
    const started = (await desk.journal.read(hold.runId as never)).findLast(
      ({ type, data }) => type === 'action.started' && (data as { tool: string }).tool === 'issue_refund',
    );
    expect(started?.data).toMatchObject({ input: { orderId: '81-A', amountUsd: 60, memo: '1 of 3 jars broken' } });
  });

  test('by an edit of the raw JSON, which the server checks again', async () => {
    const hold = await refund();
    await open(hold);
    await page.keyboard.press('e');
    await page.getByLabel(/^amountUsd/).fill('60');
    await page.getByRole('button', { name: 'Raw JSON' }).click();
    const editor = page.getByRole('textbox', { name: 'Yours, as JSON' });
    await editor.waitFor();
    // The one line that differs is the one that is marked.
    await expect
      .poll(() => page.locator('.cm-merge-b .cm-changedLine').allInnerTexts())
      .toEqual(['  "amountUsd": 60,']);
    await editor.fill('{ "orderId": "81-A", "amountUsd": -5, "memo": "x" }');
    await page.getByRole('button', { name: /^Approve with/ }).click();
    await page
      .getByText(/amountUsd: /)
      .first()
      .waitFor();
    expect(await holdNow(hold)).toMatchObject({ status: 'open' });
    await editor.fill('{ "orderId": "81-A", "amountUsd": 5, "memo": "x" }');
    await page.getByRole('button', { name: /^Approve with/ }).click();
    await strip().getByText('recorded #').first().waitFor();
    await expect.poll(async () => (await holdNow(hold)).status).toBe('modified');
  });

  test('by one of two: the other sees who was faster, and keeps the words', async () => {
    const hold = await refund({ orderId: '99-Z' });
    await open(hold, ben);
    const slow = await desk.page({ user: 'cleo', path: `/holds/${hold.id}`, slow: true });
    await slow.getByRole('button', { name: /^Approve: refund/ }).waitFor();
    await slow.waitForTimeout(800);
    await slow.keyboard.press('r');
    await slow.keyboard.press('3');
    await slow.keyboard.type('Half of it');
    // What the server tells cleo stands still: she does not see that ben was faster.
    const goOn = await desk.pause(slow);
    await ben.keyboard.press('a');
    await expect.poll(async () => (await holdNow(hold)).status).toBe('approved');
    await slow.keyboard.press('Control+Enter');
    await strip(slow).getByText('sending').waitFor();
    goOn();
    await strip(slow)
      .getByText(/ben approved this .*before you/)
      .waitFor();
    await strip(slow).getByText('Your words are kept.').waitFor();
    await strip(slow).getByRole('button', { name: 'Show them' }).click();
    await slow.getByRole('region', { name: 'What you wrote' }).getByText('Half of it').waitFor();
    expect(await holdNow(hold)).toMatchObject({ decidedBy: ['user:ben'] });
    await slow.close();
  });

  test('where no yes can answer: a transfer, a question, a failure', async () => {
    const wire = await desk.hold(await desk.run('pay-office', WIRE));
    await open(wire);
    expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Claim it: I will do wire_transfer' }).click();
    await page.getByText('Claimed by you').waitFor();
    // What nobody has touched is no mistake.
    await page.getByText('Still to write: reference, sentUsd').waitFor();
    expect(await page.locator('.answer [aria-invalid], .decide .fix').count()).toBe(0);
    await page.getByLabel(/^sentUsd/).fill('12,40');
    await page.getByText('1 field to fix: sentUsd').waitFor();
    await page.getByLabel(/^reference/).fill('SEPA-1');
    await page.getByLabel(/^sentUsd/).fill('1240');
    await page.getByRole('button', { name: 'Record wire_transfer as done' }).click();
    await expect.poll(async () => (await holdNow(wire)).status).toBe('answered');

    const question = await desk.hold(await desk.run('pay-office', QUESTION));
    await open(question);
    await page.getByRole('heading', { level: 1, name: 'Which order does the customer mean?' }).waitFor();
    await page.getByText('83-B', { exact: true }).click();
    await page.getByRole('button', { name: 'Send the answer' }).click();
    await expect.poll(async () => (await holdNow(question)).status).toBe('answered');

    const failure = await desk.hold(await desk.run('pay-office', FAILING));
    await open(failure);
    await page.getByText('Use a result').click();
    await page.getByLabel(/^done/).selectOption('true');
    await page.getByRole('button', { name: 'Use this as the result of settle' }).click();
    await expect.poll(async () => (await holdNow(failure)).status).toBe('answered');
  });

  test('several at once, each named', async () => {
    const holds = await Promise.all(
      ['1-A', '2-B', '3-C'].map(async (order) => desk.hold(await desk.run('pay-office', smallRefundPlan(order, 36.5)))),
    );
    await page.goto(`${desk.url}/`);
    await page.getByRole('heading', { level: 1, name: /^Refund/ }).waitFor();
    for (let index = 0; index < 3; index++) {
      await page.keyboard.press('x');
      await page.keyboard.press('j');
    }
    const batch = page.getByRole('region', { name: 'Approve several' });
    await batch.getByText('Refund $36.50 on order 2-B').waitFor();
    await batch.getByRole('button', { name: 'Approve 3: issue_refund' }).click();
    for (const hold of holds) await expect.poll(async () => (await holdNow(hold)).status).toBe('approved');
  });
});

describe('the whole life of a run by keyboard only', () => {
  test('from its start to its last approval', async () => {
    const plan = desk.model.plan(draftPlan());
    await page.goto(`${desk.url}/`);
    await page.getByText('Nothing waits for you.').waitFor();
    await page.keyboard.press('s');
    const crew = page.getByRole('combobox', { name: 'of' });
    await crew.focus();
    await page.keyboard.type('newsroom');
    await page.keyboard.press('Tab');
    await page.keyboard.type('returns');
    await page.keyboard.press('Tab');
    await page.keyboard.type(plan);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Open the hold' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Use the output of write' }).waitFor();
    await page.waitForTimeout(800);
    await page.keyboard.press('c');
    await page.keyboard.type('The days look wrong to me.');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('listitem').filter({ hasText: 'The days look wrong to me.' }).waitFor();
    await page.getByRole('button', { name: 'Reject…' }).waitFor();
    await page.keyboard.press('r');
    await page.keyboard.press('2');
    await page.keyboard.type('It is 45 days.');
    await page.keyboard.press('Control+Enter');
    await page.getByText('since revision 1').first().waitFor();
    expect(await page.locator('.worddiff ins').first().innerText()).toContain('45');
    await page.waitForTimeout(800);
    await page.keyboard.press('a');
    await page.getByRole('heading', { level: 1, name: 'Start publish' }).waitFor();
    await page.waitForTimeout(800);
    await page.keyboard.press('a');
    await page.getByText('Nothing waits for you.').waitFor();
    await strip().getByText('started, recorded #').waitFor();
    const [run] = (await desk.journal.runs({ limit: 1 })).items;
    await expect.poll(async () => (await desk.engine.run(run!.id)).status).toBe('completed');
  });

  test('the sheet says which keys there are', async () => {
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});
