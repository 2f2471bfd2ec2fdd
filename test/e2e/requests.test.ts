import type { Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { draftPlan, FAILING, QUESTION, refundPlan, WIRE } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

let desk: ReviewDesk;

beforeAll(async () => {
  desk = await reviewDesk();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

interface Asked {
  readonly responses: readonly Response[];
  /** Every address that the page asked for, sockets too. */
  readonly addresses: ReadonlySet<string>;
}

function listen(page: Page): Asked {
  const responses: Response[] = [];
  const addresses = new Set<string>();
  page.context().on('request', (request) => addresses.add(request.url()));
  page.on('websocket', (socket) => addresses.add(socket.url()));
  page.on('response', (response) => responses.push(response));
  return { responses, addresses };
}

describe('what the page asks for', () => {
  test('the first load of the queue takes at most 200 KB of JavaScript over the wire', async () => {
    const page = await desk.page({ path: '/healthz' });
    const { responses } = listen(page);
    await page.goto(`${desk.url}/`);
    await page.getByText('Nothing waits for you.').waitFor();
    await page.waitForLoadState('networkidle');
    const scripts = responses.filter((response) => response.request().resourceType() === 'script');
    expect(scripts.length).toBeGreaterThan(0);
    let bytes = 0;
    for (const script of scripts) {
      expect(await script.headerValue('content-encoding')).toBe('gzip');
      bytes += (await script.request().sizes()).responseBodySize;
    }
    process.stdout.write(
      `first load of the queue: ${(bytes / 1000).toFixed(1)} KB of JavaScript in ${scripts.length} files\n`,
    );
    expect(bytes).toBeLessThanOrEqual(200_000);
    await page.context().close();
  });

  test('never leaves the host, whatever is looked at', async () => {
    const refund = await desk.run('refund-desk', refundPlan());
    const holds = [refund];
    for (const plan of [WIRE, QUESTION, FAILING]) holds.push(await desk.run('pay-office', plan));
    holds.push(await desk.run('newsroom', draftPlan()));
    const page = await desk.page({ path: '/healthz' });
    const { addresses } = listen(page);
    const views = [
      '/',
      ...holds.map(({ openHolds }) => `/holds/${openHolds[0]}`),
      '/runs',
      `/runs/${refund.id}`,
      '/oversight',
      '/audit',
    ];
    for (const view of views) {
      await page.goto(desk.url + view);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
    }
    // What is loaded only when it is needed: the raw editor, the sheet of keys, the menu.
    await page.goto(`${desk.url}/holds/${refund.openHolds[0]}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Raw JSON', exact: true }).click();
    await page.getByRole('textbox', { name: 'Yours, as JSON' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Edit' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    const hosts = new Set([...addresses].map((address) => new URL(address).host));
    expect([...hosts]).toEqual([new URL(desk.url).host]);
    await page.context().close();
  });
});
