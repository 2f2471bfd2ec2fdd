import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/client/index.ts';
import { violations } from './support/accessibility.ts';
import { mailPlan, smallRefundPlan } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';
import { visit } from './support/visit.ts';

const ROOT = { actor: { user: 'user:root', roles: ['admin'], groups: [] } };
const PHONE = { width: 390, height: 844 };
const REASON = 'The price list of today is wrong. '.repeat(12).trim();

let desk: ReviewDesk;
let held: RunSummary;

beforeAll(async () => {
  desk = await reviewDesk();
  held = await desk.run('pay-office', mailPlan());
  await desk.run('pay-office', smallRefundPlan('80-B', 30));
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const bar = (page: Page) => page.getByRole('region', { name: 'Stop', exact: true });
const clean = async (page: Page, view: string) =>
  expect({ view, found: await violations(page) }).toEqual({ view, found: [] });
const statusOf = async ({ id }: RunSummary) => (await desk.engine.run(id)).status;

async function stopped(): Promise<void> {
  await desk.engine.stopAll({ reason: REASON }, ROOT);
  expect(await statusOf(held)).toBe('parked');
}

describe('while everything is stopped', () => {
  test('every view says who did that, when and why, on a desk and on a phone', async () => {
    await stopped();
    const page = await desk.page({ user: 'olga', role: 'operator' });
    for (const path of ['/', `/holds/${held.openHolds[0]}`, '/runs', `/runs/${held.id}`, '/oversight', '/audit']) {
      for (const size of [{ width: 1440, height: 900 }, PHONE]) {
        await page.setViewportSize(size);
        await visit(page, path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await bar(page)
          .getByText(/^Everything was stopped by root at \d\d:\d\d:/)
          .waitFor();
        await bar(page).getByText(REASON).waitFor();
        const resume = await page.getByRole('button', { name: 'Resume… everything', exact: true }).boundingBox();
        expect(resume?.height).toBeGreaterThanOrEqual(size === PHONE ? 44 : 28);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect({ path, overflow }).toEqual({ path, overflow: 0 });
        // It stands above what is looked at, also where the connection is lost as well.
        expect((await bar(page).boundingBox())?.y).toBeLessThan(120);
        await clean(page, `${path} at ${size.width}`);
      }
    }
    const startAgain = await desk.stopServer();
    await page.getByText(/^Not connected since/).waitFor();
    expect((await bar(page).boundingBox())?.y).toBeLessThan(250);
    expect(await page.getByRole('button', { name: 'Resume… everything', exact: true }).isDisabled()).toBe(true);
    await startAgain();
    await page.context().close();
  }, 180_000);

  test('who may not lift it is told who may', async () => {
    const page = await desk.page({ user: 'rita', role: 'reviewer', path: `/runs/${held.id}` });
    await bar(page)
      .getByText(/until an operator lifts that/)
      .waitFor();
    await page.getByText('Everything is stopped: no run goes on before that is lifted.').waitFor();
    for (const name of [/^Resume/, /^Let it go on/, /^Accept/])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    await page.context().close();
  });

  test('an operator lifts it with words, and may leave the runs parked for a person each', async () => {
    const page = await desk.page({ user: 'olga', role: 'operator', path: `/runs/${held.id}`, ...PHONE });
    const resume = page.getByRole('button', { name: 'Resume… everything', exact: true });
    const dialog = page.getByRole('dialog', { name: 'Lift the stop?', exact: true });
    await resume.click();
    await dialog.locator('[data-autofocus]:focus').waitFor();
    await clean(page, 'the dialog on a phone');
    const [frame, box] = [await dialog.boundingBox(), await dialog.getByRole('checkbox').boundingBox()];
    expect(box && frame && box.x >= frame.x && box.y > frame.y && box.y < frame.y + frame.height).toBe(true);
    await page.setViewportSize({ width: 1440, height: 900 });
    await clean(page, 'the dialog');
    const lift = dialog.getByRole('button', { name: 'Lift the stop, and let the runs go on', exact: true });
    expect(await lift.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('The prices are right again.');
    await page.reload();
    await resume.click();
    expect(await dialog.getByRole('textbox').inputValue()).toBe('The prices are right again.');
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Lift the stop', exact: true }).click();
    await bar(page).waitFor({ state: 'detached' });
    expect(await desk.engine.stop()).toBeNull();
    expect(await statusOf(held)).toBe('parked');
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('right again');

    // Each for itself.
    await page.getByRole('button', { name: 'Let it go on…', exact: true }).click();
    // It has its name a moment after it is there.
    await page.getByRole('dialog', { name: /./ }).waitFor();
    await clean(page, 'the dialog of a parked run');
    await page.getByRole('dialog').getByRole('button', { name: 'Let it go on', exact: true }).click();
    await page.locator('.pagehead .state').getByText('held', { exact: true }).waitFor();
    expect(await statusOf(held)).toBe('held');

    await stopped();
    await resume.click();
    await dialog.getByRole('textbox').fill('It was a false alarm.');
    await lift.click();
    await bar(page).waitFor({ state: 'detached' });
    await page.locator('.pagehead .state').getByText('held', { exact: true }).waitFor();
    await page.context().close();
  }, 90_000);
});

test('of a run that it parked no task works, wherever tasks are told', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const plan = desk.model.plan({ settle: [{ output: { done: true }, until: promise }] });
  const { id } = await desk.engine.start('pay-office', { ticket: 'ticket 9', plan }, { requestedBy: 'user:ben' });
  await expect.poll(async () => (await desk.engine.run(id)).tasks).toEqual({ settle: 'working' });
  await stopped();
  const page = await desk.page({ user: 'olga', role: 'operator', path: `/runs/${id}` });
  const tasks = page.getByRole('region', { name: 'Tasks', exact: true });
  for (const told of [tasks.getByRole('list'), tasks.locator('.graph'), tasks.locator('header')])
    await told.getByText(/^(1 )?parked$/).waitFor();
  await page.getByText('none yet, parked', { exact: true }).waitFor();
  await visit(page, `/runs`);
  await page
    .locator('tr', { has: page.locator(`a[href="/runs/${id}"]`) })
    .getByText('1 parked')
    .waitFor();
  expect(await page.getByText(/\bworking\b/).count()).toBe(0);
  resolve();
  await desk.engine.resumeAll({ reason: 'The test is over.' }, ROOT);
  await desk.engine.settled(id);
  await page.context().close();
});

test('an operator stops everything from the runs, with words that everybody reads', async () => {
  const rita = await desk.page({ user: 'rita', role: 'reviewer', path: '/runs' });
  await rita.getByRole('heading', { level: 1 }).waitFor();
  const page = await desk.page({ user: 'olga', role: 'operator', path: '/runs', ...PHONE });
  await page.getByRole('button', { name: 'Stop everything…', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop everything?', exact: true });
  await dialog.locator('[data-autofocus]:focus').waitFor();
  await clean(page, 'the dialog of a stop');
  const stop = dialog.getByRole('button', { name: 'Stop everything', exact: true });
  expect(await stop.isDisabled()).toBe(true);
  await dialog.getByRole('textbox').fill('Two cards were charged twice');
  await stop.click();
  await dialog.waitFor({ state: 'detached' });
  for (const of of [page, rita]) await bar(of).getByText('“Two cards were charged twice”.').waitFor();
  expect(await page.getByRole('button', { name: 'Stop everything…', exact: true }).count()).toBe(0);
  expect(await rita.getByRole('button', { name: /^Stop everything/ }).count()).toBe(0);
  expect(await desk.engine.stop()).toMatchObject({ by: 'user:olga', reason: 'Two cards were charged twice' });
  expect(await statusOf(held)).toBe('parked');
  await desk.engine.resumeAll({ reason: 'The test is over.' }, ROOT);
  await bar(rita).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Stop everything…', exact: true }).waitFor();
  expect(await rita.getByRole('button', { name: /^Stop everything/ }).count()).toBe(0);
  for (const of of [page, rita]) await of.context().close();
}, 60_000);
