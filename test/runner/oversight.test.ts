import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import { draft, type RunEvent } from '../../src/crew/events.ts';
import { fold } from '../../src/crew/fold.ts';
import type { Model } from '../../src/crew/model.ts';
import type { HoldpointError } from '../../src/errors.ts';
import type { Reviewer } from '../../src/hooks/reviewer.ts';
import { type ActionId, type RunId, SYSTEM_JOURNAL } from '../../src/ids.ts';
import { seal } from '../../src/journal/envelope.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { toRunEvents } from '../../src/journal/read-run.ts';
import { verifyChain } from '../../src/journal/verify.ts';
import { replay } from '../../src/replay/replay.ts';
import { type Clock, systemClock } from '../../src/runner/clock.ts';
import type { Engine } from '../../src/runner/engine.ts';
import { loadRun } from '../../src/runner/load-run.ts';
import { openEngine } from '../../src/runner/open-engine.ts';

const DAY_MS = 86_400_000;
let nowMs = Date.parse('2026-01-01T08:00:00.000Z');
/** Moved by the test, so there is no uptime that could contradict it. */
const clock: Clock = { every: systemClock.every, after: systemClock.after, now: () => new Date(nowMs).toISOString() };

const [ana, ben, eva] = ['ana', 'ben', 'eva'].map(
  (name): Reviewer => ({ user: `user:${name}`, roles: [], groups: [] }),
) as [Reviewer, Reviewer, Reviewer];
const nobody: Reviewer = { user: 'local:root', roles: [], groups: [] };

const pay = defineTool({
  name: 'pay',
  description: 'Pays',
  input: z.strictObject({ amount: z.number() }),
  tier: ({ amount }) => (amount > 1_000 ? 'human' : 'approval'),
  execute: async () => 'paid',
  undo: async () => {},
});
const wire = defineTool({
  name: 'wire',
  description: 'Pays for good',
  input: z.strictObject({ amount: z.number() }),
  tier: 'approval',
  execute: async () => 'paid',
});

const broken = defineTool({
  name: 'broken',
  description: 'Its tier cannot be told',
  input: z.strictObject({ amount: z.number() }),
  tier: () => {
    throw new Error('no tier');
  },
  execute: async () => 'paid',
  undo: async () => {},
});

const desk = defineCrew({
  name: 'desk',
  inputs: z.strictObject({ tool: z.string(), amount: z.number() }),
  agents: { clerk: { role: 'Clerk', goal: 'Pay', tools: [pay, wire, broken] } },
  tasks: { pay: { agent: 'clerk', description: 'Use {tool} for {amount}' } },
});
const careful = defineCrew({
  name: 'careful',
  inputs: z.strictObject({ tool: z.string(), amount: z.number() }),
  agents: { clerk: { role: 'Clerk', goal: 'Pay', tools: [pay] } },
  tasks: { pay: { agent: 'clerk', description: 'Use {tool} for {amount}', tools: [{ tool: pay, tier: 'approval' }] } },
});

/** Calls the tool that its task names, once, and is done. */
const model: Model = {
  type: 'model',
  name: 'obedient',
  async respond({ messages }) {
    const usage = { inputTokens: 1, outputTokens: 1 };
    const done = JSON.stringify({ output: 'done', reasoning: 'r', confidence: 1 });
    if (messages.some(({ role }) => role === 'tool')) return { model: 'obedient-1', text: done, toolCalls: [], usage };
    const [, name = '', amount = ''] = /Use (\w+) for (\d+)/.exec(messages.map(({ text }) => text).join('\n')) ?? [];
    return { model: 'obedient-1', text: '', toolCalls: [{ id: 'c1', name, arguments: `{"amount":${amount}}` }], usage };
  },
};

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

async function open(journal: Journal = memoryJournal()): Promise<Engine> {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const crews = [desk, careful].map(crewDefinition);
  const engine = await openEngine({ crews, journal, models: () => model, log, clock });
  engines.push(engine);
  return engine;
}

async function start(engine: Engine, amount = 5, { crew = 'desk', tool = 'pay' } = {}): Promise<RunId> {
  const { id } = await engine.start(crew, { tool, amount }, { requestedBy: 'user:zoe' });
  await engine.settled(id);
  return id;
}

