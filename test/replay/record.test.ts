import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import { type Draft, draft, type EventData, type RunEvent } from '../../src/crew/events.ts';
import type { ActionId, HoldId, RunId } from '../../src/ids.ts';
import { oversightTable } from '../../src/replay/record/oversight-table.ts';
import { patternsOf } from '../../src/replay/record/reasons.ts';
import { recordOfRun } from '../../src/replay/record/record-of-run.ts';
import type { Subject } from '../../src/replay/record/subject.ts';

const pay = defineTool({
  name: 'pay',
  description: 'Pays',
  input: z.strictObject({ to: z.string(), amount: z.number() }),
  tier: 'approval',
  execute: async () => 'paid',
  undo: async () => {},
});
const crew = defineCrew({
  name: 'desk',
  agents: { clerk: { role: 'Clerk', goal: 'Pay', tools: [pay] } },
  tasks: { pay: { agent: 'clerk', description: 'Pay' } },
});
const { config } = crewDefinition(crew);

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');
const at = (ms: number) => new Date(START + ms).toISOString();

interface Call {
  readonly verdict?: 'approve' | 'reject' | 'modify';
  readonly by?: string;
  readonly ms: number;
  readonly amount?: number;
  readonly diff?: EventData<'hold.decided'>['diff'];
  readonly reason?: string;
  readonly reasonCode?: string;
  readonly undone?: boolean;
  readonly audit?: 'good' | 'bad' | 'critical';
  readonly expired?: boolean;
  readonly tier?: 'supervised' | 'approval' | 'human';
  readonly decidedAfterMs?: number;
}

/** The events of a run in which one agent makes these calls, one after the other. Only what the record reads is true to life. */
function run(id: number, calls: readonly Call[], model = 'm1', given = config): { runId: RunId; events: RunEvent[] } {
  const runId = `run_${id}` as RunId;
  const events: RunEvent[] = [];
  const add = (ms: number, event: Draft) => events.push({ ...event, seq: events.length + 1, at: at(ms) });
  const start = { crew: 'desk', fingerprint: 'f', config: given, modules: null, machines: 1 } as const;
  add(calls[0]?.ms ?? 0, draft('run.started', { ...start, inputs: {}, requestedBy: 'user:zoe', forkedFrom: null }));
  for (const [index, call] of calls.entries()) {
    const { ms, decidedAfterMs = 60_000, amount = 5, by = 'user:ana', verdict = 'approve' } = call;
    const actionId = `act_${id}_${index}` as ActionId;
    const holdId = `hold_${id}_${index}` as HoldId;
    const answer = { model, text: '', toolCalls: [], usage: { inputTokens: 1, outputTokens: 1 } };
    add(ms, draft('model.responded', { task: 'pay', attempt: 1, step: 1, requestDigest: 'd', answer }));
    const proposed = { task: 'pay', actionId, attempt: 1, step: 1, callId: 'c', tool: 'pay', revision: 1 };
    const input = { to: 'bob', amount };
    add(ms, draft('action.proposed', { ...proposed, input, tier: call.tier ?? 'approval', reasons: [], impact: null }));
    const hold = {
      id: holdId,
      task: 'pay',
      agent: 'clerk',
      kind: 'action',
      action: { id: actionId, tool: 'pay', tier: 'approval' },
    };
    add(ms, draft('hold.opened', { ...hold, proposal: { tool: 'pay', input } } as unknown as EventData<'hold.opened'>));
    if (call.expired) {
      add(ms + 60_000, draft('hold.expired', { holdId, onExpire: 'skip', dueAt: at(ms + 60_000) }));
      continue;
    }
    const decided = {
      holdId,
      revision: 1,
      digest: 'd',
      effectiveDigest: null,
      verdict,
      decidedBy: [by],
      overrodeClaimOf: null,
    };
    const { reason = null, reasonCode = null, diff } = call;
    add(
      ms + decidedAfterMs,
      draft('hold.decided', { ...decided, reason, reasonCode, ...(diff === undefined ? {} : { diff }) }, by),
    );
    const ofAction = { task: 'pay', actionId };
    if (call.undone) add(ms + 120_000, draft('action.undo-started', { ...ofAction, reason: 'wrong' }, 'user:ben'));
    if (call.audit)
      add(ms + 120_000, draft('action.audited', { ...ofAction, finding: call.audit, reason: null }, 'user:ben'));
  }
  return { runId, events };
}

