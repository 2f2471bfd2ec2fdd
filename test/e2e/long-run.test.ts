import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/client/index.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { longCrew, longModel } from './support/long-run.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

/** Ten thousand events: what is drawn and asked for must not grow with them. */
const SIZE = { tasks: 20, calls: 124 };
const LINES_DRAWN = 80;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let desk: ReviewDesk;
let run: RunSummary;
let page: Page;
const asked: string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  const journal = await openSqliteJournal({ path: `${folder.path}/holdpoint.db` });
  desk = await reviewDesk({ crews: [longCrew(SIZE)], journal, model: longModel(SIZE) });
  const { id } = await desk.engine.start('long-work', {}, { requestedBy: 'user:ben' });
  run = await desk.engine.settled(id);
  page = await desk.page();
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => asked.push(/\["([a-z]+:[a-zA-Z]+)"/.exec(String(payload))?.[1] ?? '')),
  );
  await page.goto(`${desk.url}/runs/${run.id}`);
}, 120_000);
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await desk?.journal.close();
  await folder?.remove();
});

const lines = () => page.locator('.journal .event');
const slider = () => page.getByRole('slider');
const standsAt = (words: RegExp) => page.locator('.time label', { hasText: words }).waitFor({ timeout: 60_000 });
const isInView = (seq: number) =>
  page.evaluate((wanted) => {
    const box = document.querySelector('.journal-lines')?.getBoundingClientRect();
    const all = [...document.querySelectorAll('.journal .event')];
    const line = all
      .find((of) => of.querySelector('.event-seq')?.textContent === `#${wanted}`)
      ?.getBoundingClientRect();
    return box !== undefined && line !== undefined && line.top >= box.top - 1 && line.bottom <= box.bottom + 1;
  }, seq);

describe('a run of ten thousand events', () => {
  test('is there to its end, and only the lines on the screen are drawn', async () => {
    expect(run.lastSeq).toBeGreaterThan(10_000);
    await standsAt(new RegExp(`^now, #${run.lastSeq}$`));
    await expect.poll(() => isInView(run.lastSeq), { timeout: 15_000 }).toBe(true);
    await page.locator('.journal').getByText(`${run.lastSeq} events, chain verified`).waitFor({ timeout: 60_000 });
    expect(await lines().count()).toBeLessThan(LINES_DRAWN);
    expect(await page.locator('*').count()).toBeLessThan(3_000);
    expect(await page.locator('.tick').count()).toBeLessThan(402);
    const last = page.locator('.journal li[aria-posinset]').last();
    expect(await last.getAttribute('aria-setsize')).toBe(String(run.lastSeq));
  });

  test('costs few questions, however long it is', async () => {
    const counts = (name: string) => asked.filter((of) => of === name).length;
    await expect.poll(() => counts('actions:list')).toBeGreaterThanOrEqual(2);
    await page.getByText('These are the newest; older ones are in the journal.').waitFor();
    expect(await page.locator('.ran-action').count()).toBe(20);
    // On a machine at work it comes in several parts, and each may be asked about.
    expect(counts('run:state')).toBeLessThanOrEqual(12);
    expect(counts('run:watch')).toBe(1);
    expect(asked.length).toBeLessThan(40);
  });

  test('scrolls from end to end with as few lines', async () => {
    const list = page.locator('.journal-lines');
    for (const share of [0.75, 0.5, 0.25, 0]) {
      await list.evaluate((of, to) => {
        of.scrollTop = of.scrollHeight * to;
      }, share);
      const seq = Math.round(run.lastSeq * share) + 1;
      await expect
        .poll(async () => Math.abs(Number((await lines().first().innerText()).split(/[#\n\s]+/)[1]) - seq))
        .toBeLessThan(40);
      expect(await lines().count()).toBeLessThan(LINES_DRAWN);
    }
    expect(await isInView(1)).toBe(true);
  });

  test('is gone through by slider, key and line: what was asked for last is replayed, and in view', async () => {
    const before = asked.length;
    for (const seq of [100, 2_500, 9_000, 5_000]) {
      await slider().fill(String(seq));
      await expect.poll(() => isInView(seq)).toBe(true);
    }
    await standsAt(/^as of #5000, replayed$/);
    // Of what the page asks, only this: it also says that it is there, and looks what ran by itself.
    expect(asked.slice(before).filter((of) => of === 'run:state').length).toBeLessThanOrEqual(4);
    await page.keyboard.press('Escape');
    await standsAt(new RegExp(`^now, #${run.lastSeq}$`));
    await slider().fill('5000');
    await page.locator('.journal .event[aria-expanded]', { hasText: '#5001' }).click();
    await standsAt(/^as of #5001, replayed$/);
    await page.locator('.event-data').waitFor();
    expect(await isInView(5_001)).toBe(true);
    await page.keyboard.press('ArrowLeft');
    await standsAt(/^as of #5000, replayed$/);
    expect(await isInView(5_000)).toBe(true);
    expect(await lines().count()).toBeLessThan(LINES_DRAWN);
  });

  test('on a phone a line that is opened keeps its head in view, though it is taller than the list', async () => {
    await page.setViewportSize({ width: 390, height: 700 });
    await slider().fill('2500');
    await expect.poll(() => isInView(2_500)).toBe(true);
    const line = page.locator('.journal .event', { hasText: '#2503' });
    await line.click();
    await standsAt(/^as of #2503, replayed$/);
    await page.locator('.event-data').waitFor();
    expect(await isInView(2_503)).toBe(true);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('an address leads to its event', async () => {
    await page.goto(`${desk.url}/runs/${run.id}?seq=7001`);
    await standsAt(/^as of #7001, replayed$/);
    await expect.poll(() => isInView(7_001), { timeout: 15_000 }).toBe(true);
  });

  test('its graph shows the tasks around what happens, large enough to be read', async () => {
    const name = page.locator('.task-box', { hasText: 'part20' });
    await page.goto(`${desk.url}/runs/${run.id}`);
    await expect.poll(async () => ((await name.boundingBox())?.height ?? 0) > 26).toBe(true);
    await expect
      .poll(async () => {
        const [box, frame] = [await name.boundingBox(), await page.locator('.graph').boundingBox()];
        return box !== null && frame !== null && box.x >= frame.x && box.x + box.width <= frame.x + frame.width + 1;
      })
      .toBe(true);
  });
});