/** Held payments, decided day by day by two people in turn. */
async function decideMany(
  engine: Engine,
  count: number,
  { days = 15, by = [ana, ben], crew = 'desk', tool = 'pay' } = {},
) {
  for (let n = 0; n < count; n++) {
    nowMs += (days * DAY_MS) / (count - 1);
    const runId = await start(engine, 5, { crew, tool });
    const [hold] = (await engine.journal.holds({ runId, status: 'open' })).items;
    await engine.decide(hold!.id, { digest: hold!.digest, verdict: 'approve' }, { actor: by[n % by.length]! });
    await engine.outcome(runId);
  }
}

async function proposalOf(engine: Engine, runId: RunId) {
  const events = toRunEvents(await engine.journal.read(runId), []);
  const found = events.find((event) => event.type === 'action.proposed');
  if (found?.type !== 'action.proposed') throw new Error('nothing was proposed');
  return found.data;
}

async function rowOf(engine: Engine, tool = 'pay', crew = 'desk') {
  const row = (await engine.oversight()).find((candidate) => candidate.tool === tool && candidate.crew === crew);
  if (!row?.graduation) throw new Error(`no row of ${tool}`);
  return { ...row, graduation: row.graduation };
}

/** A signature as the journal would have it, whatever the record says. */
async function force(journal: Journal, key: string, level: 'supervised' | 'automatic') {
  const evidence = { clean: 185, bad: 0, points: 185, upperBound: 0.016, reviewers: [], days: 14 };
  const signed = draft('oversight.signed', { key, level, reason: 'r', evidence }, 'user:eva');
  const salt = () => '0'.repeat(32);
  await journal.amendSystem(null, (head) => ({
    events: seal(SYSTEM_JOURNAL, head, [signed], { at: clock.now(), salt }),
    answer: null,
  }));
}

/** What somebody else signed is known to a node that knows of no level at its next look, a second later at most. */
async function seen(engine: Engine) {
  expect((await engine.oversight()).some(({ graduation }) => graduation?.signed)).toBe(true);
}

const refused = (promise: Promise<unknown>): Promise<HoldpointError> =>
  promise.then(
    () => expect.unreachable(),
    (error: HoldpointError) => error,
  );

