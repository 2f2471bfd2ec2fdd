import type { Page } from 'playwright-core';

/** Moves within the page, as a link does. What is loaded stays: to load it again takes longer than most of what is looked at. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
}
