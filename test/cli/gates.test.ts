import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { gatesOfCrew } from '../../src/cli/gates-of-crew.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { HoldRecord } from '../../src/hooks/hold.ts';
import { defineCrew, defineTool, openHoldpoint } from '../../src/index.ts';
import { call, failWith, memoryJournal, scriptedModel } from '../../src/testing.ts';
import { type CliFolder, cliFolder } from '../support/cli.ts';

const pay = defineTool({
  name: 'pay',
  description: 'Pay',
  input: z.strictObject({ amountUsd: z.number() }),
  tier: 'approval',
  review: { dueIn: '1d', quorum: 1, reviewers: ['role:reviewer', 'user:ana'], onExpire: 'skip' },
  execute: async () => {
    throw new Error('the bank is closed');
  },
});

/** Each place asks for something else, so that no two holds have the same policy. */
const bank = defineCrew({
  name: 'bank',
  review: { dueIn: '4h', quorum: 2, reviewers: ['group:leads'] },
  agents: { clerk: { role: 'Clerk', goal: 'Pay' } },
  tasks: {
    refund: {
      agent: 'clerk',
      description: 'Refund it',
      tools: [{ tool: pay, review: { escalateTo: ['user:zoe'] } }],
      review: { reasonRequired: ['approve'] },
      confirm: {
        before: { dueIn: '30m', remindAfter: '10m' },
        after: { quorum: 3, reviewers: ['user:ben', 'user:eva', 'user:ida'] },
      },
    },
  },
});

/** The holds of a run of it, where the model and then the tool fail once. */
async function holdsOfBank(): Promise<HoldRecord[]> {
  const journal = memoryJournal();
  const model = scriptedModel([
    failWith('MODEL_REFUSED'),
    call('pay', { amountUsd: 5 }),
    { output: 'paid', reasoning: '', confidence: 1 },
  ]);
  await using holdpoint = await openHoldpoint({ crews: [bank], database: journal, model });
  const run = await holdpoint.start('bank', {});
  const found: HoldRecord[] = [];
  for (;;) {
    await run.settled();
    const [hold] = (await journal.holds({ status: 'open' })).items;
    if (!hold || hold.id === found.at(-1)?.id) return found;
    found.push(hold);
    const answer =
      hold.kind === 'escalation'
        ? ({
            verdict: 'respond',
            value: hold.action ? { choice: 'use', value: 'paid by hand' } : { choice: 'retry' },
          } as const)
        : ({ verdict: 'approve', reason: 'fine' } as const);
    for (const user of ['user:ana', 'user:ben', 'user:eva', 'user:ida']) {
      const by = { user, roles: ['reviewer'], groups: ['leads'] };
      if ((await journal.holds({ status: 'open' })).items[0]?.id !== hold.id) break;
      await holdpoint.decide({ holdId: hold.id, digest: hold.digest, by, ...answer }).catch(() => undefined);
    }
  }
}

describe('the policy of a gate', () => {
  test('is the one that its holds are opened with', async () => {
    const holds = await holdsOfBank();
    const wanted = ['before', 'escalation', 'action', 'escalation', 'after'];
    expect(holds.map(({ kind }) => kind)).toEqual(wanted);
    const gates = gatesOfCrew(crewDefinition(bank).config);
    const gateOf = ({ action, kind }: HoldRecord) =>
      action === null
        ? gates.find((gate) => gate.holds.includes(kind === 'escalation' ? 'on failure' : kind))
        : gates.find((gate) => gate.kind === 'tool');
    for (const hold of holds) expect(gateOf(hold), hold.kind).toMatchObject({ policy: hold.policy });
    expect(gates.map(({ policy }) => policy)).toMatchObject([
      { quorum: 2, dueInMs: 4 * 3_600_000, reviewers: [['group:leads'], ['role:reviewer', 'user:ana']] },
      { quorum: 2, dueInMs: 30 * 60_000 },
      { quorum: 3, dueInMs: 4 * 3_600_000 },
    ]);
  });
});

const TILL = `
import { defineCrew, defineTool } from 'holdpoint';
import { z } from 'zod';

const Amount = z.strictObject({ amountUsd: z.number() });
const made = { description: 'D', input: Amount, execute: async () => 'done' } as const;
const pay = defineTool({ ...made, name: 'pay', tier: 'approval', review: { dueIn: '1d', quorum: 1, reviewers: ['role:reviewer', 'user:ana'] } });
const note = defineTool({ ...made, name: 'note', tier: 'automatic', minConfidence: 0.9 });
const grade = defineTool({ ...made, name: 'grade', tier: () => 'automatic', minConfidence: 0.9 });

export default defineCrew({
  name: 'till',
  review: { dueIn: '4h', quorum: 2, reviewers: ['group:leads'] },
  agents: { clerk: { role: 'Clerk', goal: 'Pay' } },
  tasks: {
    same: { agent: 'clerk', description: 'D', tools: [pay, note, grade], review: { reviewers: ['group:leads'] }, confirm: 'both', minConfidence: 0.5 },
    apart: { agent: 'clerk', description: 'D', confirm: { before: { quorum: 3 }, after: { reviewers: ['user:ben'] } }, onFailure: 'fail' },
    free: { agent: 'clerk', description: 'D', onFailure: 'fail' },
  },
});
`;

describe('holdpoint gates', () => {
  let folder: CliFolder;
  beforeAll(async () => {
    folder = await cliFolder({ 'till.ts': TILL });
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  test('prints what is in force, in a table and as JSON', async () => {
    const { code, stdout } = await folder.run(['gates', 'till.ts']);
    expect(code).toBe(0);
    const [, ...rows] = stdout.trimEnd().split('\n');
    const always = 'always, since a call carries no confidence';
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
      ['till', 'tool', 'pay', 'same', 'approval', 'group:leads and (role:reviewer or user:ana) ×2'],
      ['till', 'tool', 'note', 'same', 'approval', always, 'group:leads ×2'],
      ['till', 'tool', 'grade', 'same', 'computed', always, 'group:leads ×2'],
      ['till', 'task', 'same', 'approval', 'before, after, confidence below 0.5, on failure', 'group:leads ×2'],
      ['till', 'task', 'apart', 'approval', 'before', 'group:leads ×3'],
      ['till', 'task', 'apart', 'approval', 'after', 'group:leads and user:ben ×2'],
      ['till', 'task', 'free', 'automatic', 'group:leads ×2'],
    ]);
    const { lines } = await folder.json(['gates', 'till.ts']);
    expect(lines[0]).toMatchObject({
      name: 'pay',
      reviewers: ['group:leads', 'role:reviewer', 'user:ana'],
      quorum: 2,
      policy: {
        reviewers: [['group:leads'], ['group:leads'], ['role:reviewer', 'user:ana']],
        dueInMs: 14_400_000,
        quorum: 2,
        onExpire: 'wait',
      },
    });
    expect(lines).toHaveLength(rows.length);
  });

  test.for([
    ['note=approval', 0],
    ['grade=approval', 0],
    ['note=human', 1],
    ['apart=approval', 0],
    ['free=approval', 1],
  ] as const)('--require %s: %i', async ([requirement, code]) => {
    expect((await folder.run(['gates', 'till.ts', '--require', requirement])).code).toBe(code);
  });
});
