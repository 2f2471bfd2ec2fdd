import { z } from 'zod';
import { call, calls, failWith } from '../../src/agents/scripted-model.ts';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import { draft } from '../../src/crew/events.ts';
import { SYSTEM_JOURNAL } from '../../src/ids.ts';
import { type Head, seal } from '../../src/journal/envelope.ts';
import { eraseRun, pruneRun } from '../../src/runner/retention.ts';
import { saltSource } from '../../src/runner/salt.ts';
import { ANA, BEN, HOUR, type Scenario, type Story, until } from './golden-story.ts';

const answer = (output: unknown) => ({ output, reasoning: 'r', confidence: 0.9 });
const agents = { a: { role: 'Writer', goal: 'Write' } } as const;

/** Two of the board must agree; it is reminded, and overdue. */
const board = crewDefinition(
  defineCrew({
    name: 'board',
    agents,
    tasks: {
      draft: {
        agent: 'a',
        description: 'Draft',
        confirm: { after: { quorum: 2, dueIn: '4h', remindAfter: '2h', onExpire: 'wait', escalateTo: ['user:cleo'] } },
      },
    },
  }),
);

const shaky = defineTool({
  name: 'shaky',
  description: 'Fails the first time.',
  input: z.strictObject({ n: z.number() }),
  tier: 'supervised',
  execute: ({ n }) => {
    if (n === 1) throw new Error('out of order');
    return 'done';
  },
  undo: () => {
    throw new Error('cannot be taken back');
  },
  undoWindow: '1h',
});
const pay = defineTool({
  name: 'pay',
  description: 'Pay.',
  input: z.strictObject({ amount: z.number() }),
  tier: 'approval',
  execute: () => 'paid',
});
const mishaps = crewDefinition(
  defineCrew({
    name: 'mishaps',
    agents: { a: { role: 'Writer', goal: 'Write', tools: [shaky, pay] } },
    tasks: {
      never: { agent: 'a', description: 'Never', when: () => false },
      work: { agent: 'a', description: 'Work', context: [] },
    },
  }),
);

const plain = (goal: string) =>
  crewDefinition(
    defineCrew({
      name: 'plain',
      agents: { a: { role: 'Writer', goal } },
      tasks: { one: { agent: 'a', description: 'One', confirm: 'after' }, two: { agent: 'a', description: 'Two' } },
    }),
  );
const noted = crewDefinition(
  defineCrew({
    name: 'noted',
    inputs: z.strictObject({ note: z.string() }),
    agents,
    tasks: { one: { agent: 'a', description: 'One' } },
  }),
);
const ofPlain = { crew: plain('Write'), inputs: {} };

/** The events of the end are few; the fork goes its own way. */
async function forkAndApprove({ engine, id, decide }: Story): Promise<string> {
  await decide({ verdict: 'approve' });
  await engine.outcome(id);
  const approved = (await engine.journal.read(id)).find(({ type }) => type === 'hold.decided')?.seq ?? 0;
  const fork = await engine.fork(id, approved, BEN);
  await engine.settled(fork.id);
  const [hold] = (await engine.journal.holds({ runId: fork.id, status: 'open' })).items;
  if (!hold) throw new Error('the approval was spent twice');
  await engine.decide(hold.id, { digest: hold.digest, verdict: 'modify', value: 'otherwise' }, ANA);
  await engine.outcome(fork.id);
  return fork.id;
}

