import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { RunSummary } from '../../src/client/index.ts';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { violations } from './support/accessibility.ts';
import type { Plan } from './support/planned-model.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

const PLAN: Plan = { draft: [{ output: 'A draft.' }], print: [{ output: 'Printed.' }] };
const crewWith = (goal: string, description: string) =>
  crewDefinition(
    defineCrew({
      name: 'press',
      inputs: z.strictObject({ ticket: z.string(), plan: z.string() }),
      agents: { writer: { role: 'Writer', goal } },
      tasks: {
        draft: { agent: 'writer', description: 'Draft {ticket} ({plan})', confirm: 'after' },
        print: { agent: 'writer', description },
      },
    }),
  );
/** Words of somebody else, with a character that is not seen. */
const CHANGED = crewWith('Write at\u200b length', 'Print it twice ({plan})');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let desk: ReviewDesk;
let run: RunSummary;

beforeAll(async () => {
  folder = await temporaryFolder();
  const path = join(folder.path, 'holdpoint.db');
  {
    await using before = await reviewDesk({
      journal: await openSqliteJournal({ path }),
      crews: [crewWith('Write shortly', 'Print it ({plan})')],
    });
    run = await before.run('press', PLAN);
  }
  desk = await reviewDesk({ journal: await openSqliteJournal({ path }), crews: [CHANGED] });
  desk.model.plan(PLAN);
  const hold = await desk.hold(run);
  await desk.engine.decide(
    hold.id,
    { digest: hold.digest, verdict: 'approve' },
    { actor: { user: 'user:ben', roles: ['reviewer'], groups: [] } },
  );
  const parked = async () => expect((await desk.engine.run(run.id)).status).toBe('parked');
  await vi.waitFor(parked, { timeout: 15_000, interval: 50 });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await folder?.remove();
});

test('a run whose crew changed shows what changed; who may not accept it is told who may', async () => {
  const page = await desk.page({ user: 'rita', role: 'reviewer', path: `/runs/${run.id}` });
  const parked = page.getByRole('region', { name: 'Parked', exact: true });
  await parked.getByText('2 differences in its crew', { exact: true }).waitFor();
  await page.locator('.journal').getByText('/agents/writer/goal changed').first().waitFor();
  await parked.getByText('An operator can let it go on.').waitFor();
  const lines = await parked.getByRole('listitem').allInnerTexts();
  expect(lines.join('\n')).toMatch(/\/agents\/writer\/goal changed: "Write shortly" → "Write at.*U\+200B.* length"/s);
  expect(lines.join('\n')).toMatch(/\/tasks\/.*"Print it \(\{plan\}\)" → "Print it twice \(\{plan\}\)"/);
  expect(await parked.getByRole('button').count()).toBe(0);
  await page.context().close();
});

test('an operator accepts exactly that, under their name, and the run goes on', async () => {
  const page = await desk.page({ user: 'olga', role: 'operator', path: `/runs/${run.id}`, width: 390, height: 844 });
  const clean = async (view: string) => expect({ view, found: await violations(page) }).toEqual({ view, found: [] });
  const ask = page.getByRole('button', { name: 'Accept the change…', exact: true });
  await ask.waitFor();
  await page.getByText('chain verified').waitFor();
  await page.getByText(/^Nothing works: the crew changed since/).waitFor();
  await clean('a parked run on a phone');
  await ask.click();
  const dialog = page.getByRole('dialog', { name: 'Let this run of press go on with the changed crew?', exact: true });
  await dialog.getByText('Print it twice').waitFor();
  await clean('the dialog on a phone');
  const box = await dialog.boundingBox();
  expect(box && box.x >= 0 && box.x + box.width <= 390).toBe(true);
  await page.setViewportSize({ width: 1440, height: 900 });
  await clean('the dialog');
  // Asked, and left: nothing happened.
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect((await desk.engine.run(run.id)).status).toBe('parked');
  await clean('a parked run');

  await ask.press('Enter');
  const accept = dialog.getByRole('button', { name: 'Accept 2 differences, and let it go on', exact: true });
  await accept.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.pagehead .state').getByText('completed', { exact: true }).waitFor();
  await page.getByRole('region', { name: 'Parked', exact: true }).waitFor({ state: 'detached' });
  const { fingerprint } = await desk.engine.change(run.id);
  const resumed = (await desk.journal.read(run.id, { type: 'run.resumed' })).at(-1);
  expect(resumed).toMatchObject({ by: 'user:olga', data: { fingerprint } });
  await page.context().close();
}, 90_000);
