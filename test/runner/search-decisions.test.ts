import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCrew } from '../../src/index.ts';
import { type DecisionSearch, searchDecisions } from '../../src/runner/search-decisions.ts';
import { answer, openDesk, person } from '../support/desk.ts';
import { manualClock } from '../support/manual-clock.ts';

const crew = defineCrew({
  name: 'letters',
  agents: { a: { role: 'A', goal: 'A' } },
  tasks: {
    letter: { agent: 'a', description: 'Write', output: z.strictObject({ text: z.string() }), confirm: 'after' },
  },
});

test('past decisions are found by who, what, when and why, each once', async () => {
  const clock = manualClock('2026-03-01T08:00:00.000Z');
  const script = [answer({ text: 'Dear Ben' }), answer({ text: 'Hello Ben' }), answer({ text: 'Third' })];
  await using d = await openDesk(crew, script, { clock });
  const id = await d.startAndSettle();
  await d.reject(await d.only(id), 'Too stiff');
  await d.settled(id);
  clock.advance(3_600_000);
  await d.modify(await d.only(id), { text: 'Hi Ben' }, 'user:ben');
  await d.settled(id);

  const find = async (query: DecisionSearch) => (await searchDecisions(d.journal, query)).decisions;
  const all = await find({});
  expect(all).toMatchObject([
    {
      verdict: 'modify',
      by: 'user:ben',
      at: '2026-03-01T09:00:00.000Z',
      diff: [{ path: '/text', from: 'Hello Ben', to: 'Hi Ben' }],
    },
    {
      verdict: 'reject',
      by: 'user:ana',
      reason: 'Too stiff',
      kind: 'after',
      task: 'letter',
      tool: null,
      crew: 'letters',
      runId: id,
    },
  ]);
  expect(all[0]?.summary).toContain('confirmed');
  const holds = (await d.journal.holds({ runId: id })).items.toSorted((a, b) => b.revision - a.revision);
  expect(all.map(({ digest }) => digest)).toEqual(holds.map(({ digest }) => digest));
  const verdicts = async (query: DecisionSearch) => (await find(query)).map(({ verdict }) => verdict);
  expect(await verdicts({ by: 'user:ana' })).toEqual(['reject']);
  expect(await verdicts({ text: 'too STIFF' })).toEqual(['reject']);
  expect(await verdicts({ text: 'hi ben' })).toEqual(['modify']);
  expect(await verdicts({ text: 'nothing like it' })).toEqual([]);
  expect(await verdicts({ from: '2026-03-01T08:30:00Z' })).toEqual(['modify']);
  expect(await verdicts({ to: '2026-03-01T09:30:00+01:00' })).toEqual(['reject']);
  expect(await verdicts({ crew: 'others' })).toEqual([]);
  await expect(find({ from: 'yesterday' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });

  // What a fork took over was decided in the other run.
  const { lastSeq } = await d.engine.run(id);
  await d.engine.fork(id, lastSeq - 2, { actor: person('user:fay') });
  expect(await find({})).toHaveLength(2);
});

test('what was decided last comes first, though its hold was opened before', async () => {
  const clock = manualClock('2026-03-01T08:00:00.000Z');
  await using d = await openDesk(crew, [answer({ text: 'Dear Ben' }), answer({ text: 'Dear Cy' })], { clock });
  const [older, newer] = [await d.startAndSettle(), await d.startAndSettle()];
  for (const id of [newer, older]) {
    clock.advance(60_000);
    await d.approve(await d.only(id));
    await d.settled(id);
  }
  const { decisions } = await searchDecisions(d.journal, {});
  expect(decisions.map(({ runId }) => runId)).toEqual([older, newer]);
});

test('a text is looked for past pages that have none of it', async () => {
  const script = Array.from({ length: 6 }, (_, n) => answer({ text: n === 0 ? 'the needle' : 'hay' }));
  await using d = await openDesk(crew, script);
  for (let n = 0; n < 6; n++) {
    const id = await d.startAndSettle();
    await d.approve(await d.only(id));
    await d.settled(id);
  }
  const found = await searchDecisions(d.journal, { text: 'needle', limit: 1 });
  expect(found).toMatchObject({ decisions: [{ verdict: 'approve' }], cursor: null });
  const first = await searchDecisions(d.journal, { limit: 4 });
  const second = await searchDecisions(d.journal, { limit: 4, cursor: first.cursor! });
  expect(new Set([...first.decisions, ...second.decisions].map(({ holdId }) => holdId)).size).toBe(6);
});

test('each decision under a quorum names the digest that it was made on', async () => {
  const two = defineCrew({
    name: 'letters',
    agents: { a: { role: 'A', goal: 'A' } },
    tasks: { letter: { agent: 'a', description: 'Write', confirm: { after: { quorum: 2 } } } },
  });
  await using d = await openDesk(two, [answer('Dear Ben')]);
  const id = await d.startAndSettle();
  const first = await d.only(id);
  await d.modify(first, 'Hi Ben', 'user:ana');
  const second = await d.only(id);
  await d.approve(second, 'user:ben');
  const { decisions } = await searchDecisions(d.journal, {});
  expect(decisions.map(({ verdict, digest }) => [verdict, digest])).toEqual([
    ['approve', second.digest],
    ['modify', first.digest],
  ]);
  expect(first.digest).not.toBe(second.digest);
});
