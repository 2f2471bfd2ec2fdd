import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violations } from './support/accessibility.ts';
import { builtPage } from './support/page-build.ts';
import { cleanRefunds, movableClock } from './support/past-weeks.ts';
import { draftPlan, FAILING, mailPlan, QUESTION, refundPlan, smallRefundPlan, WIRE } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';
import { visit } from './support/visit.ts';

const ROOT = { actor: { user: 'user:root', roles: ['admin'], groups: [] } };

let desk: ReviewDesk;
const paths: [view: string, path: string][] = [];

beforeAll(async () => {
  const clock = movableClock();
  desk = await reviewDesk({ clock });
  await cleanRefunds(desk, clock, 74);
  const ben = { actor: { user: 'user:ben', roles: ['reviewer'], groups: ['leads'] } };
  const first = await desk.run('refund-desk', refundPlan({ amountUsd: 180, second: 120 }));
  const hold = await desk.hold(first);
  const decision = {
    digest: hold.digest,
    verdict: 'reject',
    reason: 'Only two jars broke.',
    reasonCode: 'wrong-amount',
  } as const;
  await desk.engine.decide(hold.id, decision, ben);
  await desk.run('pay-office', smallRefundPlan('80-B', 12));
  const runs = [
    ['human', 'pay-office', WIRE],
    ['question', 'pay-office', QUESTION],
    ['escalation', 'pay-office', FAILING],
    ['confirm', 'newsroom', draftPlan()],
    ['mail', 'pay-office', mailPlan()],
  ] as const;
  for (const [view, crew, plan] of runs)
    paths.push([view, `/holds/${(await desk.hold(await desk.run(crew, plan))).id}`]);
  const revised = (await desk.engine.settled(first.id)).openHolds[0];
  paths.push(
    ['approval', `/holds/${revised}`],
    ['runs', '/runs'],
    ['run', `/runs/${first.id}`],
    ['oversight', '/oversight'],
    ['audit', '/audit'],
  );
});
afterAll(() => desk?.[Symbol.asyncDispose]());

test('no view breaks a rule of accessibility, in either theme', async () => {
  const page = await desk.page();
  for (const [view, path] of paths) {
    await visit(page, path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(view === 'run' ? 900 : 300);
    expect({ view, found: await violations(page) }).toEqual({ view, found: [] });
  }
  await visit(page, paths.find(([view]) => view === 'approval')?.[1] ?? '/');
  for (const key of ['r', 'Escape', 'e', 'Escape', 'c', 'Escape', '?']) {
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press(key);
    await page.waitForTimeout(250);
    if (key !== 'Escape') expect({ key, found: await violations(page) }).toEqual({ key, found: [] });
  }
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^ana/ }).click();
  await page.getByRole('menuitemradio', { name: 'Dark', exact: true }).waitFor();
  expect({ at: 'menu', found: await violations(page) }).toEqual({ at: 'menu', found: [] });
  await page.context().close();
}, 180_000);

test('nor does a phone, nor an opened decision', async () => {
  const page = await desk.page({ width: 390, height: 844 });
  await page.locator('.hold').first().waitFor();
  expect({ view: 'list', found: await violations(page) }).toEqual({ view: 'list', found: [] });
  await visit(page, `/audit?outcome=rejected`);
  await page.locator('table.audit').getByRole('button', { expanded: false }).first().click();
  await page.getByText('chain verified').waitFor();
  expect({ view: 'audit', found: await violations(page) }).toEqual({ view: 'audit', found: [] });
  await page.context().close();
}, 120_000);

test('nor does what opens on a view: rows, the signing of a level, the lift of a stop', async () => {
  const page = await desk.page();
  const clean = async (view: string) => expect({ view, found: await violations(page) }).toEqual({ view, found: [] });
  const leave = async () => {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  const opened = () => page.getByRole('dialog').locator('[data-autofocus]:focus').waitFor();
  for (const { width, height } of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize({ width, height });
    await visit(page, `/oversight`);
    const refunds = page.getByRole('row').filter({ has: page.getByText('issue_refund', { exact: true }) });
    await refunds.filter({ hasText: 'pay-office' }).getByRole('button', { expanded: false }).click();
    await page.getByRole('figure', { name: 'Decided a week', exact: true }).waitFor();
    await clean(`opened oversight at ${width}`);
    await page
      .getByRole('button', { name: /^Raise to supervised/ })
      .first()
      .click();
    await opened();
    await clean(`signing at ${width}`);
    await leave();
    for (const outcome of ['rejected', 'approved']) {
      await visit(page, `/audit?outcome=${outcome}`);
      await page.locator('table.audit').getByRole('button', { expanded: false }).first().click();
      await page.getByText('chain verified').waitFor();
      await clean(`opened ${outcome} at ${width}`);
    }
    await desk.engine.stopAll({ reason: 'Wrong prices.' }, ROOT);
    await page.getByRole('button', { name: 'Resume… everything', exact: true }).click();
    await opened();
    await clean(`lifting a stop at ${width}`);
    await leave();
    await clean(`stopped at ${width}`);
    await desk.engine.resumeAll({ reason: 'Right prices.' }, ROOT);
    await page.getByRole('region', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });
  }
  await page.context().close();
}, 180_000);

test('on every width from phone to wall nothing is cut off, and the verbs are there', async () => {
  const path = paths.find(([view]) => view === 'approval')?.[1] ?? '/';
  const page = await desk.page({ path });
  await page.getByRole('button', { name: 'Claim it', exact: true }).click();
  await page.getByText(/^Claimed by you/).waitFor();
  for (const width of [390, 768, 1024, 1440, 1920, 2560]) {
    await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
    for (const name of [/^Approve: refund/, 'Edit', 'Reject…', 'Comment']) {
      const box = await page.getByRole('button', { name }).boundingBox();
      expect(box?.height).toBeGreaterThanOrEqual(width < 500 ? 44 : 32);
      expect((box?.x ?? 0) + (box?.width ?? Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(width);
    }
    // The act stands whole, its verbs on one line, and what was claimed can be given back.
    const label = page.locator('.decide .primary > span');
    expect(await label.evaluate((of) => of.scrollWidth <= of.clientWidth + 1)).toBe(true);
    const verbs = ['Edit', 'Reject…', 'Comment'].map((name) => page.getByRole('button', { name }).boundingBox());
    expect(new Set((await Promise.all(verbs)).map((box) => Math.round(box?.y ?? 0))).size).toBe(1);
    const release = await page.getByRole('button', { name: 'Release', exact: true }).boundingBox();
    expect((release?.x ?? 0) + (release?.width ?? Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(width);
    expect(await page.locator('.decide kbd, .strip kbd').first().isVisible()).toBe(width > 720);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect({ width, overflow }).toEqual({ width, overflow: 0 });
  }
  await page.context().close();
});

test('the first load of the queue is at most 200 KB of JavaScript', async () => {
  const folder = await builtPage();
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name ?? '');
  const bytes = scripts
    .map((name) => gzipSync(readFileSync(join(folder, name))).length)
    .reduce((sum, size) => sum + size, 0);
  expect(scripts.length).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(200_000);
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
});
