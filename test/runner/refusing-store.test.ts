import { expect, test } from 'vitest';
import { HoldpointError } from '../../src/errors.ts';
import { defineCrew } from '../../src/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { answer, openDesk } from '../support/desk.ts';

const crew = defineCrew({
  name: 'refused',
  agents: { a: { role: 'A', goal: 'A' } },
  tasks: { t: { agent: 'a', description: 'T', confirm: 'after' }, u: { agent: 'a', description: 'U' } },
});

/** A journal that refuses the first calls of a method, as a full disk does. */
function refusing(method: keyof Journal, times: number): Journal & { refused: number } {
  const journal = memoryJournal();
  const counted = { refused: 0 };
  return new Proxy(journal, {
    get(target, name) {
      if (name === 'refused') return counted.refused;
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (name === 'amend' && method === 'claim') return untaken(target);
      if (name !== method) return member.bind(target);
      return async (...given: unknown[]) => {
        if (counted.refused < times) {
          counted.refused++;
          throw new HoldpointError('UNAVAILABLE', 'The disk is full.');
        }
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  }) as Journal & { refused: number };
}

/** As if another node recorded the decision: it takes nothing for this one, which has to claim the run. */
function untaken(journal: Journal): Journal['amend'] {
  return (runId, request, decide) =>
    journal.amend(runId, request, (view) => {
      const { takeFor: _, ...amendment } = decide(view);
      return amendment;
    });
}

test.each(['rest', 'claim'] as const)(
  'a store that refuses `%s` for a while parks nothing: the run goes on by itself',
  async (method) => {
    const journal = refusing(method, 2);
    await using desk = await openDesk(crew, { t: [answer('one')], u: [answer('two')] }, { journal });
    const run = await desk.startAndSettle();
    await expect.poll(async () => (await journal.run(run))?.owner, { timeout: 10_000 }).toBeNull();
    await desk.approve(await desk.only(run));
    await expect.poll(async () => (await journal.run(run))?.summary.status, { timeout: 10_000 }).toBe('completed');
    expect(await desk.types(run)).not.toContain('run.parked');
    expect(journal.refused).toBe(2);
  },
);
