import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** Every rule in the light theme; in the dark one the structure is the same, and only colours can break. */
export async function violations(page: Page): Promise<string[]> {
  const light = await axe(page).analyze();
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const dark = await axe(page).withRules(['color-contrast']).analyze();
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  return [...light.violations, ...dark.violations].flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary?.slice(0, 200)}`),
  );
}

/** What passed is not told: to describe it takes longer than to find what did not. */
const axe = (page: Page) => new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
