import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Hold, RunSummary } from '../../src/client/index.ts';
import {
  FORGE_CREWS,
  forgedFailure,
  forgedNote,
  forgedQuestion,
  forgedRun,
  paddedPayment,
  TEXTS_A_RUN,
} from './support/forge-desk.ts';
import { type Forgery, forgeries, ODD_HIDDEN, ODD_RECORD, PADDING } from './support/forgeries.ts';
import { markedIn, type PageWatch, watchPage } from './support/page-watch.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';
import { visit as moveTo } from './support/visit.ts';

const BEN = { actor: { user: 'user:ben', roles: ['admin'], groups: [] } } as const;
const all = forgeries();

let desk: ReviewDesk;
let page: Page;
let watch: PageWatch;

beforeAll(async () => {
  desk = await reviewDesk({ crews: FORGE_CREWS });
  page = await desk.page({ slow: true });
  watch = await watchPage(page, desk.url);
  await page.goto(desk.url);
  await page.getByText('Nothing waits for you.').waitFor();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

/** Moves there, and opens what is folded. */
async function visit(path: string, waitFor: string): Promise<void> {
  await moveTo(page, path);
  await page.locator(waitFor).first().waitFor();
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
}
const marked = (selector: string) => page.locator(selector).evaluate(markedIn);
const openHold = ({ openHolds }: RunSummary) => openHolds[0] as Hold['id'];
const hiddenIn = (group: readonly Forgery[]) => group.reduce((sum, { hidden }) => sum + hidden, 0);

/** Opens a hold with its row of the queue, which names it too: what comes while one reads waits behind a button. */
async function visitHold(id: Hold['id'], waitFor: string): Promise<void> {
  await visit(`/holds/${id}`, waitFor);
  await expect.poll(() => page.evaluate(rowIsShown)).toBe(true);
}

/** One run with the group in every place; looked at where its output waits, where its action waits, and in its journal. */
async function look(group: readonly Forgery[]): Promise<void> {
  const texts = group.map(({ text }) => text);
  const hidden = hiddenIn(group);
  const started = await desk.run('forge-desk', forgedRun(texts, ODD_RECORD), texts[0]);
  const output = await desk.hold(started);
  await desk.engine.comment(output.id, texts.slice(2, 6).join('\n') || 'none', BEN);
  await visitHold(output.id, '.exact .markdown, .exact .rawtext');
  await page.locator('.talk bdi').first().waitFor();
  expect(await watch.faults()).toEqual([]);
  expect({ read: await marked('.exact'), claim: await marked('.claimbox') }).toEqual({ read: hidden, claim: hidden });
  const raw = page.locator('.exact .textblock-switch');
  if ((await raw.count()) > 0) {
    await raw.click();
    expect(await marked('.exact')).toBe(hidden);
  }
  await desk.engine.decide(output.id, { digest: output.digest, verdict: 'approve' }, BEN);
  const action = await desk.hold(await desk.engine.settled(started.id));
  const reason = texts.at(-1) || 'none';
  await desk.engine.decide(action.id, { digest: action.digest, verdict: 'reject', reason, reasonCode: 'other' }, BEN);
  const revised = openHold(await desk.engine.settled(started.id));
  await visitHold(revised, '.args');
  expect(await watch.faults()).toEqual([]);
  expect(await marked('.exact')).toBe(hidden + (group[1]?.hidden ?? 0) + ODD_HIDDEN);
  await visit(`/runs/${started.id}`, '.event');
  expect(await watch.faults()).toEqual([]);
  await desk.engine.cancel(started.id, reason, BEN);
}

/** Texts that come at once to where there is room for one. */
const FAR_GROUP = 45;

/** A text where it is only told of: what ran by itself, who was faster and why, and a run that failed of it. */
async function lookAside(text: string, hidden: number): Promise<void> {
  const run = await desk.run('pay-desk', paddedPayment('Pay'));
  await visitHold(openHold(run), '.args');
  await desk.run('note-desk', forgedNote(text));
  const newest = page.getByRole('complementary', { name: 'Decided just now' }).getByRole('listitem').first();
  await newest.getByText('ran by itself').waitFor();
  expect(await watch.faults()).toEqual([]);
  expect(await newest.evaluate(markedIn)).toBe(hidden);

  await page.locator('.decide .primary[aria-disabled="false"]').waitFor();
  const goOn = await desk.pause(page);
  const hold = await desk.hold(run);
  await desk.engine.decide(hold.id, { digest: hold.digest, verdict: 'reject', reason: text, reasonCode: 'other' }, BEN);
  await page.keyboard.press('a');
  await newest.getByText('sending').waitFor();
  goOn();
  await newest.getByText(/ben rejected this .*before you/).waitFor();
  expect(await watch.faults()).toEqual([]);
  expect(await newest.evaluate(markedIn)).toBe(hidden);

  await visit(`/holds/${hold.id}`, '.decide .closed');
  expect(await watch.faults()).toEqual([]);
  expect(await marked('.decide .closed')).toBe(hidden);

  const failed = await desk.run('fail-desk', forgedFailure(text));
  expect(failed.status).toBe('failed');
  await visit('/runs', 'tbody tr .st-failed[title]');
  expect(await watch.faults()).toEqual([]);
  await visit(`/runs/${failed.id}`, '.run-error');
  expect(await watch.faults()).toEqual([]);
  expect(await marked('.run-error')).toBe(hidden);
}

describe('what an agent writes', () => {
  test('is a corpus of at least 300 forgeries', () => {
    expect(new Set(all.map(({ text }) => text)).size).toBeGreaterThanOrEqual(300);
  });

  test('acts nowhere, loads nothing and hides nothing, as output, claim, argument, context, comment, reason or input', async () => {
    for (let at = 0; at < all.length; at += TEXTS_A_RUN) await look(all.slice(at, at + TEXTS_A_RUN));
    await visit('/audit', 'tbody tr');
    expect(await watch.faults()).toEqual([]);
    await visit('/runs', 'tbody tr');
    expect(await watch.faults()).toEqual([]);
    expect(watch.incidents).toEqual([]);
  }, 90_000);

  test('does so neither in the strip, as the reason of who was faster, nor as why a run failed', async () => {
    for (let at = 0; at < all.length; at += FAR_GROUP) {
      const group = all.slice(at, at + FAR_GROUP);
      await lookAside(group.map(({ text }) => text).join('\n'), hiddenIn(group));
    }
    expect(watch.incidents).toEqual([]);
  }, 90_000);

  test('does so neither as a question nor as the answers to it', async () => {
    for (let at = 0; at < all.length; at += 40) {
      const [question = '', ...options] = [...new Set(all.slice(at, at + 40).map(({ text }) => text.slice(0, 200)))];
      const run = await desk.run('pay-desk', forgedQuestion(question, options));
      await visitHold(openHold(run), '.choices');
      expect(await watch.faults()).toEqual([]);
      await desk.engine.cancel(run.id, 'seen', BEN);
    }
    expect(watch.incidents).toEqual([]);
  });

  test.each(PADDING.map(([text], index) => [index, text] as const))(
    'cannot push what decides out of view (%i)',
    async (_index, note) => {
      const run = await desk.run('pay-desk', paddedPayment(note));
      await visitHold(openHold(run), '.args');
      const bar = await page.getByRole('region', { name: 'Decide' }).boundingBox();
      for (const words of ['Baltic Freight', '120']) {
        const value = page.locator('.args .val', { hasText: new RegExp(`^${words}$`) });
        const box = await value.boundingBox();
        expect(box?.y).toBeGreaterThan(0);
        expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0);
        expect(await value.evaluate(isOnTop)).toBe(true);
      }
      expect(await page.locator('h1').innerText()).toContain('pay $120.00 to Baltic Freight');
      expect(await watch.faults()).toEqual([]);
      await desk.engine.cancel(run.id, 'seen', BEN);
    },
  );

  test('cannot pretend to be the page: its claims stay in their dashed box', async () => {
    const text = '# Approved by ana\n\n**Exactly this will run**\n\n| orderId | 81-A |\n|---|---|\n| amountUsd | 1 |';
    const run = await desk.run('forge-desk', forgedRun([text], {}));
    await visitHold(openHold(run), '.claimbox table');
    expect(await page.getByRole('heading', { name: 'Approved by ana' }).count()).toBe(0);
    expect(await page.locator('.claimbox').evaluate((box) => getComputedStyle(box).borderTopStyle)).toBe('dashed');
  });

  test('would be stopped by the policy of the page, were it ever to come alive', async () => {
    const response = await page.goto(desk.url);
    const policy = response?.headers()['content-security-policy'] ?? '';
    for (const directive of [
      "default-src 'self'",
      "script-src 'self';",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ])
      expect(policy).toContain(directive);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.forged = 1';
      const picture = document.createElement('img');
      picture.src = 'https://forged.example/x.png';
      document.body.append(script, picture);
    });
    await expect.poll(() => watch.incidents.join('\n')).toMatch(/stopped by the policy: script-src-elem inline/);
    await expect.poll(() => watch.incidents.join('\n')).toMatch(/stopped by the policy: img-src https:\/\/forged/);
    expect(await page.evaluate(() => 'forged' in window)).toBe(false);
  });
});

/** Runs in the page: lets in what came, and tells whether the open hold is in the list. */
function rowIsShown(): boolean {
  document.querySelector<HTMLElement>('.arrived')?.click();
  return document.querySelector('.queue .hold[aria-current]') !== null;
}

/** Runs in the page: nothing lies over the middle of an element. */
function isOnTop(element: Element): boolean {
  const { left, top, height } = element.getBoundingClientRect();
  const found = document.elementFromPoint(left + 4, top + height / 2);
  return found !== null && (element.contains(found) || found.contains(element));
}
