import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hold, PastDecision } from '../../src/client/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { movableClock } from './support/past-weeks.ts';
import { draftPlan, mailPlan, smallRefundPlan } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

/** More than one step of the page; HOLDPOINT_SOAK: as many as a desk decides in some months. */
const APPROVALS = process.env.HOLDPOINT_SOAK ? 10_000 : 60;
const DAY_MS = 24 * 3_600_000;
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
/** At noon, so that no test sees it cross into another day. */
const LONG_AGO = Date.parse(`${dayOf(Date.now() - 40 * DAY_MS)}T12:00:00Z`);

const clock = movableClock();
const touched = touchable(memoryJournal());
let desk: ReviewDesk;
let page: Page;
let mail: Hold;

type Decision = Omit<Parameters<ReviewDesk['engine']['decide']>[1], 'digest'>;
const decide = (user: string, hold: Hold, decision: Decision) =>
  desk.engine.decide(
    hold.id,
    { ...decision, digest: hold.digest },
    { actor: { user: `user:${user}`, roles: ['reviewer'], groups: [] } },
  );
const approveRefund = async (index: number) =>
  decide('ana', await desk.hold(await desk.run('pay-office', smallRefundPlan(`${index}-R`, 25))), {
    verdict: 'approve',
  });

beforeAll(async () => {
  desk = await reviewDesk({ clock, journal: touched.journal });
  clock.setBack(Date.now() - LONG_AGO);
  await decide('ben', await desk.hold(await desk.run('newsroom', draftPlan())), {
    verdict: 'reject',
    reasonCode: 'wrong-content',
    reason: 'The days are those of last year.',
  });
  mail = await desk.hold(await desk.run('pay-office', mailPlan('k.ito@example.com')));
  const input = { to: 'k.ito@example.com', subject: 'Your refund', body: 'Your bank will show it.' };
  await decide('ben', mail, { verdict: 'modify', value: input, reason: 'We promise nothing.' });
  const left = await desk.run('pay-office', smallRefundPlan('99-W', 30));
  await desk.engine.cancel(left.id, 'Not needed.', {
    actor: { user: 'user:root', roles: ['admin'], groups: [] },
  });
  clock.setBack(0);
  for (let index = 0; index < APPROVALS; index += 20)
    await Promise.all(Array.from({ length: 20 }, (_, more) => approveRefund(index + more)));
  page = await desk.page({ path: '/audit' });
}, 600_000);
afterAll(() => desk?.[Symbol.asyncDispose]());

const lines = (on = page) => on.locator('table.audit tbody tr:not(.opened)');
const counted = (words: string | RegExp, on = page) =>
  on.locator('.audit-count [role="status"]', { hasText: words }).waitFor();
const search = async (query: string, words: string | RegExp) => {
  await page.goto(`${desk.url}/audit?${query}`);
  await counted(words);
};