describe('graduation', () => {
  test('73 clean decisions of two people in 15 days, a signature, and the next payment runs supervised', async () => {
    const journal = memoryJournal();
    const engine = await open(journal);
    await decideMany(engine, 72);
    const { key, graduation } = await rowOf(engine);
    expect(graduation).toMatchObject({
      level: 'approval',
      next: 'supervised',
      promotable: false,
      evidence: { clean: 72 },
    });
    const early = await refused(engine.sign(key, 'supervised', 'early', { actor: eva }));
    expect(early).toMatchObject({
      code: 'DECISION_NOT_ALLOWED',
      details: { missing: ['1 more clean decisions (72 of 73 points).'] },
    });
    await decideMany(engine, 2, { days: 1 });

    expect((await rowOf(engine)).graduation).toMatchObject({ promotable: true, evidence: { reviewers: 2, bad: 0 } });
    expect(await refused(engine.sign(key, 'supervised', 'ok', { actor: nobody }))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refused(engine.sign(key, 'supervised', ' ', { actor: eva }))).toMatchObject({
      code: 'REASON_REQUIRED',
    });
    expect(await refused(engine.sign(key, 'automatic', 'ok', { actor: eva }))).toMatchObject({
      code: 'DECISION_NOT_ALLOWED',
    });
    expect(await refused(engine.sign('desk/none/0', 'supervised', 'ok', { actor: eva }))).toMatchObject({
      code: 'ACTION_NOT_FOUND',
    });
    expect(await journal.read(SYSTEM_JOURNAL)).toEqual([]);
    nowMs += 1_000;
    const request = { id: 'sign-1', content: 'c' };
    const signed = await engine.sign(key, 'supervised', 'two clean weeks', { actor: eva, request });
    expect(signed).toEqual({ level: 'supervised', recordedSeq: 1 });
    expect(await engine.sign(key, 'supervised', 'two clean weeks', { actor: eva, request })).toEqual(signed);
    const events = await journal.read(SYSTEM_JOURNAL);
    expect(verifyChain(events)).toMatchObject({ ok: true, count: 1 });
    expect(events[0]).toMatchObject({
      type: 'oversight.signed',
      by: 'user:eva',
      data: { key, level: 'supervised', evidence: { clean: 74, bad: 0, reviewers: ['user:ana', 'user:ben'] } },
    });

    nowMs += 1_000;
    const runId = await start(engine);
    expect(await engine.outcome(runId)).toMatchObject({ status: 'completed' });
    expect(await proposalOf(engine, runId)).toMatchObject({ tier: 'supervised', level: 'supervised', reasons: [] });
    expect((await rowOf(engine)).graduation).toMatchObject({
      level: 'supervised',
      next: 'automatic',
      signed: { by: 'user:eva', reason: 'two clean weeks' },
      evidence: { clean: 0, bad: 0 },
    });

    const replayed = await replay(runId, toRunEvents(await journal.read(runId), []), { crew: crewDefinition(desk) });
    expect(replayed.state.machine.value).toBe('completed');
    const large = await start(engine, 5_000);
    expect(await engine.run(large)).toMatchObject({ status: 'held' });
    expect(await proposalOf(engine, large)).toMatchObject({ tier: 'human' });
  });

  test('what cannot be undone, and what a task insists on, never graduates', async () => {
    const engine = await open();
    await decideMany(engine, 80, { tool: 'wire' });
    await decideMany(engine, 80, { crew: 'careful' });
    const wired = await rowOf(engine, 'wire');
    expect(wired.graduation).toMatchObject({ promotable: false, missing: [expect.stringContaining('undo')] });
    const raised = await rowOf(engine, 'pay', 'careful');
    expect(raised.graduation).toMatchObject({ promotable: false, missing: [expect.stringContaining('raises')] });
    for (const { key } of [wired, raised])
      expect(await refused(engine.sign(key, 'supervised', 'please', { actor: eva }))).toMatchObject({
        code: 'DECISION_NOT_ALLOWED',
      });
  });
});

test('even a level that is signed lowers nothing that has no undo, that a task raises, or whose tier function fails', async () => {
  const journal = memoryJournal();
  const engine = await open(journal);
  const cases = [{ tool: 'wire' }, { tool: 'pay', crew: 'careful' }, { tool: 'broken' }];
  for (const given of cases) await start(engine, 5, given);
  for (const { key } of await engine.oversight()) await force(journal, key, 'automatic');
  await seen(engine);
  nowMs += 1_000;
  for (const given of cases) {
    const runId = await start(engine, 5, given);
    expect(await engine.run(runId)).toMatchObject({ status: 'held' });
    expect(await proposalOf(engine, runId)).toMatchObject({ tier: 'approval' });
    expect(await proposalOf(engine, runId)).not.toHaveProperty('level');
  }
});

test('a run cannot carry a signature: its fold refuses one', async () => {
  const engine = await open();
  const { state } = await loadRun(engine.journal, await start(engine));
  const data = { key: 'k', level: null, cause: 'person' as const, reason: 'r' };
  const event = { ...draft('oversight.demoted', data), seq: state.seq + 1, at: clock.now() } as RunEvent;
  expect(() => fold(state, state.id, event)).toThrow(/fact of no run/);
});

test('what runs automatically is drawn for a look afterwards, about one in twenty', async () => {
  const journal = memoryJournal();
  const engine = await open(journal);
  await start(engine);
  const { key } = await rowOf(engine);
  await force(journal, key, 'automatic');
  await seen(engine);
  nowMs += 1_000;
  const drawn: RunId[] = [];
  for (let n = 0; n < 200; n++) {
    const runId = await start(engine);
    const { tier, level, spotCheck } = await proposalOf(engine, runId);
    expect({ tier, level }).toEqual({ tier: 'automatic', level: 'automatic' });
    if (spotCheck) drawn.push(runId);
  }
  expect(drawn.length).toBeGreaterThan(1);
  expect(drawn.length).toBeLessThan(25);
  const { awaitingAudit } = await rowOf(engine);
  expect(awaitingAudit.map(({ runId }) => runId).sort()).toEqual([...drawn].sort());
  const [first] = awaitingAudit;
  await engine.audit(
    first!.runId as RunId,
    first!.actionId as ActionId,
    { finding: 'good', reason: null },
    { actor: ana },
  );
  expect((await rowOf(engine)).awaitingAudit).toHaveLength(drawn.length - 1);
  expect((await rowOf(engine)).graduation.evidence).toMatchObject({ clean: 1, bad: 0 });
  const events = toRunEvents(await journal.read(drawn[0]!), []);
  await replay(drawn[0]!, events, { crew: crewDefinition(desk) });
});

