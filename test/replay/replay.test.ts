import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { RunEvent } from '../../src/crew/events.ts';
import type { RunId } from '../../src/ids.ts';
import { defineCrew, defineTool, openHoldpoint } from '../../src/index.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { replay } from '../../src/replay/replay.ts';
import { viewOf } from '../../src/replay/run-view.ts';
import { call, memoryJournal, scriptedModel } from '../../src/testing.ts';

/** Counts what reaches outside, so that a replay can be shown to reach nothing. */
let executions = 0;
const send = defineTool({
  name: 'send',
  description: 'Send a letter',
  input: z.strictObject({ to: z.string(), text: z.string() }),
  tier: 'approval',
  execute: ({ to }) => {
    executions++;
    return `sent to ${to}`;
  },
});

function postOffice(changes: { minLength?: number; description?: string; goal?: string } = {}) {
  const { minLength = 3, description = 'Write about {topic}', goal = 'Write' } = changes;
  return defineCrew({
    name: 'post-office',
    inputs: z.strictObject({ topic: z.string() }),
    agents: { writer: { role: 'Writer', goal }, clerk: { role: 'Clerk', goal: 'Send', tools: [send] } },
    tasks: {
      letter: {
        agent: 'writer',
        description,
        confirm: 'after',
        guardrails: [({ output }) => output.length >= minLength || `shorter than ${minLength}`],
      },
      post: { agent: 'clerk', description: ({ outputs: _outputs }) => 'Send the letter' },
    },
  });
}

const answer = (output: unknown) => ({ output, reasoning: 'because', confidence: 0.9 });

/** A whole run: a guardrail's complaint, a rejection, a modification, an action approved. */
async function recorded(): Promise<{ runId: RunId; events: RunEvent[] }> {
  const model = scriptedModel([
    answer('ab'),
    answer('first'),
    answer('second'),
    call('send', { to: 'ben', text: 'hi' }),
    answer('done'),
  ]);
  const journal = memoryJournal();
  await using holdpoint = await openHoldpoint({ crews: [postOffice()], database: journal, model });
  const run = await holdpoint.start('post-office', { topic: 'bees' });
  const verdicts = [
    { verdict: 'reject', reason: 'dull' },
    { verdict: 'modify', value: 'third' },
    { verdict: 'approve' },
  ] as const;
  for (const verdict of verdicts) {
    await run.settled();
    const [hold] = (await holdpoint.holds.list({ status: 'open' })).holds;
    await holdpoint.decide({ holdId: hold!.id, digest: hold!.digest, by: 'user:ana', ...verdict });
  }
  await run.outcome();
  model.assertDone();
  return { runId: run.id, events: toRunEvents(await journal.read(run.id), []) };
}

const { runId, events } = await recorded();

describe('replay', () => {
  test('gives the same state, and runs nothing', async () => {
    const before = executions;
    const { state, count } = await replay(runId, events);
    expect(count).toBe(events.length);
    expect(viewOf(state)).toMatchObject({
      summary: { status: 'completed', outputs: { letter: 'third', post: 'done' } },
      tasks: { letter: { attempt: 3 } },
      actions: [{ tool: 'send', state: 'succeeded', output: 'sent to ben' }],
    });
    expect(executions).toBe(before);
    expect(before).toBe(1);
  });

  test('compares all that the crew derives with what was recorded', async () => {
    const { compared } = await replay(runId, events, { crew: crewDefinition(postOffice()) });
    const facts = events.filter((event) => ['hold.decided', 'action.succeeded'].includes(event.type));
    expect(compared).toBe(events.length - facts.length);
  });

  test('shows the state at any seq, the same as a run cut off there', async () => {
    for (let seq = 1; seq <= events.length; seq++) {
      const cut = await replay(runId, events.slice(0, seq));
      const upTo = await replay(runId, events, { upTo: seq });
      expect(viewOf(upTo.state)).toEqual(viewOf(cut.state));
      expect(upTo.state.seq).toBe(seq);
    }
  });

  test('names the event that a changed guardrail would have made otherwise', async () => {
    const error = await replay(runId, events, { crew: crewDefinition(postOffice({ minLength: 1 })) }).catch(
      (reason: unknown) => reason,
    );
    const proposed = events.find((event) => event.type === 'task.proposed');
    expect(error).toMatchObject({ code: 'REPLAY_DIVERGED', details: { seq: proposed?.seq, type: 'task.proposed' } });
    expect(JSON.stringify((error as { details: object }).details)).toContain('shorter than 3');
  });

  test('names the first event when the crew itself changed', async () => {
    const error = await replay(runId, events, { crew: crewDefinition(postOffice({ goal: 'Sell' })) }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'REPLAY_DIVERGED', details: { seq: 1 } });
    expect(String(error)).toContain('/agents/writer/goal');
  });

  test('refuses a journal whose events cannot follow on each other', async () => {
    const opened = events.findIndex((event) => event.type === 'hold.decided');
    const forged = events
      .flatMap((event, index) => (index === opened ? [] : [event]))
      .map((event, index) => ({ ...event, seq: index + 1 }));
    await expect(replay(runId, forged)).rejects.toMatchObject({
      code: 'REPLAY_DIVERGED',
      details: { seq: opened + 1 },
    });
  });

  test('looks at each event about as often in a long journal as in a short one', async () => {
    const [short, long] = [await looksPerEvent(5), await looksPerEvent(50)];
    expect(short).toBeGreaterThan(1);
    expect(long).toBeLessThan(short * 1.5);
  });
});

let looks = 0;
/** Counts each look at one of its events, also at those of what is cut or picked from it. */
class Watched extends Array<RunEvent> {
  constructor(length: number) {
    super(length);
    // biome-ignore lint/correctness/noConstructorReturn: whoever asks for a part of it gets one that counts too.
    return new Proxy(this, {
      get(target, key, receiver) {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks++;
        return Reflect.get(target, key, receiver);
      },
    });
  }
}

/** How often a replay with the crew looks at an event of a run of `count` tasks, on average. */
async function looksPerEvent(count: number): Promise<number> {
  const task = { agent: 'writer', description: 'Write' } as const;
  const crew = defineCrew({
    name: 'long',
    agents: { writer: { role: 'Writer', goal: 'Write' } },
    tasks: Object.fromEntries(Array.from({ length: count }, (_, n) => [`t${n}`, task])),
  });
  const journal = memoryJournal();
  const model = scriptedModel(Array.from({ length: count }, () => answer('text')));
  await using holdpoint = await openHoldpoint({ crews: [crew], database: journal, model });
  const run = await holdpoint.start('long', {});
  await run.outcome();
  const recorded = toRunEvents(await journal.read(run.id), []);
  const watched = new Watched(0);
  watched.push(...recorded);
  looks = 0;
  const { compared } = await replay(run.id, watched, { crew: crewDefinition(crew) });
  expect(compared).toBe(recorded.length);
  expect(looks).toBeGreaterThanOrEqual(recorded.length);
  return looks / recorded.length;
}