const tableOf = (runs: readonly ReturnType<typeof run>[], history: readonly RunEvent[] = [], now = at(0)) =>
  oversightTable(
    runs.map(({ runId, events }) => recordOfRun(runId, events)),
    history,
    now,
  );

const evidenceOf = (runs: readonly ReturnType<typeof run>[], history: readonly RunEvent[] = []) =>
  tableOf(runs, history)[0]?.graduation?.evidence;

describe('what counts as evidence', () => {
  test.each<[string, Partial<Call>, number, number]>([
    ['approved', {}, 1, 0],
    ['rejected', { verdict: 'reject' }, 0, 1],
    ['another amount', { verdict: 'modify', diff: [{ path: '/input/amount', from: 5, to: 4 }] }, 0, 1],
    ['another spacing', { verdict: 'modify', diff: [{ path: '/input/to', from: 'bob', to: ' bob ' }] }, 1, 0],
    ['a text that hides an amount', { verdict: 'modify', diff: [{ path: '/input/to', from: '1.5', to: '15' }] }, 0, 1],
    ['approved, then undone', { undone: true }, 0, 1],
    ['approved, then found bad', { audit: 'bad' }, 0, 1],
    ['approved and found good', { audit: 'good' }, 1, 0],
    ['expired', { expired: true }, 0, 0],
  ])('%s', (_what, call, clean, bad) => {
    expect(evidenceOf([run(1, [{ ms: 0, ...call }])])).toMatchObject({ clean, bad });
  });

  test('a small payment that ran by itself says nothing of the large ones that are held, unless it was bad', () => {
    const audited = (tier: Call['tier'], audit: Call['audit']) =>
      evidenceOf([run(1, [{ ms: 0, ...(tier ? { tier } : {}), ...(audit ? { audit } : {}) }])]);
    expect(audited('supervised', 'good')).toMatchObject({ clean: 0, bad: 0 });
    expect(audited('supervised', 'bad')).toMatchObject({ clean: 0, bad: 1 });
    expect(audited('approval', 'good')).toMatchObject({ clean: 1, bad: 0 });
    expect(audited('human', undefined)).toMatchObject({ clean: 0, bad: 0 });
  });

  test('what others approved after one changed it is a modification', () => {
    const { runId, events } = run(1, [{ ms: 0 }]);
    const place = events.findIndex(({ type }) => type === 'hold.decided');
    const diff = [{ path: '/input/amount', from: 5, to: 4 }];
    const revised = { holdId: 'hold_1_0' as HoldId, revision: 2, proposal: {}, digest: 'e', reason: null, diff };
    const event = { ...draft('hold.revised', revised, 'user:ben'), seq: place + 1, at: at(1_000) } as RunEvent;
    const changed = [...events.slice(0, place), event, ...events.slice(place)];
    const [row] = tableOf([{ runId, events: changed }]);
    expect(row).toMatchObject({
      decisions: { approved: 0, modified: 1, material: 1 },
      graduation: { evidence: { bad: 1 } },
    });
  });

  test('repeats of a run count once, and are bad if one of them is', () => {
    expect(evidenceOf([run(1, [{ ms: 0 }, { ms: DAY }, { ms: 2 * DAY }])])).toMatchObject({ clean: 1, bad: 0 });
    const mixed = run(1, [{ ms: 0 }, { ms: DAY, verdict: 'reject' }, { ms: 2 * DAY }]);
    expect(evidenceOf([mixed])).toMatchObject({ clean: 0, bad: 1 });
  });

  test('a batch of one person counts once, whatever runs it is of; two people deciding at once count twice', () => {
    const batch = [1, 2, 3].map((id) => run(id, [{ ms: id * 400 }]));
    expect(evidenceOf(batch)).toMatchObject({ clean: 1 });
    expect(evidenceOf([...batch, run(4, [{ ms: 800, by: 'user:ben' }])])).toMatchObject({ clean: 2 });
    expect(evidenceOf([run(1, [{ ms: 0 }]), run(2, [{ ms: 1_000 }])])).toMatchObject({ clean: 2 });
  });

  test('a login without a name is no reviewer', () => {
    const runs = ['user:ana', 'user:ben', 'local:root'].map((by, id) => run(id, [{ ms: id * DAY, by }]));
    expect(evidenceOf(runs)).toMatchObject({ clean: 3, names: ['user:ana', 'user:ben'], days: 2 });
  });

  test('another model, schema or policy is another type', () => {
    const raised = structuredClone(config);
    Object.assign(raised.tools.pay!, { minConfidence: 0.5 });
    const wider = structuredClone(config);
    Object.assign(wider.tools.pay!.input, { additionalProperties: true });
    const runs = [
      run(1, [{ ms: 0 }]),
      run(2, [{ ms: DAY }], 'm2'),
      run(3, [{ ms: 2 * DAY }], 'm1', raised),
      run(4, [{ ms: 3 * DAY }], 'm1', wider),
    ];
    const rows = tableOf(runs);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(4);
    expect(rows.map(({ graduation }) => graduation?.evidence.clean)).toEqual([1, 1, 1, 1]);
  });
});

