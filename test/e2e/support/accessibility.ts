import axe, { type AxeResults, type RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

/** Every rule in the light theme; in the dark one the structure is the same, and only colours can break. */
export async function violations(page: Page): Promise<string[]> {
  // What a frame holds would not be looked at.
  if (page.frames().length > 1) throw new Error('The page has a frame, which this does not look into.');
  // Half a megabyte: once for a document, and what does not break a rule is not sent back.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const light = await broken(page, {});
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const dark = await broken(page, { runOnly: ['color-contrast'] });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  return [...light, ...dark];
}

/** What passed is not told: to describe it takes longer than to find what did not. */
async function broken(page: Page, options: RunOptions): Promise<string[]> {
  return page.evaluate(inPage, { ...options, resultTypes: ['violations'] satisfies RunOptions['resultTypes'] });
}

async function inPage(options: RunOptions): Promise<string[]> {
  const { axe } = window as unknown as { axe: { run(of: Document, options: RunOptions): Promise<AxeResults> } };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary?.slice(0, 200)}`),
  );
}
