import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { scriptedModel } from '../../src/agents/scripted-model.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { isHoldpointError } from '../../src/errors.ts';
import type { DecisionRequest } from '../../src/hooks/decide.ts';
import { defineCrew } from '../../src/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import type { Engine } from '../../src/runner/engine.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { answer, person } from '../support/desk.ts';
import { manualClock } from '../support/manual-clock.ts';
import { measured, SEED, size } from '../support/reliability.ts';
import { checkRun, eventsOf } from '../support/run-invariants.ts';

const NUM_RUNS = size({ small: 500, recorded: 1_000, large: 10_000 });
const HOUR = 3_600_000;

const crewWith = (quorum: number) =>
  crewDefinition(
    defineCrew({
      name: 'raced',
      agents: { a: { role: 'A', goal: 'A' } },
      tasks: {
        t: {
          agent: 'a',
          description: 'T',
          confirm: 'after',
          onReject: 'skip',
          review: { quorum, dueIn: '1h', onExpire: 'fail' },
        },
      },
    }),
  );

/** The journal with each of its calls put off until the scheduler says: between reading and writing anything may happen. */
function slow(journal: Journal, scheduler: fc.Scheduler, when: () => boolean): Journal {
  const delayed = new Set(['hold', 'amend', 'answered', 'read', 'run', 'due', 'append', 'claim', 'rest']);
  return new Proxy(journal, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        if (when() && delayed.has(String(name))) await scheduler.schedule(Promise.resolve(), String(name));
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  });
}

type Move =
  | { by: string; request: Partial<DecisionRequest> & { verdict: DecisionRequest['verdict'] } }
  | 'expire'
  | 'cancel';
const MOVES: readonly Move[] = [
  { by: 'user:ana', request: { verdict: 'approve' } },
  { by: 'user:ben', request: { verdict: 'reject', reason: 'no' } },
  { by: 'user:cid', request: { verdict: 'modify', value: 'mine' } },
  { by: 'user:dan', request: { verdict: 'approve' } },
  { by: 'user:eve', request: { verdict: 'reject', reason: 'never' } },
  { by: 'user:fay', request: { verdict: 'modify', value: 'hers' } },
  'expire',
  'cancel',
];

async function race(engine: Engine, moves: readonly Move[], clock: ReturnType<typeof manualClock>) {
  const { id } = await engine.start('raced', {}, { requestedBy: 'user:rita' });
  await engine.settled(id);
  const [hold] = (await engine.journal.holds({ runId: id })).items;
  if (!hold) throw new Error('no hold');
  const go = async (move: Move): Promise<unknown> => {
    if (move === 'expire') return clock.advance(HOUR);
    if (move === 'cancel') return engine.cancel(id, 'enough', { actor: person('user:op') });
    return engine.decide(hold.id, { digest: hold.digest, ...move.request }, { actor: person(move.by) });
  };
  return { id, hold, results: () => Promise.allSettled(moves.map(go)) };
}

test('one hold, many deciders: one wins, the others are told who', { timeout: 1_200_000 }, () =>
  measured(
    { id: 'R4', what: '2 to 8 race on one hold (approve, reject, modify, expire, cancel), their steps in any order' },
    async () => {
      const moves = fc.shuffledSubarray([...MOVES], { minLength: 2 });
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), moves, fc.constantFrom(1, 2), async (scheduler, chosen, quorum) => {
          const clock = manualClock();
          let racing = false;
          const journal = slow(memoryJournal({ now: () => Date.parse(clock.now()) }), scheduler, () => racing);
          const model = scriptedModel([answer('one')]);
          const crew = crewWith(quorum);
          const log = pino({ level: 'silent' });
          const engine = await openEngine({ crews: [crew], journal, models: () => model, log, clock });
          try {
            const { id, hold, results } = await race(engine, chosen, clock);
            racing = true;
            const settled = results();
            await scheduler.waitFor(settled);
            racing = false;
            await scheduler.waitAll();
            clock.advance(2 * HOUR);
            expect((await engine.outcome(id, { signal: AbortSignal.timeout(5_000) })).endedAt).not.toBeNull();
            const state = await checkRun(journal, id, { crew });
            const closings = (await eventsOf(journal, id)).filter(
              ({ type }) => type === 'hold.decided' || type === 'hold.expired' || type === 'hold.cancelled',
            );
            expect(closings).toHaveLength(1);
            const end = state.holds.get(hold.id);
            for (const result of await settled) {
              if (result.status === 'fulfilled') continue;
              const error: unknown = result.reason;
              if (isHoldpointError(error, 'RUN_ENDED') || (quorum > 1 && isHoldpointError(error, 'HOLD_STALE')))
                continue;
              // Past its time it is expired for a decider, also where a cancel is recorded before the clock's event is.
              const late =
                end?.status === 'cancelled' && chosen.includes('expire') ? [end.status, 'expired'] : [end?.status];
              expect(error).toMatchObject({ code: 'HOLD_ALREADY_DECIDED' });
              expect(late).toContain((error as { details: { status: string } }).details.status);
              if (end?.decidedBy.length) expect(error).toMatchObject({ details: { decidedBy: end.decidedBy } });
            }
          } finally {
            racing = false;
            await engine.close();
          }
        }),
        { numRuns: NUM_RUNS, seed: SEED, endOnFailure: true },
      );
      return { trials: NUM_RUNS, note: 'one winner each time; every loser was told who won' };
    },
  ),
);