export const MORE_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'agreed-by-two': {
    ...{ crew: board, inputs: {}, script: { draft: [answer('a')] } },
    tell: async ({ engine, clock, journal, held, decide }) => {
      const { id } = await held();
      await engine.claim(id, {}, ANA);
      await engine.comment(id, 'looking at it', BEN);
      await engine.release(id, ANA);
      for (const mark of ['reminded', 'overdue'] as const) {
        clock.advance(2 * HOUR + 1_000);
        await until(async () => (await journal.hold(id))?.[mark] === true);
      }
      await decide({ verdict: 'approve' });
      await decide({ verdict: 'modify', value: 'b', reason: 'shorter' }, BEN);
      await decide({ verdict: 'approve' });
    },
  },
  mishaps: {
    crew: mishaps,
    inputs: {},
    script: {
      work: [
        failWith('MODEL_UNREACHABLE'),
        calls([
          ['shaky', { n: 1 }],
          ['none', {}],
          ['pay', { amount: 9 }],
        ]),
        call('shaky', { n: 2 }),
        answer('worked'),
      ],
    },
    tell: async ({ engine, id, decide }) => {
      await decide({ verdict: 'respond', value: { choice: 'retry' } });
      await decide({ verdict: 'respond', value: { choice: 'use', value: 'mended' } });
      await decide({ verdict: 'reject', reason: 'too much' });
      await engine.outcome(id);
      const { actions } = await engine.stateAt(id);
      const ran = actions.findLast(({ state }) => state === 'succeeded')?.id as never;
      await engine.audit(id, ran, { finding: 'bad', reason: 'late' }, ANA);
      await engine.undo(id, ran, 'late', ANA);
      await until(async () =>
        (await engine.journal.read(id, { type: 'action.undo-failed' })).some(({ seq }) => seq > 0),
      );
    },
  },
  'changed-crew': {
    ...ofPlain,
    script: { one: [answer('one')], two: [answer('two')] },
    tell: async ({ id, decide, reopen }) => {
      const engine = await reopen(plain('Write well'));
      await decide({ verdict: 'approve' });
      await until(async () => (await engine.run(id)).status === 'parked');
      await engine.acceptChange(id, (await engine.change(id)).fingerprint, ANA);
    },
  },
  forked: {
    ...ofPlain,
    script: { one: [answer('one')], two: [answer('two'), answer('two again')] },
    tell: forkAndApprove,
  },
  fork: {
    ...ofPlain,
    script: { one: [answer('one')], two: [answer('two'), answer('two again')] },
    tell: forkAndApprove,
    keep: async ({ journal, id }) => {
      const forked = (await journal.read(id)).find(({ type }) => type === 'run.forked')?.data;
      return (forked as { to: string }).to;
    },
  },
  'large-value': {
    crew: noted,
    inputs: { note: 'large '.repeat(44_000) },
    script: { one: [answer('one')] },
    tell: async () => undefined,
  },
  /** No run: what belongs to none. */
  system: {
    ...ofPlain,
    script: { one: [answer('one'), answer('one')], two: [answer('two'), answer('two')] },
    tell: async ({ engine, journal, id, clock, decide }) => {
      await engine.stopAll({ reason: 'drill' }, ANA);
      await engine.resumeAll({ reason: 'over' }, BEN);
      await decide({ verdict: 'approve' });
      await engine.outcome(id);
      const { id: other } = await engine.start('plain', {}, { requestedBy: 'user:rita' });
      await engine.settled(other);
      await engine.cancel(other, 'not needed', ANA);
      await engine.outcome(other);
      await until(async () => (await journal.run(other))?.wake === false);
      await until(async () => (await journal.run(id))?.wake === false);
      const given = { by: 'user:ana', now: clock.now() };
      await eraseRun(journal, id, { ...given, tasks: ['one'], reason: 'asked to be forgotten' });
      await pruneRun(journal, other, given);
      const key = 'plain/one';
      const evidence = {
        clean: 80,
        bad: 0,
        points: 80,
        upperBound: 0.04,
        days: 20,
        reviewers: ['user:ana', 'user:ben'],
      };
      const signed = draft('oversight.signed', { key, level: 'supervised', reason: 'clean', evidence }, 'user:ana');
      const demoted = draft(
        'oversight.demoted',
        { key, level: null, cause: 'person', reason: 'once more' },
        'user:ben',
      );
      const salt = saltSource();
      await journal.amendSystem(null, (head: Head) => ({
        events: seal(SYSTEM_JOURNAL, head, [signed, demoted], { at: clock.now(), salt }),
        answer: null,
      }));
    },
    keep: async () => SYSTEM_JOURNAL,
  },
};
