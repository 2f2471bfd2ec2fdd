import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refundPlan, smallRefundPlan } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

let desk: ReviewDesk;
let page: Page;

beforeAll(async () => {
  desk = await reviewDesk();
  page = await desk.page();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const words = () => page.getByRole('dialog').getByRole('textbox');
const kept = () => page.evaluate(() => JSON.stringify(localStorage));

/** Opens what asks for words; what is written there already. */
async function ask(name: RegExp): Promise<string> {
  await page.getByRole('button', { name }).first().click();
  await words().waitFor();
  return words().inputValue();
}

async function leave(): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

test('why a run is cancelled outlives a reload and a restart of the server, for that run alone', async () => {
  const [run, other] = [await desk.run('refund-desk', refundPlan()), await desk.run('refund-desk', refundPlan())];
  await page.goto(`${desk.url}/runs/${run.id}`);
  expect(await ask(/^Cancel run/)).toBe('');
  await words().fill('Half a sentence');
  const startAgain = await desk.stopServer();
  await page
    .getByRole('dialog')
    .getByText(/The page is not connected\./)
    .waitFor();
  await startAgain();
  await page.reload();
  expect(await ask(/^Cancel run/)).toBe('Half a sentence');
  await page.goto(`${desk.url}/runs/${other.id}`);
  expect(await ask(/^Cancel run/)).toBe('');

  // Beside its hold the same run is cancelled in the same words.
  await page.goto(`${desk.url}/holds/${run.openHolds[0]}`);
  expect(await ask(/^Cancel run/)).toBe('Half a sentence');
  await words().fill('The whole sentence.');
  await page.getByRole('button', { name: 'Cancel the run', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect((await desk.engine.settled(run.id)).status).toBe('cancelled');
  expect(await kept()).not.toContain('sentence');
});

test('what is written of an action is kept for each thing that is done with it, until it is sent', async () => {
  const { id } = await desk.run('pay-office', smallRefundPlan('80-B', 12));
  await page.goto(`${desk.url}/runs/${id}`);
  expect(await ask(/^Undo…/)).toBe('');
  await words().fill('The jar was');
  await leave();
  expect(await ask(/^Bad…/)).toBe('');
  await words().fill('Nobody looked at');
  await page.reload();
  expect(await ask(/^Undo…/)).toBe('The jar was');
  await leave();
  expect(await ask(/^Bad…/)).toBe('Nobody looked at');
  await words().fill('Nobody looked at the photo.');
  await page.getByRole('button', { name: 'Record it as bad', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await kept()).not.toContain('Nobody looked');
  expect(await kept()).toContain('The jar was');
  // What was sent is not offered again.
  expect(await ask(/^Bad…/)).toBe('');
});

test('what a run is to start with is kept for its crew, until it is started', async () => {
  await page.goto(`${desk.url}/runs`);
  const crew = page.getByRole('combobox', { name: 'of', exact: true });
  const ticket = page.locator('.start-form').getByRole('textbox').first();
  await crew.selectOption('newsroom');
  await ticket.fill('A long ticket that nobody wants to write twice');
  await page.reload();
  await crew.selectOption('pay-office');
  expect(await ticket.inputValue()).toBe('');
  await crew.selectOption('newsroom');
  expect(await ticket.inputValue()).toBe('A long ticket that nobody wants to write twice');
  await page.getByRole('button', { name: 'Start newsroom', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: /^newsroom/ }).waitFor();
  expect(await kept()).not.toContain('long ticket');
});
