import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { pendingCommands } from '../../src/crew/commands.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { fold } from '../../src/crew/fold.ts';
import type { RunState } from '../../src/crew/run-state.ts';
import { isHoldpointError } from '../../src/errors.ts';
import type { RunId } from '../../src/ids.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { replay } from '../../src/replay/replay.ts';
import { viewOf } from '../../src/replay/run-view.ts';
import type { Commit, Engine } from '../../src/runner/engine.ts';
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
import { measured, SEED, size } from '../support/reliability.ts';
import { checkCommits, checkRun, eventsOf } from '../support/run-invariants.ts';

const SOAK = process.env.HOLDPOINT_SOAK === '1';
const NUM_RUNS = size({ small: 150, recorded: 500, large: 3_000 });
const MAX_ROUNDS = 40;

/** What people may be told instead of being obeyed. Anything else that is thrown is a fault. */
const TOLD = [
  'HOLD_ALREADY_DECIDED',
  'HOLD_STALE',
  'HOLD_CLAIMED',
  'FORBIDDEN',
  'DECISION_NOT_ALLOWED',
  'ALREADY_VOTED',
  'REASON_REQUIRED',
  'VALUE_INVALID',
  'RUN_ENDED',
  'UNDO_NOT_POSSIBLE',
  'SEQ_CONFLICT',
] as const;

async function told<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (TOLD.some((code) => isHoldpointError(error, code))) return null;
    throw error;
  }
}

class World {
  readonly journal;
  readonly clock = manualClock();
  readonly commits: Commit[] = [];
  readonly crew;
  readonly started = new Map<string, number>();
  readonly problems: unknown[] = [];
  readonly draw: Draw;
  engine!: Engine;

  constructor(seed: CrewSeed, draw: Draw) {
    this.draw = draw;
    this.crew = crewDefinition(crewOf(seed, this.started));
    this.journal = memoryJournal({ now: () => Date.parse(this.clock.now()) });
  }

  async open(): Promise<void> {
    const problem = (data: object, message?: string) => void this.problems.push(message, data);
    const log = pino({ level: 'silent' });
    log.error = problem as typeof log.error;
    const model = randomModel(this.draw);
    this.engine = await openEngine({
      crews: [this.crew],
      journal: this.journal,
      models: () => model,
      log,
      clock: this.clock,
      sweepMs: 1_000,
      limits: { stopGraceMs: 20 },
    });
    this.engine.on({ committed: (commit) => void this.commits.push(commit) });
  }

  /** One thing that somebody does, or that time does. */
  async move(runId: RunId): Promise<void> {
    const { engine, draw } = this;
    const { items } = await this.journal.holds({ status: 'open', runId });
    const hold = items[draw(Math.max(1, items.length))];
    const actor = PEOPLE[draw(PEOPLE.length)]!;
    const kind = draw(24);
    if (kind === 0) this.clock.advance(1_900_000);
    else if (kind === 1) {
      await engine.close();
      await this.open();
    } else if (kind === 2 && draw(4) === 0) await told(engine.cancel(runId, 'enough', { actor }));
    else if (kind === 3) await this.undoSomething(runId);
    else if (!hold) this.clock.advance(1_000);
    else if (kind < 8) await told(engine.claim(hold.id, { takeOver: draw(2) === 0 }, { actor }));
    else if (kind === 8) await told(engine.comment(hold.id, 'hm', { actor }));
    else if (kind === 9) await told(engine.release(hold.id, { actor }));
    else {
      const by = hold.kind === 'human' ? (PEOPLE.find(({ user }) => user === hold.claimedBy) ?? actor) : actor;
      const request = randomDecision(draw, hold);
      const decided = await told(engine.decide(hold.id, request, { actor: by }));
      if (request.digest !== hold.digest) expect(decided, 'a decision on what was not shown').toBeNull();
    }
  }

  async undoSomething(runId: RunId): Promise<void> {
    const done = (await this.engine.stateAt(runId)).actions.filter(({ state }) => state === 'succeeded');
    const action = done[this.draw(Math.max(1, done.length))];
    if (action) await told(this.engine.undo(runId, action.id as never, 'oops', { actor: PEOPLE[0]! }));
  }

  async settled(runId: RunId): Promise<string> {
    const late = AbortSignal.timeout(5_000);
    return (await this.engine.settled(runId, { signal: late })).status;
  }
}

async function live(world: World): Promise<RunId> {
  await world.open();
  const { id } = await world.engine.start('random', {}, { requestedBy: 'user:rita' });
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (world.draw(3) > 0) {
      const status = await world.settled(id);
      if (status !== 'held') break;
    }
    await world.move(id);
  }
  const status = await world.settled(id);
  if (status === 'held') {
    await world.engine.cancel(id, 'the test ends', { actor: PEOPLE[0]! });
    await world.engine.outcome(id, { signal: AbortSignal.timeout(5_000) });
  }
  return id;
}

async function checkWorld(world: World, id: RunId, cut: number): Promise<void> {
  expect(world.problems).toEqual([]);
  const state = await checkRun(world.journal, id, { crew: world.crew, people: PEOPLE });
  const events = await eventsOf(world.journal, id);
  checkCommits(id, world.commits, events);
  expect(['completed', 'failed', 'cancelled']).toContain(String(state.machine.value));
  expect(pendingCommands(state)).toEqual([]);
  const at = 1 + (cut % events.length);
  const prefix = (await replay(id, events, { upTo: at })).state;
  const whole = events.slice(at).reduce<RunState>((folded, event) => fold(folded, id, event), prefix);
  expect(viewOf(whole)).toEqual(viewOf(state));
  // Only what is idempotent may run more often than it was recorded to start.
  for (const [key, times] of world.started) {
    const starts = events.filter((event) => event.type === 'action.started' && event.data.idempotencyKey === key);
    if (starts.some((event) => event.type === 'action.started' && event.data.tool === 'read')) continue;
    expect(times, `executions of ${key}`).toBeLessThanOrEqual(starts.length);
  }
}

test(
  'whatever the crew, the model and the people do, the invariants hold',
  {
    timeout: SOAK ? 3_600_000 : 300_000,
  },
  () =>
    measured({ id: 'R9', what: 'random runs replayed, and cut at a random event and continued' }, async () => {
      await fc.assert(
        fc.asyncProperty(crewArbitrary, fc.infiniteStream(fc.nat(0xffff)), fc.nat(1_000), async (seed, stream, cut) => {
          const world = new World(seed, (below) => stream.next().value % below);
          try {
            await checkWorld(world, await live(world), cut);
          } finally {
            await world.engine.close();
          }
        }),
        { numRuns: NUM_RUNS, seed: SEED, endOnFailure: true },
      );
      return { trials: NUM_RUNS };
    }),
);
