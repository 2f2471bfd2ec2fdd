import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openaiModel } from '../../src/agents/openai-model.ts';
import type { OpenAIModelOptions } from '../../src/agents/openai-settings.ts';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import { openHoldpoint } from '../../src/index.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { replay } from '../../src/replay/replay.ts';
import { calls, memoryJournal, scriptedModel } from '../../src/testing.ts';

let sent = 0;
const send = defineTool({
  name: 'send',
  description: 'Send',
  input: z.strictObject({ n: z.number() }),
  tier: 'approval',
  execute: () => `sent ${++sent}`,
});
const note = defineTool({
  name: 'note',
  description: 'Note',
  input: z.strictObject({ n: z.number() }),
  tier: 'automatic',
  execute: () => 'noted',
});
const answer = (output: unknown, confidence = 0.9) => ({ output, reasoning: 'r', confidence });

describe('a cap on holds', () => {
  test('past it the run stops with one hold of its own; letting it go on approves nothing', async () => {
    const crew = defineCrew({
      name: 'eager',
      maxHolds: 2,
      agents: { a: { role: 'A', goal: 'B', tools: [send] } },
      tasks: { t: { agent: 'a', description: 'Send all' } },
    });
    const model = scriptedModel([
      calls([
        ['send', { n: 1 }],
        ['send', { n: 2 }],
        ['send', { n: 3 }],
      ]),
      answer('ok'),
    ]);
    const journal = memoryJournal();
    await using holdpoint = await openHoldpoint({ crews: [crew], database: journal, model });
    const run = await holdpoint.start('eager', {});
    expect((await run.settled()).status).toBe('held');
    const open = async () => (await holdpoint.holds.list({ status: 'open' })).holds;
    expect((await open()).map(({ kind }) => kind).sort()).toEqual(['action', 'action', 'run']);
    const cap = (await open()).find(({ kind }) => kind === 'run');
    expect(cap).toMatchObject({ reasons: [{ code: 'policy' }], allowed: ['respond'], task: null });
    await holdpoint.decide({
      holdId: cap!.id,
      digest: cap!.digest,
      verdict: 'respond',
      value: { choice: 'retry' },
      by: 'user:ana',
    });
    await run.settled();
    expect((await open()).map(({ kind }) => kind)).toEqual(['action', 'action', 'action']);
    expect(sent).toBe(0);
    for (const hold of await open())
      await holdpoint.decide({ holdId: hold.id, digest: hold.digest, verdict: 'approve', by: 'user:ana' });
    expect(await run.outcome()).toMatchObject({ status: 'completed' });
    expect(sent).toBe(3);
    const events = toRunEvents(await journal.read(run.id), []);
    expect((await replay(run.id, events, { crew: crewDefinition(crew) })).count).toBe(events.length);
  });

  test('those that were decided count: it is about what people were asked, not about what still waits', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'] as const;
    const task = (description: string) => ({ agent: 'a' as const, description, confirm: 'after' as const });
    const crew = defineCrew({
      name: 'steady',
      maxHolds: 2,
      agents: { a: { role: 'A', goal: 'B' } },
      tasks: Object.fromEntries(names.map((name) => [name, task(name)])),
    });
    const model = scriptedModel(names.map((name) => answer(name)));
    await using holdpoint = await openHoldpoint({ crews: [crew], database: memoryJournal(), model });
    const run = await holdpoint.start('steady', {});
    const kinds: string[] = [];
    while ((await run.settled()).status === 'held') {
      const [hold, ...others] = (await holdpoint.holds.list({ status: 'open' })).holds;
      expect(others).toEqual([]);
      kinds.push(hold!.kind);
      const decision =
        hold!.kind === 'run' ? { verdict: 'respond', value: { choice: 'retry' } } : { verdict: 'approve' };
      await holdpoint.decide({ holdId: hold!.id, digest: hold!.digest, by: 'user:ana', ...decision } as never);
    }
    expect(kinds).toEqual(['after', 'after', 'run', 'after', 'after', 'run', 'after']);
    expect(await run.outcome()).toMatchObject({ status: 'completed' });
  });
});

describe('a shadow policy', () => {
  test('is recorded with what it would have held, and holds nothing', async () => {
    const crew = defineCrew({
      name: 'shadowed',
      shadow: { tools: { note: 'approval' }, confirm: 'after', minConfidence: 0.95 },
      agents: { a: { role: 'A', goal: 'B', tools: [note] } },
      tasks: { t: { agent: 'a', description: 'Note it' } },
    });
    const journal = memoryJournal();
    const model = scriptedModel([calls([['note', { n: 1 }]]), answer('ok')]);
    await using holdpoint = await openHoldpoint({ crews: [crew], database: journal, model });
    const run = await holdpoint.start('shadowed', {});
    expect(await run.outcome()).toMatchObject({ status: 'completed' });
    expect((await holdpoint.holds.list()).holds).toEqual([]);
    const events = toRunEvents(await journal.read(run.id), []);
    const shadows = events.flatMap((event) =>
      'shadow' in event.data ? [{ type: event.type, codes: event.data.shadow?.map(({ code }) => code) }] : [],
    );
    expect(shadows).toEqual([
      { type: 'action.proposed', codes: ['tier'] },
      { type: 'task.proposed', codes: ['confirm', 'low-confidence'] },
    ]);
  });
});

