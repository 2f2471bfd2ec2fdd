import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { RunEvent } from '../../src/crew/events.ts';
import { isHoldpointError } from '../../src/errors.ts';
import type { RunId } from '../../src/ids.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { replay } from '../../src/replay/replay.ts';
import type { Engine } from '../../src/runner/engine.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { manualClock } from '../support/manual-clock.ts';
import {
  type CrewSeed,
  crewArbitrary,
  crewOf,
  type Draw,
  PEOPLE,
  randomDecision,
  randomModel,
} from '../support/random-crew.ts';
import { checkRun, eventsOf } from '../support/run-invariants.ts';

const SOAK = process.env.HOLDPOINT_SOAK === '1';
const MAX_DECISIONS = 25;
const forker = { user: 'user:fay', roles: ['operator'], groups: [] };

/** One crew, its journal, and what its tools were asked to do, by idempotency key. */
class Shop {
  readonly effects = new Map<string, number>();
  readonly clock = manualClock();
  readonly journal = memoryJournal({ now: () => Date.parse(this.clock.now()) });
  readonly crew;
  readonly draw: Draw;
  asked = 0;

  constructor(seed: CrewSeed, draw: Draw) {
    this.draw = draw;
    this.crew = crewDefinition(crewOf(seed, this.effects));
  }

  open(drives: boolean): Promise<Engine> {
    const model = randomModel(this.draw);
    const counted = {
      ...model,
      respond: (...given: Parameters<typeof model.respond>) => {
        this.asked++;
        return model.respond(...given);
      },
    };
    const { journal, clock, crew } = this;
    return openEngine({
      crews: [crew],
      journal,
      clock,
      models: () => counted,
      log: pino({ level: 'silent' }),
      drives,
      limits: { stopGraceMs: 20 },
    });
  }

  /** Until it ends, or nobody decides any more. */
  async live(engine: Engine, id: RunId): Promise<void> {
    for (let decided = 0; decided < MAX_DECISIONS; decided++) {
      const { status } = await engine.settled(id, { signal: AbortSignal.timeout(5_000) });
      if (status !== 'held') return;
      const { items } = await this.journal.holds({ status: 'open', runId: id });
      const hold = items[this.draw(items.length)];
      const actor = PEOPLE[this.draw(PEOPLE.length)]!;
      if (!hold) continue;
      if (hold.kind === 'human')
        await engine.claim(hold.id, { takeOver: true, reason: 'mine' }, { actor }).catch(() => undefined);
      await engine.decide(hold.id, randomDecision(this.draw, hold), { actor }).catch(refused);
    }
  }
}

/** What people may be told; anything else is a fault. */
function refused(error: unknown): null {
  if (isHoldpointError(error) && error.code !== 'INTERNAL' && error.code !== 'EVENT_IMPOSSIBLE') return null;
  throw error;
}

/** The actions taken over that a person had repeated in the fork: only who was asked about that action lets it happen. */
async function retriesOf(shop: Shop, id: RunId): Promise<string[]> {
  const all = await eventsOf(shop.journal, id);
  const { state } = await replay(id, all);
  const askedAbout = new Map(
    all.flatMap((event) =>
      event.type === 'hold.opened' && event.data.kind === 'escalation' ? [[event.data.id, event.data.action?.id]] : [],
    ),
  );
  const events = all.slice(state.forkedFrom?.taken ?? 0);
  return events.flatMap((event, index) => {
    if (event.type !== 'action.started' || event.data.idempotencyKey.startsWith(`${id}:`)) return [];
    // Another hold may have been decided in between.
    const decided = events
      .slice(0, index)
      .flatMap((given) => (given.type === 'hold.decided' ? [given.data.holdId] : []));
    expect(decided.map((holdId) => askedAbout.get(holdId))).toContain(event.data.actionId);
    return [event.data.idempotencyKey];
  });
}

const GOES_ON = ['active', 'suspended', 'parked', 'completing'];