describe('taking a level back', () => {
  async function graduated() {
    const journal = memoryJournal();
    const engine = await open(journal);
    await decideMany(engine, 75);
    const { key } = await rowOf(engine);
    nowMs += 1_000;
    await engine.sign(key, 'supervised', 'clean', { actor: eva });
    return { engine, journal, key };
  }

  async function runAndAudit(engine: Engine, finding: 'good' | 'bad' | 'critical') {
    nowMs += DAY_MS;
    const runId = await start(engine);
    const { actionId } = await proposalOf(engine, runId);
    nowMs += 60_000;
    await engine.audit(runId, actionId as ActionId, { finding, reason: null }, { actor: ben });
    nowMs += 60_000;
    return (await rowOf(engine)).graduation.level;
  }

  test('a critical audit does so at once: the next payment is held again', async () => {
    const { engine, journal, key } = await graduated();
    expect(await runAndAudit(engine, 'good')).toBe('supervised');
    expect(await runAndAudit(engine, 'critical')).toBe('approval');
    expect((await journal.read(SYSTEM_JOURNAL)).at(-1)).toMatchObject({
      type: 'oversight.demoted',
      by: 'system',
      data: { key, level: null, cause: 'critical' },
    });
    const runId = await start(engine);
    expect(await engine.run(runId)).toMatchObject({ status: 'held' });
    expect(await proposalOf(engine, runId)).not.toHaveProperty('level');
    expect((await rowOf(engine)).graduation).toMatchObject({ promotable: false, evidence: { clean: 0 } });
  });

  test('so do two bad ones in a row, of which one may be an undo', async () => {
    const { engine } = await graduated();
    expect(await runAndAudit(engine, 'bad')).toBe('supervised');
    nowMs += DAY_MS;
    const runId = await start(engine);
    const { actionId } = await proposalOf(engine, runId);
    await engine.outcome(runId);
    await engine.undo(runId, actionId as ActionId, 'wrong', { actor: ana });
    expect((await rowOf(engine)).graduation).toMatchObject({ level: 'approval', signed: { by: 'system' } });
  });

  test('anybody may, with a reason; another process sees it at its next step', async () => {
    const { engine, journal, key } = await graduated();
    const other = await open(journal);
    await other.oversight();
    expect(await refused(engine.demote(key, null, '', { actor: nobody }))).toMatchObject({ code: 'REASON_REQUIRED' });
    expect(await engine.demote(key, null, 'not convinced', { actor: nobody })).toEqual({ level: null, recordedSeq: 2 });
    expect(await refused(engine.demote(key, null, 'again', { actor: nobody }))).toMatchObject({
      code: 'DECISION_NOT_ALLOWED',
    });
    expect(await other.run(await start(other))).toMatchObject({ status: 'held' });
  });

  test('a finding that a crash kept from its consequence has it when the next process opens', async () => {
    const { engine, journal, key } = await graduated();
    nowMs += DAY_MS;
    const runId = await start(engine);
    const { actionId } = await proposalOf(engine, runId);
    await engine.outcome(runId);
    const { amendSystem } = journal;
    journal.amendSystem = () => Promise.reject(new Error('the process ended here'));
    await refused(engine.audit(runId, actionId as ActionId, { finding: 'critical', reason: null }, { actor: ben }));
    journal.amendSystem = amendSystem;
    const next = await open(journal);
    await expect.poll(async () => (await rowOf(next)).graduation.level).toBe('approval');
    expect((await journal.read(SYSTEM_JOURNAL)).filter(({ type }) => type === 'oversight.demoted')).toHaveLength(1);
    expect(key).toBeTruthy();
  });
});
