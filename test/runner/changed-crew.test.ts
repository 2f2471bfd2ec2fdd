import { pino } from 'pino';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { call, memoryJournal, scriptedModel } from '../../src/testing.ts';
import { answer, person } from '../support/desk.ts';
import { measured, SEED } from '../support/reliability.ts';
import { eventsOf } from '../support/run-invariants.ts';
import { seeded } from '../support/seeded.ts';

/** A crew as plain data, so that a test can change any part of it. */
interface Loose {
  [key: string]: Loose | undefined;
}

function base(): Loose {
  const tool = {
    name: 'pay',
    description: 'Pay an amount.',
    input: z.strictObject({ amount: z.number() }),
    output: z.string(),
    tier: 'approval',
    idempotent: false,
    timeout: '30s',
  };
  const clerk = { role: 'Clerk', goal: 'Pay', backstory: 'Careful', maxSteps: 6 };
  const review = { quorum: 1, dueIn: '4h', onExpire: 'fail', reviewers: ['user:ana', 'user:ben'] };
  const task = {
    agent: 'clerk',
    description: 'Pay {n}',
    expectedOutput: 'A receipt',
    context: [],
    maxRetries: 2,
    maxRevisions: 3,
  };
  return {
    name: 'mutant',
    version: '1',
    inputs: z.strictObject({ n: z.number() }),
    concurrency: 2,
    budget: { tokens: 10_000 },
    tool,
    agents: { clerk, other: { role: 'Other', goal: 'Help' } },
    tasks: { pay: { ...task, review }, tell: { ...task, description: 'Tell {n}', context: ['pay'] } },
  } as unknown as Loose;
}

const set = (path: string, value: unknown) => (crew: Loose) => {
  const keys = path.split('.');
  const last = keys.pop()!;
  (keys.reduce((at, key) => at[key]!, crew) as Record<string, unknown>)[last] = value;
};

/** Each is a change that somebody might deploy while runs are held. */
const MUTATIONS: readonly [name: string, change: (crew: Loose) => void][] = [
  ['version', set('version', '2')],
  ['inputs', set('inputs', z.strictObject({ n: z.number(), m: z.number().optional() }))],
  ['concurrency', set('concurrency', 3)],
  ['budget', set('budget', { tokens: 20_000 })],
  ['crew review', set('review', { reasonRequired: ['approve'] })],
  ['model', set('model', 'another-model')],
  ['role', set('agents.clerk.role', 'Payer')],
  ['goal', set('agents.clerk.goal', 'Pay fast')],
  ['backstory', set('agents.clerk.backstory', 'Careless')],
  ['maxSteps', set('agents.clerk.maxSteps', 60)],
  ['agent model', set('agents.clerk.model', 'another-model')],
  ['a new agent', set('agents.third', { role: 'Third', goal: 'Third' })],
  ['task agent', set('tasks.pay.agent', 'other')],
  ['description', set('tasks.pay.description', 'Pay twice {n}')],
  ['expected output', set('tasks.pay.expectedOutput', 'Nothing')],
  ['context', set('tasks.tell.context', [])],
  ['output schema', set('tasks.pay.output', z.strictObject({ receipt: z.string() }))],
  ['confirm', set('tasks.pay.confirm', 'before')],
  ['reviewers', set('tasks.pay.review.reviewers', ['user:eve'])],
  ['quorum', set('tasks.pay.review.quorum', 2)],
  ['dueIn', set('tasks.pay.review.dueIn', '8h')],
  ['onExpire', set('tasks.pay.review.onExpire', 'skip')],
  ['maxRetries', set('tasks.pay.maxRetries', 9)],
  ['maxRevisions', set('tasks.pay.maxRevisions', 9)],
  ['onReject', set('tasks.pay.onReject', 'skip')],
  ['onFailure', set('tasks.pay.onFailure', 'skip')],
  ['minConfidence', set('tasks.pay.minConfidence', 0.5)],
  ['task timeout', set('tasks.pay.timeout', '1h')],
  ['a new task', set('tasks.extra', { agent: 'clerk', description: 'More', context: ['tell'] })],
  ['tool description', set('tool.description', 'Pay much.')],
  ['tool input', set('tool.input', z.strictObject({ amount: z.number().max(5) }))],
  ['tool output', set('tool.output', z.number())],
  ['tier', set('tool.tier', 'automatic')],
  ['idempotent', set('tool.idempotent', true)],
  ['tool timeout', set('tool.timeout', '60s')],
  ['tool taken away', set('agents.clerk.tools', [])],
];

function crewFrom(change: (crew: Loose) => void, execute: () => string) {
  const loose = base();
  change(loose);
  const { tool, ...config } = loose;
  const pay = defineTool({ ...(tool as object), execute } as never);
  const clerk = config.agents?.clerk as unknown as { tools?: unknown[] };
  clerk.tools ??= [pay];
  return crewDefinition(defineCrew(config as never) as never);
}

test('R8: every seeded change of a crew under a held run is flagged, parks the run, and has no effect', () =>
  measured({ id: 'R8', what: 'seeded changes of a crew under a held run' }, async () => {
    const draw = seeded(SEED);
    const order = [...MUTATIONS].sort(() => draw(3) - 1);
    for (const [name, change] of order) {
      let executed = 0;
      const execute = () => `paid ${++executed}`;
      const journal = memoryJournal();
      const model = scriptedModel({ pay: [call('pay', { amount: 70 }), answer('paid')], tell: [answer('told')] });
      const open = (crew: ReturnType<typeof crewFrom>) =>
        openEngine({ crews: [crew], journal, models: () => model, log: pino({ level: 'silent' }), sweepMs: 20 });
      const first = await open(crewFrom(() => undefined, execute));
      const { id } = await first.start('mutant', { n: 1 }, { requestedBy: 'user:rita' });
      await first.settled(id);
      const [hold] = (await journal.holds({ runId: id, status: 'open' })).items;
      await first.close();

      const second = await open(crewFrom(change, execute));
      await second.decide(hold!.id, { digest: hold!.digest, verdict: 'approve' }, { actor: person('user:ana') });
      await expect.poll(async () => (await second.run(id)).status, { timeout: 5_000, message: name }).toBe('parked');
      const parked = (await eventsOf(journal, id)).find(({ type }) => type === 'run.parked');
      expect(parked?.type === 'run.parked' && parked.data.changes.length, `${name} is told`).toBeGreaterThan(0);
      expect((await second.change(id)).changes, name).toEqual(parked?.type === 'run.parked' && parked.data.changes);
      expect(executed, `${name}: effects`).toBe(0);
      await second.close();
    }
    return { trials: order.length, note: 'each parked, each difference told, 0 effects' };
  }));