describe('tries that failed, but were paid for', () => {
  const LENGTH = { finish_reason: 'length', message: { content: '{"output":"cu' } };
  const WHOLE = { finish_reason: 'stop', message: { content: JSON.stringify(answer('whole')) } };
  const paid = (choice: object) => ({
    choices: [{ index: 0, ...choice }],
    usage: { prompt_tokens: 10, completion_tokens: 5 },
  });
  /** Three answers that are cut, then whole ones. */
  const cutting = (options: OpenAIModelOptions = {}) => {
    let asked = 0;
    const respond = () => new Response(JSON.stringify(paid(++asked <= 3 ? LENGTH : WHOLE)), JSON_TYPE);
    return openaiModel(
      { name: 'm', baseURL: 'http://127.0.0.1:9/v1', fetch: async () => respond(), sleep: async () => {}, ...options },
      {},
    );
  };
  const JSON_TYPE = { headers: { 'content-type': 'application/json' } };
  const crewWith = (budget?: { tokens?: number; usd?: number }) =>
    defineCrew({
      name: 'retried',
      ...(budget && { budget }),
      agents: { a: { role: 'A', goal: 'B' } },
      tasks: { t: { agent: 'a', description: 'x' } },
    });

  test('are counted as calls, with their tokens, in the run and in its replay', async () => {
    const crew = crewWith();
    const journal = memoryJournal();
    await using holdpoint = await openHoldpoint({ crews: [crew], database: journal, model: cutting() });
    const run = await holdpoint.start('retried', {});
    const usage = { inputTokens: 40, outputTokens: 20, calls: 4 };
    expect(await run.outcome()).toMatchObject({ status: 'completed', usage });
    const events = toRunEvents(await journal.read(run.id), []);
    expect(events.filter(({ type }) => type === 'model.failed').map(({ data }) => data)).toMatchObject(
      [1, 2, 3].map((count) => ({ try: count, usage: { inputTokens: 10, outputTokens: 5 } })),
    );
    const replayed = await replay(run.id, events, { crew: crewDefinition(crew) });
    expect([replayed.count, replayed.state.usage]).toEqual([events.length, usage]);
  });

  test('are in the budget of tokens: the next try is held, and made when a person lets the run go on', async () => {
    const crew = crewWith({ tokens: 20 });
    const journal = memoryJournal();
    await using holdpoint = await openHoldpoint({
      crews: [crew],
      database: journal,
      model: cutting(),
    });
    const run = await holdpoint.start('retried', {});
    expect(await run.settled()).toMatchObject({
      status: 'held',
      usage: { calls: 2, inputTokens: 20, outputTokens: 10 },
    });
    const [hold] = (await holdpoint.holds.list({ status: 'open' })).holds;
    expect(hold).toMatchObject({ kind: 'run', reasons: [{ code: 'budget' }] });
    const failed = await journal.read(run.id, { type: 'model.failed' });
    expect(failed.map(({ data }) => data)).toMatchObject([{ final: false }, { final: false, retryInMs: null }]);
    const goOn = { verdict: 'respond', value: { choice: 'retry' }, by: 'user:ana' } as const;
    await holdpoint.decide({ holdId: hold!.id, digest: hold!.digest, ...goOn });
    expect(await run.outcome()).toMatchObject({ status: 'completed', usage: { calls: 4 } });
    const events = toRunEvents(await journal.read(run.id), []);
    expect((await replay(run.id, events, { crew: crewDefinition(crew) })).count).toBe(events.length);
  });

  test('are in the budget of money, by the price of the model', async () => {
    const price = { input: 10_000, output: 20_000 };
    await using holdpoint = await openHoldpoint({
      crews: [crewWith({ usd: 0.3 })],
      database: memoryJournal(),
      model: cutting({ price }),
    });
    const run = await holdpoint.start('retried', {});
    expect(await run.settled()).toMatchObject({ status: 'held', usage: { calls: 2 } });
    const [hold] = (await holdpoint.holds.list({ status: 'open' })).holds;
    expect(hold?.reasons[0]?.detail).toContain('0.4000 USD');
  });

  test('are counted where the last one failed too', async () => {
    await using holdpoint = await openHoldpoint({
      crews: [crewWith({ tokens: 20 })],
      database: memoryJournal(),
      model: cutting({ maxTries: 2 }),
    });
    const run = await holdpoint.start('retried', {});
    expect(await run.settled()).toMatchObject({ status: 'held', usage: { calls: 2 } });
    expect((await holdpoint.holds.list({ status: 'open' })).holds).toMatchObject([{ kind: 'escalation' }]);
  });
});

describe('a budget in money', () => {
  const crew = defineCrew({
    name: 'dear',
    budget: { usd: 0.5 },
    agents: { a: { role: 'A', goal: 'B' } },
    tasks: { t: { agent: 'a', description: 'x' }, u: { agent: 'a', description: 'y' } },
  });
  const costing = (usd: number | undefined) => {
    const inner = scriptedModel([answer('one'), answer('two')]);
    return {
      ...inner,
      respond: async (...given: Parameters<typeof inner.respond>) => {
        const said = await inner.respond(...given);
        const { inputTokens, outputTokens } = said.usage;
        return {
          ...said,
          usage: usd === undefined ? { inputTokens, outputTokens } : { inputTokens, outputTokens, usd },
        };
      },
    };
  };

  test.each([
    [0.2, 'completed'],
    [0.6, 'held'],
    [undefined, 'held'],
  ])('calls of %s USD: %s', async (usd, status) => {
    await using holdpoint = await openHoldpoint({ crews: [crew], database: memoryJournal(), model: costing(usd) });
    const run = await holdpoint.start('dear', {});
    expect((await run.settled()).status).toBe(status);
    const [hold] = (await holdpoint.holds.list()).holds;
    expect(hold?.reasons[0]?.code).toBe(status === 'held' ? 'budget' : undefined);
  });
});