describe('after a change of level', () => {
  const key = tableOf([run(1, [{ ms: 0 }])])[0]?.key ?? '';
  const evidence = { clean: 73, bad: 0, points: 73, upperBound: 0.04, reviewers: [], days: 15 };
  const signed: RunEvent = {
    ...draft('oversight.signed', { key, level: 'supervised', reason: 'r', evidence }, 'user:eva'),
    ...{ seq: 1, at: at(10 * DAY) },
  } as RunEvent;

  test('good evidence from before is gone; bad news about it still counts', () => {
    const before = run(1, [{ ms: DAY }]);
    expect(tableOf([before], [signed])[0]?.graduation).toMatchObject({
      level: 'supervised',
      evidence: { clean: 0, bad: 0 },
    });
    const events = [...before.events];
    const audited = draft(
      'action.audited',
      { task: 'pay', actionId: 'act_1_0' as ActionId, finding: 'bad', reason: null },
      'user:ben',
    );
    events.push({ ...audited, seq: events.length + 1, at: at(11 * DAY) } as RunEvent);
    expect(evidenceOf([{ ...before, events }], [signed])).toMatchObject({ clean: 0, bad: 1 });
  });

  test('a call that was proposed before and decided after is no evidence for the new level', () => {
    const late = run(1, [{ ms: 9 * DAY, decidedAfterMs: 2 * DAY }]);
    expect(evidenceOf([late], [signed])).toMatchObject({ clean: 0, bad: 0 });
    expect(evidenceOf([run(1, [{ ms: 11 * DAY }])], [signed])).toMatchObject({ clean: 1 });
  });

  test('two bad audits in a row take it back, one does not, one critical does', () => {
    const audits = (...found: Call['audit'][]) =>
      found.map((audit, index) => run(index + 1, [{ ms: (11 + index) * DAY, ...(audit ? { audit } : {}) }]));
    const demote = (runs: ReturnType<typeof audits>, history: RunEvent[] = [signed]) =>
      tableOf(runs, history)[0]?.graduation?.demote;
    expect(demote(audits('good', 'bad', 'good'))).toBeNull();
    expect(demote(audits('good', 'bad', 'bad'))).toBe('cusum');
    expect(demote(audits('good', 'critical'))).toBe('critical');
    expect(demote(audits('critical'), [])).toBeNull();
  });
});

test('rejections are grouped by code, agent, argument and what was changed', () => {
  const runs = Array.from({ length: 6 }, (_, id) => run(id, [{ ms: id * DAY, amount: 10 + id }]));
  const rejected = { verdict: 'reject', reasonCode: 'wrong amount' } as const;
  runs.push(run(7, [{ ms: 7 * DAY, amount: 400, ...rejected, reason: 'too much' }]));
  runs.push(run(8, [{ ms: 8 * DAY, amount: 500, ...rejected, reason: 'far too much' }]));
  runs.push(
    run(9, [{ ms: 9 * DAY, amount: 450, verdict: 'modify', diff: [{ path: '/input/amount', from: 450, to: 45 }] }]),
  );
  const [row] = tableOf(runs);
  expect(row?.decisions).toMatchObject({ total: 9, rejected: 2, material: 1, medianTookMs: 60_000 });
  expect(row?.reasons).toEqual([
    { by: 'agent', what: 'clerk', count: 3, of: 9, said: ['far too much', 'too much'] },
    {
      by: 'argument',
      what: '/amount from 400 to 500; let through from 10 to 15',
      count: 3,
      of: 3,
      said: ['far too much', 'too much'],
    },
    { by: 'code', what: 'wrong amount', count: 2, of: 2, said: ['far too much', 'too much'] },
    { by: 'changed', what: '/amount', count: 1, of: 1, said: [] },
  ]);
});

