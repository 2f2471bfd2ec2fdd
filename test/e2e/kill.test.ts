import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunEvent, RunSummary } from '../../src/client/index.ts';
import { type KillableDesk, killableDesk } from './support/killable-desk.ts';
import { refundPlan, smallRefundPlan } from './support/plans.ts';

let desk: KillableDesk;

beforeAll(async () => {
  desk = await killableDesk([refundPlan({ amountUsd: 180, second: 120 }), smallRefundPlan('82-B', 64)]);
});
afterAll(() => desk?.[Symbol.asyncDispose]());

/** Starts a run and waits until it holds. */
async function held(crew: string, plan: string): Promise<{ runId: RunSummary['id']; holdId: string }> {
  const { id } = await desk.client.runs.start(crew, { ticket: `ticket of ${plan}`, plan });
  await expect.poll(async () => (await desk.client.runs.get(id)).status).toBe('held');
  return { runId: id, holdId: (await desk.client.runs.get(id)).openHolds[0] ?? '' };
}
const journalOf = async (runId: RunSummary['id']): Promise<readonly RunEvent[]> =>
  (await desk.client.runs.events(runId, { limit: 1000 })).events;
const seqsShown = async (page: Page) =>
  (await page.locator('.event-seq').allInnerTexts()).map((text) => Number(text.slice(1)));
const disconnected = (page: Page) => page.getByText(/^Not connected since/);
const strip = (page: Page) => page.getByRole('complementary', { name: 'Decided just now' });
const recorded = (page: Page) => strip(page).getByText(/recorded #\d+/);
const rejectButton = (page: Page) => page.getByRole('button', { name: 'Reject: wrong amount' });

async function writeReason(page: Page, words: string): Promise<void> {
  await page.getByRole('button', { name: 'Reject…' }).click();
  await page.getByText('wrong amount', { exact: true }).click();
  await page.getByRole('textbox', { name: 'In your words' }).fill(words);
  await expect.poll(() => rejectButton(page).isEnabled()).toBe(true);
}

test('the server is killed and started again under open pages: words are kept, nothing is missed, nothing doubled', async () => {
  const { runId, holdId } = await held('refund-desk', 'case-1');
  const hold = await desk.page(`/holds/${holdId}`);
  const run = await desk.page(`/runs/${runId}`);
  await writeReason(hold, 'Half a sentence');
  await expect.poll(() => seqsShown(run)).toEqual((await journalOf(runId)).map(({ seq }) => seq));

  await desk.kill();
  for (const page of [hold, run]) await disconnected(page).waitFor();
  expect(await rejectButton(hold).isDisabled()).toBe(true);
  expect(await hold.getByRole('textbox', { name: 'In your words' }).inputValue()).toBe('Half a sentence');

  await desk.startAgain();
  await held('pay-office', 'case-2');
  for (const page of [hold, run]) await disconnected(page).waitFor({ state: 'detached' });
  await expect.poll(() => hold.title()).toMatch(/^\(2\) /);
  expect(await hold.getByRole('textbox', { name: 'In your words' }).inputValue()).toBe('Half a sentence');
  await expect.poll(() => rejectButton(hold).isEnabled()).toBe(true);
  await rejectButton(hold).click();
  await recorded(hold).waitFor();
  await expect.poll(async () => (await journalOf(runId)).at(-1)?.type).toBe('hold.opened');
  await hold.goto(desk.url);
  await hold.getByRole('link', { name: /revision 2/ }).waitFor();
  expect(await hold.getByRole('link', { name: /82-B/ }).count()).toBe(1);

  const events = await journalOf(runId);
  expect(events.filter(({ type }) => type === 'hold.decided')).toMatchObject([
    { by: 'user:ana', data: { verdict: 'reject', reason: 'Half a sentence' } },
  ]);
  await expect.poll(() => seqsShown(run)).toEqual(events.map((_, index) => index + 1));
  for (const page of [hold, run]) await page.close();
}, 90_000);

test('a decision whose answer died with the server is sent again, and counts once', async () => {
  const { runId, holdId } = await held('pay-office', 'case-2');
  const page = await desk.page(`/holds/${holdId}`);
  await writeReason(page, 'The jar was whole.');
  const answers = page.slow.hold();
  await rejectButton(page).click();
  // It is recorded, and the page cannot know.
  await expect.poll(async () => (await desk.client.holds.get(holdId)).hold.status).toBe('rejected');
  await strip(page).getByText('sending').waitFor();
  await desk.kill();
  answers.lose();
  await disconnected(page).waitFor();
  await desk.startAgain();
  await recorded(page).waitFor();
  const decided = (await journalOf(runId)).filter(({ type }) => type === 'hold.decided');
  expect(decided).toHaveLength(1);
  await strip(page)
    .getByText(new RegExp(`recorded #${decided[0]?.seq}$`))
    .waitFor();
}, 90_000);
