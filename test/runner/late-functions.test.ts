import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew, defineTool } from '../../src/index.ts';
import { call } from '../../src/testing.ts';
import { answer, openDesk } from '../support/desk.ts';
import { manualClock } from '../support/manual-clock.ts';

const LIMIT_MS = 60_000;
const LATE = 'it did not answer within 60000 ms (`functionTimeoutMs`)';

/** Asked, and silent for ever; the signals that it was given. */
function silent() {
  const signals: (AbortSignal | undefined)[] = [];
  const said = (...given: unknown[]) => {
    const options = given.find((one) => typeof one === 'object' && one !== null && 'signal' in one);
    signals.push((options as { signal?: AbortSignal } | undefined)?.signal);
    return new Promise<never>(() => undefined);
  };
  return { said, signals };
}

function crewOf(change: { task?: object; tool?: object; hooks?: object }) {
  const act = defineTool({
    name: 'act',
    description: 'Act',
    input: z.strictObject({}),
    tier: 'automatic',
    execute: () => 'acted',
    ...change.tool,
  });
  return defineCrew({
    name: 'late',
    agents: { a: { role: 'A', goal: 'A', tools: [act] } },
    tasks: { first: { agent: 'a', description: 'Do', ...change.task } },
    hooks: { ...change.hooks },
  });
}
const script = () => ({ first: [call('act'), answer('one'), answer('two'), answer('three'), answer('four')] });

/** Starts a run of a crew, lets a function of it be late whenever it is asked, and gives what the run stands at then. */
async function lateRun(change: Parameters<typeof crewOf>[0], signals: readonly unknown[], times = 1) {
  const clock = manualClock();
  const limits = { functionTimeoutMs: LIMIT_MS };
  const desk = await openDesk(crewOf(change), script(), { clock, limits, unrepeatable: true });
  const starting = desk.start();
  for (let asked = 1; asked <= times; asked++) {
    await expect.poll(() => signals.length).toBe(asked);
    clock.advance(LIMIT_MS - 1);
    clock.advance(1);
  }
  const run = await starting;
  await desk.settled(run);
  return { desk, run, clock };
}

test.each(['beforeRun', 'beforeTask', 'beforeModelCall', 'beforeAction', 'afterTask', 'afterRun'])(
  'a %s hook that never answers: a person is asked, and its signal says so',
  async (name) => {
    const { said, signals } = silent();
    const { desk, run } = await lateRun({ hooks: { [name]: said } }, signals);
    await using _ = desk;
    const hold = await desk.only(run);
    expect(hold.reasons).toEqual([{ code: 'hook', detail: `The ${name} hook failed: ${LATE}` }]);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
    await desk.engine.cancel(run, 'enough', { actor: { user: 'user:ana', roles: [], groups: [] } });
  },
);

test('a tier function that never answers: a person must approve', async () => {
  const { said, signals } = silent();
  const { desk, run } = await lateRun({ tool: { tier: said } }, signals);
  await using _ = desk;
  const hold = await desk.only(run);
  expect(hold.reasons[0]?.detail).toContain(`The tier function of act failed, so a person must approve: ${LATE}`);
});

test.each(['when', 'description'])('a `%s` that never answers: its task fails, and a person is asked', async (name) => {
  const { said, signals } = silent();
  const { desk, run } = await lateRun({ task: { [name]: said } }, signals);
  await using _ = desk;
  expect(await desk.only(run)).toMatchObject({ kind: 'escalation' });
  expect(JSON.stringify((await desk.only(run)).proposal)).toContain(LATE);
});

test.each([
  ['escalateIf', { escalateIf: true }, 1],
  ['confidence', { confidence: true }, 1],
  ['confirm.after.when', { confirm: { after: { when: true } } }, 1],
])('`%s` that never answers: the output is held', async (name, shape, times) => {
  const { said, signals } = silent();
  const task = JSON.parse(JSON.stringify(shape), (_key, value: unknown) => (value === true ? said : value)) as object;
  const { desk, run } = await lateRun({ task }, signals, times);
  await using _ = desk;
  const hold = await desk.only(run);
  expect(hold.reasons.map(({ detail }) => detail).join(' ')).toContain(`\`${name}\``);
  expect(JSON.stringify(hold)).toContain(LATE);
});

test('a guardrail that never answers: the agent hears that it failed, as often as it may try, then a person', async () => {
  const { said, signals } = silent();
  const { desk, run } = await lateRun({ task: { guardrails: [said] } }, signals, 3);
  await using _ = desk;
  expect(await desk.only(run)).toMatchObject({ kind: 'escalation' });
  expect(signals.every((signal) => signal?.aborted)).toBe(true);
});

test('a schema that never answers: the agent hears that it failed', async () => {
  const signals: unknown[] = [];
  const output = z.string().refine((value) => {
    signals.push(value);
    return new Promise<never>(() => undefined);
  });
  const { desk, run } = await lateRun({ task: { output } }, signals, 3);
  await using _ = desk;
  expect(JSON.stringify((await desk.only(run)).proposal)).toContain(LATE);
});

test('a modified output is not recorded while its guardrail is silent, and refused in the end', async () => {
  const { said, signals } = silent();
  let asked = 0;
  const guardrail = (...given: unknown[]) => (asked++ === 0 ? true : said(...given));
  const { desk, run, clock } = await lateRun({ task: { guardrails: [guardrail], confirm: 'after' } }, [], 0);
  await using _ = desk;
  const hold = await desk.only(run);
  const modifying = expect(desk.modify(hold, 'better')).rejects.toMatchObject({
    code: 'VALUE_INVALID',
    message: expect.stringContaining('Guardrail 1 failed: it did not answer within 30000 ms'),
  });
  await expect.poll(() => signals.length).toBe(1);
  clock.advance(30_000);
  await modifying;
  expect((await desk.only(run)).id).toBe(hold.id);
});
