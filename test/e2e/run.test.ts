import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { RunSummary } from '../../src/client/index.ts';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import { DESK_CREWS } from './support/desk-crews.ts';
import { draftPlan, refundPlan, smallRefundPlan } from './support/plans.ts';
import { type ReviewDesk, reviewDesk } from './support/review-desk.ts';

const label = defineTool({
  name: 'label',
  description: 'Label a ticket.',
  input: z.strictObject({ ticket: z.string() }),
  output: z.strictObject({ labelled: z.boolean() }),
  tier: 'supervised',
  idempotent: true,
  execute: async () => ({ labelled: true }),
  undo: async () => {
    throw new Error('The label printer is out of paper.');
  },
});
const labelDesk = crewDefinition(
  defineCrew({
    name: 'label-desk',
    inputs: z.strictObject({ ticket: z.string(), plan: z.string() }),
    agents: { clerk: { role: 'Clerk', goal: 'Label', tools: [label] } },
    tasks: { mark: { agent: 'clerk', description: 'Label {ticket} ({plan})' } },
  }),
);

let desk: ReviewDesk;
let page: Page;

beforeAll(async () => {
  desk = await reviewDesk({ crews: [...DESK_CREWS, labelDesk] });
  page = await desk.page();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

type RunId = RunSummary['id'];
const eventsOf = (runId: RunId) => desk.journal.read(runId);
const seqOf = async (runId: RunId, type: string) =>
  (await eventsOf(runId)).find((event) => event.type === type)?.seq ?? 0;
const openRun = async (runId: RunId, seq?: number) => {
  await page.goto(`${desk.url}/runs/${runId}${seq === undefined ? '' : `?seq=${seq}`}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
};
const runIdNow = () => decodeURIComponent(new URL(page.url()).pathname.slice('/runs/'.length)) as RunId;
const replayed = (seq: number) => page.getByText(`as of #${seq}, replayed`, { exact: true }).first();
const line = (seq: number) => page.locator('button.event', { has: page.getByText(`#${seq}`, { exact: true }) });
/** What a fork says of where it came from. */
const forkedFrom = (seq: number) =>
  page.getByText(new RegExp(`^Forked from run \\w{6} at #${seq}; #1 to #\\d+ were taken over`));
const fork = (seq: number) => page.getByRole('button', { name: `Fork from #${seq}…` });

/** Something that is waited for until a test lets it go on. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** What the page says of each task, in words. */
const tasksShown = async (): Promise<Record<string, string>> => {
  const rows = await page.getByRole('list', { name: 'Tasks', exact: true }).getByRole('listitem').all();
  const pairs = await Promise.all(
    rows.map(async (row) => [await row.locator('code').innerText(), await row.locator('.push').innerText()] as const),
  );
  return Object.fromEntries(pairs);
};

describe('the whole life of a run by mouse only', () => {
  let runId: RunId;

  test('from the form of its crew over a rejection, an edit and a yes to its end', async () => {
    await desk.emptyQueue();
    const plan = desk.model.plan(refundPlan({ amountUsd: 180, second: 120 }));
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('combobox', { name: 'of', exact: true }).selectOption('refund-desk');
    await page.getByLabel(/^ticket/).fill('ticket 77');
    await page.getByLabel(/^plan/).fill(plan);
    await page.getByRole('button', { name: 'Start refund-desk', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'refund-desk, ticket 77', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Open the hold' }).click();

    await page.getByRole('heading', { level: 1, name: /^Refund \$180\.00 on order 81-A/ }).waitFor();
    await page.getByText('Can be undone for 10 min after it runs', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Reject…' }).click();
    await page.getByText('wrong amount', { exact: true }).click();
    await page.getByRole('textbox', { name: 'In your words' }).fill('Only two jars broke.');
    await page.getByRole('button', { name: 'Reject: wrong amount' }).click();

    await page.getByRole('link', { name: /revision 2/ }).click();
    await page.getByRole('heading', { level: 1, name: /^Refund \$120\.00 on order 81-A/ }).waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel(/^amountUsd/).fill('60');
    await page.getByRole('button', { name: 'Approve with 1 change' }).click();

    await page.getByRole('heading', { level: 1, name: 'Mail "Your refund" to j.moreau@example.com' }).waitFor();
    await page.getByRole('button', { name: /^Approve: mail/ }).click();
    await page.getByText('Nothing waits for you.').waitFor();

    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('link', { name: 'refund-desk', exact: true }).first().click();
    await page.locator('.pagehead .state').getByText('completed', { exact: true }).waitFor();
    runId = runIdNow();
    const types = (await eventsOf(runId)).filter(({ type }) => type === 'hold.decided').map(({ data }) => data);
    expect(types).toMatchObject([{ verdict: 'reject' }, { verdict: 'modify' }, { verdict: 'approve' }]);
  });

  test('back in time along the journal and along the slider: what is shown is replayed', async () => {
    await openRun(runId);
    const opened = await seqOf(runId, 'hold.opened');
    await line(opened).click();
    await replayed(opened).waitFor();
    expect(await tasksShown()).toMatchObject({
      assess: 'completed',
      pay: 'held',
      notify: 'waiting',
      report: 'waiting',
    });
    await expect.poll(() => new URL(page.url()).search).toBe(`?seq=${opened}`);

    const slider = page.getByRole('slider');
    const box = await slider.boundingBox();
    if (!box) throw new Error('The slider is not on the page.');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 4, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    await replayed(1).waitFor();
    expect(await slider.inputValue()).toBe('1');
    expect(new Set(Object.values(await tasksShown()))).toEqual(new Set(['waiting']));

    const then = page.getByRole('region', { name: 'Then', exact: true });
    await then.getByText('Between two steps.', { exact: true }).waitFor();
    expect(await page.getByRole('region', { name: /^(Now|Could be undone)/ }).count()).toBe(0);
    const asked = await seqOf(runId, 'action.started');
    await openRun(runId, asked);
    await then.getByText('lookup works.', { exact: true }).waitFor();

    await page.getByRole('button', { name: /^Back to now, #\d+$/ }).click();
    await expect.poll(async () => (await tasksShown()).report).toBe('completed');
    await page.getByText('The run is completed; nothing more will happen in it.', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Can be undone', exact: true }).waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe('');
  });

  test('to a fork, which says first what it keeps, and does none of it again', async () => {
    const opened = await seqOf(runId, 'hold.opened');
    await openRun(runId, opened);
    await replayed(opened).waitFor();
    await fork(opened).click();
    const dialog = page.getByRole('dialog', { name: `Fork from #${opened}?` });
    await dialog.getByText('issue_refund opens again').waitFor();
    await dialog.getByRole('button', { name: `Start a new run from #${opened}`, exact: true }).click();
    await forkedFrom(opened).waitFor();
    const forked = runIdNow();
    expect(forked).not.toBe(runId);
    await page.getByRole('link', { name: 'Open the hold' }).click();
    await page.getByRole('heading', { level: 1, name: /^Refund \$180\.00 on order 81-A/ }).waitFor();
    const answers = (await eventsOf(forked)).filter(({ type }) => type === 'model.responded');
    expect(answers.every(({ seq }) => seq <= opened)).toBe(true);

    await page.goBack();
    await page.getByRole('link', { name: new RegExp(`at #${opened}$`) }).click();
    await replayed(opened).waitFor();
    expect(runIdNow()).toBe(runId);
    await page.getByText(`Forked at #${opened} into run`).waitFor();
  });
});

describe('the run page', () => {
  test('shows at any event what a replay gives there, and nothing else', async () => {
    const { id } = await desk.run('refund-desk', refundPlan());
    const events = await eventsOf(id);
    await openRun(id, events.length - 1);
    for (let seq = events.length - 1; seq > 0; seq -= 2) {
      await replayed(seq).waitFor();
      const { summary } = await desk.engine.stateAt(id, seq);
      expect({ seq, tasks: await tasksShown() }).toEqual({ seq, tasks: summary.tasks });
      const { inputTokens, outputTokens } = summary.usage;
      const tokens = new RegExp(`^${(inputTokens + outputTokens).toLocaleString('en-US')} tokens in `);
      const head = page.locator('.pagehead');
      await head.locator('.state').getByText(summary.status, { exact: true }).waitFor();
      await head.getByText(`as of #${seq}, replayed; held now`, { exact: true }).waitFor();
      await head.getByText(tokens).waitFor();
      for (const key of ['ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
    }
  });

  test('is walked and forked by keys alone', async () => {
    const { id } = await desk.run('newsroom', draftPlan());
    await openRun(id);
    const last = (await eventsOf(id)).length;
    await page.getByText(`now, #${last}`, { exact: true }).first().waitFor();
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowRight']) await page.keyboard.press(key);
    await replayed(last - 1).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText(`now, #${last}`, { exact: true }).first().waitFor();
    await page.keyboard.press('f');
    await page.getByRole('dialog', { name: `Fork from #${last}?` }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('f');
    await page
      .getByRole('button', { name: `Start a new run from #${last}`, exact: true })
      .and(page.locator(':focus'))
      .waitFor();
    await page.keyboard.press('Enter');
    await forkedFrom(last).waitFor();
    await page.getByRole('link', { name: 'Open the hold' }).waitFor();
    await page.keyboard.press('o');
    await page.getByRole('heading', { level: 1, name: 'Use the output of write' }).waitFor();
  });

  test('takes the nearest event where none can be forked', async () => {
    const { id, lastSeq: asked } = await desk.run('pay-office', smallRefundPlan('80-A', 11));
    await openRun(id);
    await fork(asked).click();
    await page.getByRole('dialog').getByText('Nothing: the run had ended there.').waitFor();
    await page.getByRole('button', { name: `Start a new run from #${asked}`, exact: true }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    const other = page.getByRole('button', { name: /^Take #\d+$/ }).first();
    const seq = Number((await other.innerText()).replace(/\D/g, ''));
    await other.click();
    await page.getByRole('button', { name: `Start a new run from #${seq}`, exact: true }).click();
    await forkedFrom(seq).waitFor();
  });

  test('shows what two agents say while they say it, and that it is not recorded yet', async () => {
    const [looked, thought] = [gate(), gate()];
    const plan = desk.model.plan({
      lookup: [{ output: { items: 3, unitUsd: 60, paidUsd: 180 }, until: looked.opened }],
      assess: [{ output: { refund: false, amountUsd: 0, why: 'All jars are whole.' }, until: thought.opened }],
      pattern: [{ output: 'Three claims in a year.', until: thought.opened }],
    });
    const { id } = await desk.engine.start('refund-desk', { ticket: 'ticket 9', plan }, { requestedBy: 'user:ben' });
    await openRun(id);
    // The page is told of events: from now on answers are streamed to it.
    await line(1).waitFor();
    looked.open();
    const now = (task: string) => page.getByRole('region', { name: `Now: ${task}`, exact: true });
    await now('assess').getByText('All jars are whole.').waitFor();
    await now('pattern').getByText('Three claims in a year.', { exact: true }).waitFor();
    await now('pattern').getByText('Live and not yet recorded.').waitFor();
    expect((await eventsOf(id)).filter(({ type }) => type === 'model.responded')).toHaveLength(1);
    thought.open();
    for (const task of ['assess', 'pattern']) await now(task).waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'Outputs' }).getByText('Three claims in a year.', { exact: true }).waitFor();
  });

  test('is found by its crew and state, and cancelled with words', async () => {
    await desk.run('pay-office', smallRefundPlan('80-E', 14));
    const { id } = await desk.run('newsroom', draftPlan());
    await page.goto(`${desk.url}/runs`);
    await page.getByRole('combobox', { name: 'Crew', exact: true }).selectOption('newsroom');
    await page.getByRole('combobox', { name: 'State', exact: true }).selectOption('held');
    await page.getByRole('link', { name: 'pay-office', exact: true }).first().waitFor({ state: 'detached' });
    await page.locator(`a[href="/runs/${id}"]`).click();
    await page.getByRole('button', { name: 'Cancel run…', exact: true }).click();
    const cancel = page.getByRole('button', { name: 'Cancel the run', exact: true });
    expect(await cancel.isDisabled()).toBe(true);
    await page.getByLabel('Why', { exact: true }).fill('Nobody reads it.');
    await cancel.click();
    await page.locator('.pagehead .state').getByText('cancelled', { exact: true }).waitFor();
    await page.getByText('The run is cancelled; nothing more will happen in it.', { exact: true }).waitFor();
    expect((await eventsOf(id)).find(({ type }) => type === 'run.cancel-requested')).toMatchObject({
      by: 'user:ana',
      data: { reason: 'Nobody reads it.' },
    });
  });

  test('offers a viewer the journal, and nothing that changes the run', async () => {
    const { id } = await desk.run('pay-office', smallRefundPlan('80-B', 12));
    const viewer = await desk.page({ user: 'vic', role: 'viewer', path: `/runs/${id}` });
    await viewer.getByRole('region', { name: 'Ran by itself' }).waitFor();
    await viewer.getByText('chain verified').waitFor();
    for (const name of [/^Fork from/, /^Cancel run/, /^Undo/, /^Bad/]) {
      expect(await viewer.getByRole('button', { name }).count()).toBe(0);
    }
    await viewer.context().close();
  });
});

describe('what ran by itself', () => {
  const ran = () => page.getByRole('region', { name: 'Ran by itself' });

  test('is judged with words, and undone while its window lasts', async () => {
    const { id } = await desk.run('pay-office', smallRefundPlan('80-B', 12));
    await openRun(id);
    await ran().locator('b').getByText('Refund $12.00 on order 80-B to the original card', { exact: true }).waitFor();
    await ran()
      .getByText(/^\d+:\d\d left$/)
      .waitFor();
    await ran().getByRole('button', { name: /^Bad…/ }).click();
    const record = page.getByRole('button', { name: 'Record it as bad', exact: true });
    expect(await record.isDisabled()).toBe(true);
    await page.getByLabel('What is wrong with it', { exact: true }).fill('The jar was whole.');
    await record.click();
    await ran().getByText('found bad', { exact: true }).waitFor();
    await ran().getByText('The jar was whole.', { exact: true }).waitFor();

    await ran()
      .getByRole('button', { name: /^Undo…/ })
      .click();
    await page.getByRole('dialog').getByText('What was made of its result is not undone with it').waitFor();
    await page.getByLabel('Why', { exact: true }).fill('It was whole.');
    await page.getByRole('button', { name: 'Undo it', exact: true }).click();
    await ran().getByText('undone', { exact: true }).waitFor();
    expect(
      await ran()
        .getByRole('button', { name: /^Undo…/ })
        .count(),
    ).toBe(0);
    const events = await eventsOf(id);
    expect(events.find(({ type }) => type === 'action.audited')).toMatchObject({
      by: 'user:ana',
      data: { finding: 'bad', reason: 'The jar was whole.' },
    });
    expect(events.map(({ type }) => type)).toContain('action.undone');
  });

  test('after a yes can be undone from its run as well, but is not judged again', async () => {
    const held = await desk.run('pay-office', smallRefundPlan('81-D', 36.5));
    const { id, digest } = await desk.hold(held);
    const ben = { actor: { user: 'user:ben', roles: ['reviewer'], groups: ['leads'] } };
    await desk.engine.decide(id, { digest, verdict: 'approve' }, ben);
    await desk.engine.settled(held.id);
    await openRun(held.id);
    const there = page.getByRole('region', { name: 'Can be undone', exact: true });
    await there.getByRole('button', { name: /^Undo…/ }).click();
    expect(await page.getByRole('button', { name: /^Bad…/ }).count()).toBe(0);
    await page.getByLabel('Why', { exact: true }).fill('The jar was whole.');
    await page.getByRole('button', { name: 'Undo it', exact: true }).click();
    await there.getByText('undone', { exact: true }).waitFor();
    const undone = (await eventsOf(held.id)).find(({ type }) => type === 'action.undo-started');
    expect(undone).toMatchObject({ by: 'user:ana', data: { reason: 'The jar was whole.' } });
  });

  test('says why an undo failed, and lets it be tried again', async () => {
    const { id } = await desk.run('label-desk', {
      mark: [{ call: ['label', { ticket: '81-A' }] }, { output: 'Done.' }],
    });
    await openRun(id);
    await ran()
      .getByRole('button', { name: /^Undo…/ })
      .click();
    await page.getByLabel('Why', { exact: true }).fill('Wrong ticket.');
    await page.getByRole('button', { name: 'Undo it', exact: true }).click();
    await ran().getByText('The label printer is out of paper.').waitFor();
    expect(
      await ran()
        .getByRole('button', { name: /^Undo…/ })
        .count(),
    ).toBe(1);
  });

  test('cannot be undone once its window is over, and says since when', async () => {
    const { id } = await desk.run('pay-office', smallRefundPlan('80-C', 13));
    // The last test of this page: its clock stays where it is put.
    await page.clock.setFixedTime(Date.now() + 11 * 60_000);
    await openRun(id);
    await ran()
      .getByText(/^The time to undo it ended at \d\d:\d\d\.$/)
      .waitFor();
    expect(
      await ran()
        .getByRole('button', { name: /^Undo…/ })
        .count(),
    ).toBe(0);
    expect(
      await ran()
        .getByRole('button', { name: /^Good…/ })
        .count(),
    ).toBe(1);
  });
});