describe('the audit', () => {
  test('reads step by step, and never more than was asked for', async () => {
    await counted(/^The newest 50; there are older ones$/);
    expect(await lines().count()).toBe(50);
    await page.getByRole('button', { name: 'Older ones', exact: true }).click();
    if (process.env.HOLDPOINT_SOAK) return counted(/^The newest 100; there are older ones$/);
    await counted(/^62 decisions$/);
    expect(await lines().count()).toBe(62);
    expect(await page.getByRole('button', { name: 'Older ones', exact: true }).count()).toBe(0);
  });

  test('finds by words, person, verdict, crew and day; the address keeps what is looked for', async () => {
    await page.goto(`${desk.url}/audit`);
    await page.getByRole('searchbox', { name: 'Words, order, digest' }).fill('promise NOTHING');
    await counted(/^1 decision$/);
    await lines().getByText('Mail "Your refund" to k.ito@example.com').waitFor();
    await expect.poll(() => page.url()).toBe(`${desk.url}/audit?text=promise+NOTHING`);
    await page.reload();
    await counted(/^1 decision$/);
    await page.getByRole('combobox', { name: 'Verdict', exact: true }).selectOption('rejected');
    await page.getByText('No decision fits.').waitFor();
    await page.getByRole('button', { name: 'Show all of them', exact: true }).click();
    await counted(/there are older ones$/);
    await page.getByRole('combobox', { name: 'By', exact: true }).fill('ben');
    await counted(/^2 decisions$/);
    await page.getByRole('combobox', { name: 'Crew', exact: true }).selectOption('newsroom');
    await counted(/^1 decision$/);
    await lines().getByText('wrong content', { exact: true }).waitFor();

    const [day, before] = [dayOf(LONG_AGO), dayOf(LONG_AGO - DAY_MS)];
    await search(`from=${before}&to=${day}`, /^2 decisions$/);
    expect(await page.getByLabel('to', { exact: true }).inputValue()).toBe(day);
    await search(`to=${before}`, /^0 decisions$/);
    await search(`text=${mail.digest}`, /^1 decision$/);
    await search('outcome=cancelled', /^1 decision$/);
    await lines().getByText('withdrawn', { exact: true }).waitFor();
    await search('outcome=nonsense&from=yesterday', /there are older ones$/);
  });

  test('opens a modification: what was changed, and that exactly this ran', async () => {
    await search('outcome=modified', /^1 decision$/);
    await lines().getByRole('button').first().click();
    const box = page.getByRole('region', { name: 'What ben changed', exact: true });
    await box.waitFor();
    expect(await box.locator('tr.del').innerText()).toContain('is on its way');
    expect(await box.locator('tr.add').innerText()).toContain('bank will show it');
    expect(await box.locator('tr.del').count()).toBe(1);
    const facts = page.locator('.opened dl');
    await facts.getByText('“We promise nothing.”', { exact: true }).waitFor();
    await facts.getByText(', equal to what was approved.').waitFor();
    await facts.getByText('chain verified').waitFor();
    await facts.getByRole('link', { name: 'See it as it was shown', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Mail "Your refund" to k.ito@example.com' }).waitFor();
  });

  test('exports all that is looked for, not only what is shown', async () => {
    await search('by=ana', /there are older ones$/);
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export NDJSON', exact: true }).click();
    const file = await (await coming).path();
    const written = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(written.length).toBe(APPROVALS);
    const decisions = written.map((line) => JSON.parse(line) as PastDecision);
    expect(new Set(decisions.map(({ holdId }) => holdId)).size).toBe(APPROVALS);
    expect(decisions.every(({ by, verdict }) => by === 'user:ana' && verdict === 'approve')).toBe(true);
  });

  test('checks every chain, and names the one that was written into', async () => {
    await page.goto(`${desk.url}/audit`);
    const chains = page.locator('.chains');
    await chains.getByRole('button', { name: 'Verify every chain', exact: true }).click();
    await chains
      .getByText(`in ${APPROVALS + 3} runs`.replace(/\d{4,}/, (n) => Number(n).toLocaleString('en-US')))
      .waitFor({ timeout: 60_000 });
    await chains.getByText('Chains verified', { exact: true }).waitFor();
    touched.write(mail.runId as string);
    await chains.getByRole('button', { name: 'Verify again', exact: true }).click();
    await chains.getByText('1 chain is broken', { exact: true }).waitFor({ timeout: 60_000 });
    await chains.getByRole('link', { name: `run ${(mail.runId as string).slice(-6)}`, exact: true }).waitFor();
    touched.write(null);
  }, 120_000);

  test('says what was decided since, and moves nothing until it is asked', async () => {
    await search('by=ana', /there are older ones$/);
    await approveRefund(APPROVALS + 1);
    await page.getByRole('button', { name: '1 decided since, show', exact: true }).waitFor();
    expect(await lines().count()).toBe(50);
    await page.getByRole('button', { name: '1 decided since, show', exact: true }).click();
    await lines()
      .first()
      .getByText(`on order ${APPROVALS + 1}-R`)
      .waitFor();
  });
});

/** A journal that somebody can write into behind the server's back. */
function touchable(inner: Journal): { readonly journal: Journal; write(runId: string | null): void } {
  let touchedRun: string | null = null;
  const read: Journal['read'] = async (runId, ...rest) => {
    const events = await inner.read(runId, ...rest);
    if (runId !== touchedRun) return events;
    return events.map((event) => (event.seq === 2 ? { ...event, by: 'user:mallory' } : event));
  };
  const journal = new Proxy(inner, {
    get: (target, name) => {
      if (name === 'read') return read;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    journal,
    write: (runId) => {
      touchedRun = runId;
    },
  };
}
