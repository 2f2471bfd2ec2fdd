import { pino } from 'pino';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { scriptedModel } from '../../src/agents/scripted-model.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { call } from '../../src/testing.ts';
import { answer, deferred, person } from '../support/desk.ts';
import { manualClock } from '../support/manual-clock.ts';
import { checkRun, eventsOf } from '../support/run-invariants.ts';

/** A process that is frozen (a long pause, a suspended machine) as soon as a write of this sort is durable. */
function freezesAfter(write: 'amend' | 'append', store: Journal, thaw: Promise<void>): Journal {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        const value: unknown = await Reflect.apply(member, target, given);
        if (name === write) await thaw;
        return value;
      };
    },
  });
}

test.for([
  ['it took a run', 'amend'],
  ['it recorded that it acts', 'append'],
] as const)(
  'an owner that was frozen after %s, and thaws while another acts, does not act as well',
  async ([, write]) => {
    const clock = manualClock();
    const store = memoryJournal({ now: () => Date.parse(clock.now()) });
    const [thaw, done] = [deferred(), deferred()];
    let executed = 0;
    const pay = defineTool({
      name: 'pay',
      description: 'Pay.',
      input: z.strictObject({}),
      tier: 'approval',
      idempotent: true,
      execute: async () => {
        executed++;
        await done.promise;
        return 'paid';
      },
    });
    const crew = crewDefinition(
      defineCrew({
        name: 'desk',
        agents: { a: { role: 'A', goal: 'A', tools: [pay] } },
        tasks: { t: { agent: 'a', description: 'T' } },
      }),
    );
    const model = scriptedModel([call('pay', {}), answer('done')]);
    const open = (journal: Journal, drives = true) =>
      openEngine({ crews: [crew], journal, models: () => model, log: pino({ level: 'silent' }), clock, drives });
    const first = await open(store);
    const { id } = await first.start('desk', {}, { requestedBy: 'user:rita' });
    await first.settled(id);
    await expect.poll(async () => (await store.run(id))?.owner).toBeNull();
    await first.close();

    const frozen = await open(freezesAfter(write, store, thaw.promise));
    const [hold] = (await store.holds({ runId: id })).items;
    const decided = frozen.decide(
      hold!.id,
      { digest: hold!.digest, verdict: 'approve' },
      { actor: person('user:ana') },
    );
    await expect.poll(async () => (await store.run(id))?.owner).toBe(frozen.nodeId);
    const begun = async () => (await eventsOf(store, id)).filter(({ type }) => type === 'action.started').length;
    await expect.poll(begun).toBe(write === 'append' ? 1 : 0);
    clock.advance(20_000);
    // Its renewals do not come through either.
    await store.leave(frozen.nodeId);
    const other = await open(store);
    await expect.poll(() => executed).toBe(1);
    thaw.resolve();
    await decided;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(executed).toBe(1);
    done.resolve();
    expect((await other.outcome(id)).status).toBe('completed');
    expect(await begun()).toBe(1);
    await checkRun(store, id, { crew });
    await frozen.close();
    await other.close();
  },
);