/** Forks at `seq` as far as recording goes. Null: refused, as it must be, since the run was ending there. */
async function forkAt(engine: Engine, from: RunId, seq: number, source: readonly RunEvent[]): Promise<RunId | null> {
  const before = (await replay(from, source, { upTo: seq })).state;
  try {
    return (await engine.fork(from, seq, { actor: forker })).id;
  } catch (error) {
    if (!isHoldpointError(error, 'FORK_NOT_POSSIBLE')) throw error;
    const { before: near } = error.details as { before: number | null };
    expect(near).not.toBeNull();
    // Within a step it is refused too; the nearest event before is not.
    if (GOES_ON.includes(String(before.machine.value))) await engine.fork(from, near!, { actor: forker });
    return null;
  }
}

async function checkFork(shop: Shop, from: readonly RunEvent[], seq: number, id: RunId): Promise<void> {
  const state = await checkRun(shop.journal, id, { crew: shop.crew, people: PEOPLE });
  const events = await eventsOf(shop.journal, id);
  const prefix = from.slice(0, seq);
  const of = <T extends RunEvent['type']>(list: readonly RunEvent[], type: T) =>
    list.filter((event) => event.type === type);
  for (const type of ['model.responded', 'action.started', 'action.succeeded', 'task.completed'] as const)
    expect(of(events, type).length, `${type} taken over`).toBe(of(prefix, type).length);
  // No approval is there twice: what is decided and taken over was acted upon, all else is open.
  for (const hold of state.holds.all()) if (!hold.inherited) expect(hold.status).toBe('open');
  for (const action of state.actions) {
    expect(['cleared', 'answered', 'running', 'undoing']).not.toContain(action.machine.value);
    expect(action.result?.undoUntil ?? null).toBeNull();
  }
  expect(state.requestedBy).toBe('user:rita');
  expect(state.forkedFrom?.by).toContain('user:fay');
}

test('a fork at every event of any run takes over what was done, and opens again what was not', {
  timeout: SOAK ? 3_600_000 : 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(crewArbitrary, fc.infiniteStream(fc.nat(0xffff)), async (seed, stream) => {
      const shop = new Shop(seed, (below) => stream.next().value % below);
      const driving = await shop.open(true);
      const { id } = await driving.start('random', {}, { requestedBy: 'user:rita' });
      await shop.live(driving, id);
      await driving.close();
      const source = await eventsOf(shop.journal, id);
      const { asked } = shop;
      const effects = new Map(shop.effects);

      const recording = await shop.open(false);
      const forks: RunId[] = [];
      for (let seq = 1; seq <= source.length; seq++) {
        const fork = await forkAt(recording, id, seq, source);
        if (!fork) continue;
        forks.push(fork);
        await checkFork(shop, source, seq, fork);
      }
      const one = forks[shop.draw(forks.length)]!;
      const ofOne = await eventsOf(shop.journal, one);
      const again = await recording.fork(one, ofOne.length, { actor: { ...forker, user: 'user:gus' } });
      await checkFork(shop, ofOne, ofOne.length, again.id);
      expect((await replay(again.id, await eventsOf(shop.journal, again.id))).state.forkedFrom?.by).toEqual([
        'user:fay',
        'user:gus',
      ]);
      await recording.close();
      expect({ asked: shop.asked, effects: shop.effects }).toEqual({ asked, effects });

      // Two of them go on to live their own lives.
      const engine = await shop.open(true);
      for (const fork of [one, again.id]) await shop.live(engine, fork);
      await engine.close();
      for (const fork of [one, again.id]) await checkRun(shop.journal, fork, { crew: shop.crew, people: PEOPLE });
      const retried = [...(await retriesOf(shop, one)), ...(await retriesOf(shop, again.id))];
      for (const [key, times] of effects) {
        const asked = retried.filter((retry) => retry === key).length;
        expect(shop.effects.get(key), `executions of ${key}`).toBe(times + asked);
      }
    }),
    { numRuns: SOAK ? 1_000 : 15, endOnFailure: true },
  );
});
