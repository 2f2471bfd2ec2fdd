import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { MAX_RUN_EVENTS } from '../../src/crew/journal-limit.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import { MAX_VALUE_BYTES } from '../../src/json/size-limit.ts';
import { loadRun } from '../../src/runner/load-run.ts';
import { settle } from '../../src/runner/settle.ts';
import { call } from '../../src/testing.ts';
import { answer, openDesk, person } from '../support/desk.ts';

const huge = 'x'.repeat(MAX_VALUE_BYTES + 1);

function reader(text: () => string) {
  const read = defineTool({
    name: 'read',
    description: 'Read',
    input: z.strictObject({}),
    tier: 'automatic',
    execute: () => text(),
  });
  return defineCrew({
    name: 'reader',
    inputs: z.looseObject({}),
    agents: { a: { role: 'A', goal: 'A', tools: [read] } },
    tasks: { t: { agent: 'a', description: 'Read it', confirm: 'before' } },
  });
}

describe('values that a journal does not take', () => {
  test('a result over 16 MB is not recorded: it happened, and a person says how to go on', async () => {
    let runs = 0;
    const crew = reader(() => {
      runs++;
      return huge;
    });
    await using d = await openDesk(crew, [call('read', {}), answer('done')]);
    const id = await d.startAndSettle();
    await d.approve(await d.only(id));
    await d.settled(id);
    const hold = await d.only(id);
    expect(hold).toMatchObject({
      kind: 'escalation',
      reasons: [{ code: 'outcome-unknown', detail: expect.stringContaining(`${MAX_VALUE_BYTES + 3} bytes`) }],
    });
    expect((await d.eventsOfType(id, 'action.failed'))[0]?.data).toMatchObject({
      effect: 'happened',
      error: { code: 'EVENT_TOO_LARGE' },
    });
    await d.respond(hold, { choice: 'use', value: 'it is long' });
    expect((await d.settled(id)).status).toBe('completed');
    expect(runs).toBe(1);
  });

  test('a result just within the limit is', async () => {
    const fits = 'x'.repeat(MAX_VALUE_BYTES - 2);
    await using d = await openDesk(
      reader(() => fits),
      [call('read', {}), answer('done')],
    );
    const id = await d.startAndSettle();
    await d.approve(await d.only(id));
    expect((await d.settled(id)).status).toBe('completed');
  });

  test('an answer of a model over 16 MB escalates its task', async () => {
    await using d = await openDesk(
      reader(() => ''),
      [answer(huge)],
    );
    const id = await d.startAndSettle();
    await d.approve(await d.only(id));
    await d.settled(id);
    expect(await d.only(id)).toMatchObject({ kind: 'escalation', proposal: { error: { code: 'EVENT_TOO_LARGE' } } });
  });

  test('inputs and comments over 16 MB are refused, and nothing happened', async () => {
    await using d = await openDesk(
      reader(() => ''),
      [],
    );
    await expect(d.engine.start('reader', { text: huge }, { requestedBy: 'user:rita' })).rejects.toMatchObject({
      code: 'EVENT_TOO_LARGE',
      details: { member: 'inputs', limit: MAX_VALUE_BYTES },
    });
    expect((await d.engine.runs({})).items).toEqual([]);
    const id = await d.startAndSettle();
    const hold = await d.only(id);
    await expect(d.engine.comment(hold.id, huge, { actor: person('user:ana') })).rejects.toMatchObject({
      code: 'EVENT_TOO_LARGE',
    });
    expect((await d.only(id)).comments).toEqual([]);
  });
});

test('limits are those that the operator set, and a replay does not ask about them again', async () => {
  const loop = defineTool({
    name: 'again',
    description: 'Again',
    input: z.strictObject({}),
    tier: 'automatic',
    execute: () => 'x'.repeat(2_000),
  });
  const crew = defineCrew({
    name: 'endless',
    agents: { a: { role: 'A', goal: 'A', tools: [loop], maxSteps: 1_000 } },
    tasks: { t: { agent: 'a', description: 'T' } },
  });
  const calls = Array.from({ length: 100 }, () => call('again', {}));
  await using d = await openDesk(crew, calls, { limits: { maxRunEvents: 100, maxValueBytes: 262_144 } });
  const id = await d.startAndSettle();
  expect(await d.engine.run(id)).toMatchObject({ status: 'failed', error: { code: 'JOURNAL_FULL' } });
  expect((await d.events(id)).length).toBeLessThan(106);
  const large = { text: 'x'.repeat(262_144) };
  await using r = await openDesk(
    reader(() => ''),
    [],
    { limits: { maxValueBytes: 262_144 } },
  );
  await expect(r.engine.start('reader', large, { requestedBy: 'user:rita' })).rejects.toMatchObject({
    code: 'EVENT_TOO_LARGE',
    details: { limit: 262_144 },
  });
});

test('a run whose journal is full fails with the reason, instead of asking a model again', async () => {
  const crew = reader(() => '');
  await using d = await openDesk(crew, []);
  const id = await d.startAndSettle();
  const hold = await d.only(id);
  const { recordedSeq } = await d.approve(hold);
  await d.settled(id);
  const { state: after } = await loadRun(d.journal, id, recordedSeq);
  const given = {
    crew: crewDefinition(crew),
    now: after.at,
    signal: new AbortController().signal,
    underWay: new Set<string>(),
  };
  // One event below the limit the task starts, which makes it full.
  const settled = await settle(id, { ...after, seq: MAX_RUN_EVENTS - 1 }, [], given);
  expect(settled.drafts.map(({ type }) => type)).toEqual(['task.started', 'run.failed']);
  expect(settled.drafts.at(-1)?.data).toMatchObject({ error: { code: 'JOURNAL_FULL' } });
  expect(settled.effects).toEqual([]);
  const before = await settle(id, { ...after, seq: MAX_RUN_EVENTS - 2 }, [], given);
  expect(before.effects.map(({ type }) => type)).toEqual(['callModel']);
});
