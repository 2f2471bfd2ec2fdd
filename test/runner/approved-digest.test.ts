import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { KeyedList } from '../../src/crew/keyed-list.ts';
import type { RunState } from '../../src/crew/run-state.ts';
import { defineCrew, defineTool } from '../../src/index.ts';
import type { JournalEvent } from '../../src/journal/envelope.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { mayRun } from '../../src/runner/execute-action.ts';
import { loadRun } from '../../src/runner/load-run.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { call, memoryJournal, scriptedModel } from '../../src/testing.ts';
import { answer, deferred, person } from '../support/desk.ts';
import { measured, SEED, size } from '../support/reliability.ts';
import { eventsOf } from '../support/run-invariants.ts';
import { seeded } from '../support/seeded.ts';

const TRIALS = size({ small: 1_000, recorded: 5_000, large: 10_000 });

/** A run whose approved payment has started and does not end: `paid` says what was really paid. */
async function startedPayment(journal: Journal, paid: number[], release: Promise<void>) {
  const pay = defineTool({
    name: 'pay',
    description: 'Pay.',
    input: z.strictObject({ amount: z.number(), to: z.string() }),
    tier: 'approval',
    idempotent: true,
    execute: async ({ amount }) => {
      paid.push(amount);
      await release;
      return 'paid';
    },
  });
  const config = { name: 'desk', agents: { a: { role: 'A', goal: 'A', tools: [pay] } } };
  const crew = crewDefinition(defineCrew({ ...config, tasks: { t: { agent: 'a', description: 'T' } } }));
  const open = (store: Journal) => {
    const model = scriptedModel([call('pay', { amount: 70, to: 'ben' }), answer('done')]);
    return openEngine({
      crews: [crew],
      journal: store,
      models: () => model,
      log: pino({ level: 'silent' }),
      sweepMs: 20,
      limits: { stopGraceMs: 10 },
    });
  };
  const engine = await open(journal);
  const { id } = await engine.start('desk', {}, { requestedBy: 'user:rita' });
  await engine.settled(id);
  const [hold] = (await journal.holds({ runId: id })).items;
  await engine.decide(hold!.id, { digest: hold!.digest, verdict: 'approve' }, { actor: person('user:ana') });
  await expect.poll(() => paid.length).toBe(1);
  return { id, engine, open };
}

describe('S8: what runs is what was approved', () => {
  test(`${TRIALS} changes of a started action are refused`, () =>
    measured({ id: 'S8', what: 'an approved action is changed before it runs' }, async () => {
      const journal = memoryJournal();
      const [paid, release] = [[] as number[], deferred()];
      const { id, engine } = await startedPayment(journal, paid, release.promise);
      const { state } = await loadRun(journal, id);
      const [action] = state.actions;
      const started = action!.started!;
      expect(mayRun(state, action!, started)).toBe(true);
      const draw = seeded(SEED);
      const other = (text: string) => `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;
      for (let n = 0; n < TRIALS; n++) {
        const input = { amount: 71 + draw(1_000_000) / 7, to: 'ben' };
        const changed = [
          { ...started, input },
          { ...started, input: { amount: 70, to: `ben${n}` } },
          { ...started, input: { amount: 70, to: 'ben', extra: n } },
          { ...started, tool: `pay${n}` },
          { ...started, digest: other(started.digest) },
          { ...started, holdId: null, tier: 'approval' as const },
          { ...started, holdId: other(started.holdId ?? '') as never },
        ][draw(7)]!;
        expect(mayRun(state, action!, changed), JSON.stringify(changed)).toBe(false);
      }
      const unapproved: RunState = { ...state, holds: KeyedList.of(({ id }) => id) };
      expect(mayRun(unapproved, action!, started)).toBe(false);
      release.resolve();
      await engine.outcome(id);
      await engine.close();
      return { trials: TRIALS };
    }));

  test('an action that was changed in the store between its approval and its repetition does not run', async () => {
    const journal = memoryJournal();
    const [paid, release] = [[] as number[], deferred()];
    const { id, engine, open } = await startedPayment(journal, paid, release.promise);
    await engine.close();
    const forge = (event: JournalEvent): JournalEvent =>
      event.type === 'action.started'
        ? { ...event, data: { ...(event.data as object), input: { amount: 7_000, to: 'eve' } } }
        : event;
    const forged = new Proxy(journal, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'read') return member.bind(target);
        return async (...given: Parameters<Journal['read']>) => (await target.read(...given)).map(forge);
      },
    });
    const again = await open(forged);
    await expect.poll(async () => (await eventsOf(journal, id)).map(({ type }) => type)).toContain('action.failed');
    const failed = (await eventsOf(journal, id)).find(({ type }) => type === 'action.failed');
    expect(failed?.data).toMatchObject({ error: { code: 'DIGEST_MISMATCH' }, effect: 'none' });
    expect(paid).toEqual([70]);
    await again.close();
  });
});