const rejectedList = (id: string, quantities: readonly number[]) =>
  ({
    ...{ key: 'k', runId: id, id, agent: null, tier: 'approval', level: null, spotCheck: false },
    ...{ proposedAt: '', ran: false, expired: 0, undone: null, audits: [] },
    proposal: { lines: quantities.map((quantity) => ({ quantity })) },
    decisions: [
      { verdict: 'reject', material: false, changed: [], by: [], at: id, tookMs: 1, reason: null, reasonCode: null },
    ],
  }) as unknown as Subject;

test('a list with many values is decided once, and one rejection is no pattern', () => {
  const one = rejectedList('1', [1, 2, 3]);
  expect(patternsOf([one])).toEqual([]);
  expect(patternsOf([one, rejectedList('2', [7, 9])])).toEqual([
    { by: 'argument', what: '/lines/-/quantity from 1 to 9', count: 2, of: 2, said: [] },
  ]);
});

test('there may be more values than a call takes arguments', () => {
  const many = rejectedList(
    '1',
    Array.from({ length: 150_000 }, (_, index) => index),
  );
  expect(patternsOf([many, rejectedList('2', [-1])])).toMatchObject([
    { what: '/lines/-/quantity from -1 to 149999', count: 2, of: 2 },
  ]);
});

test('the table does not depend on the order in which runs come', () => {
  const call = fc.record({
    ms: fc.integer({ min: 0, max: 40 }).map((n) => n * 700),
    by: fc.constantFrom('user:ana', 'user:ben', 'local:x'),
    verdict: fc.constantFrom('approve' as const, 'reject' as const),
    amount: fc.integer({ min: 1, max: 5 }),
    undone: fc.boolean(),
    audit: fc.constantFrom('good' as const, 'bad' as const, 'critical' as const),
  });
  const calls = fc.array(fc.array(call, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 8 });
  const shuffled = calls.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, ([all, order]) => {
      const runs = all.map((given, id) => run(id, given, id % 3 === 0 ? 'm2' : 'm1'));
      expect(tableOf(order.map((index) => runs[index]!))).toEqual(tableOf(runs));
    }),
    { numRuns: 200 },
  );
});

describe('week by week', () => {
  const week = 7 * DAY;
  const runs = [
    run(1, [{ ms: 0 }]),
    run(2, [{ ms: 7 * week - 1, decidedAfterMs: 0, by: 'user:ben' }]),
    run(3, [{ ms: 7 * week, decidedAfterMs: 0, verdict: 'reject', reason: 'no', reasonCode: 'policy' }]),
    run(4, [{ ms: 7 * week + DAY, decidedAfterMs: 120_000 }]),
  ];

  test('each decision is in the week that it was made in, and the bound is of all that was known by its end', () => {
    const weeks = tableOf(runs, [], at(8 * week))[0]?.weeks ?? [];
    expect(weeks.map(({ from }) => from)).toEqual(Array.from({ length: 8 }, (_, index) => at(index * week)));
    expect(weeks.map(({ decided, bad }) => [decided, bad])).toEqual([
      ...[
        [1, 0],
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      ...[
        [1, 0],
        [2, 1],
      ],
    ]);
    expect(weeks.map(({ medianTookMs }) => medianTookMs)).toEqual([60_000, ...Array(5).fill(null), 0, 60_000]);
    const bounds = weeks.map(({ upperBound }) => upperBound);
    expect(bounds[0]).toBeCloseTo(0.95, 6);
    expect(bounds.slice(1, 6)).toEqual(Array(5).fill(bounds[0]));
    expect(bounds[7]).toBe(tableOf(runs, [], at(8 * week))[0]?.graduation?.upperBound);
  });

  test('what is older than eight weeks is in none of them, but still in the evidence', () => {
    const weeks = tableOf(runs, [], at(10 * week))[0]?.weeks ?? [];
    expect(weeks[0]).toMatchObject({ decided: 0, medianTookMs: null, upperBound: expect.closeTo(0.95, 6) });
    expect(weeks.reduce((sum, { decided }) => sum + decided, 0)).toBe(3);
  });

  test('a type that nobody decided has empty weeks', () => {
    const [row] = tableOf([run(5, [{ ms: 0, expired: true }])], [], at(DAY));
    expect(row?.weeks).toHaveLength(8);
    expect(row?.weeks.every((of) => of.decided === 0 && of.upperBound === null)).toBe(true);
  });
});
