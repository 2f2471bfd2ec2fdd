import { pino } from 'pino';
import { expect } from 'vitest';
import { pendingCommands } from '../../src/crew/commands.ts';
import type { CrewDefinition } from '../../src/crew/crew-definition.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { RunEvent } from '../../src/crew/events.ts';
import type { RunState } from '../../src/crew/run-state.ts';
import { isHoldpointError } from '../../src/errors.ts';
import type { HoldRecord } from '../../src/hooks/hold.ts';
import type { RunId } from '../../src/ids.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { digestOf } from '../../src/json/digest.ts';
import type { Commit, Decided, Engine } from '../../src/runner/engine.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { type CrewSeed, crewOf, type Draw, PEOPLE, randomDecision, randomModel } from '../support/random-crew.ts';
import { checkCommits, checkRun, eventsOf } from '../support/run-invariants.ts';
import { type UnsteadyStore, unsteadyStore } from './unsteady-store.ts';

const MAX_ROUNDS = 30;
const ENDED: readonly string[] = ['completed', 'failed', 'cancelled'];

/** What people may be told instead of being obeyed. Anything else that is thrown is a fault. */
const TOLD: ReadonlySet<string> = new Set([
  ...['HOLD_ALREADY_DECIDED', 'HOLD_STALE', 'HOLD_CLAIMED', 'FORBIDDEN', 'DECISION_NOT_ALLOWED', 'ALREADY_VOTED'],
  ...['REASON_REQUIRED', 'VALUE_INVALID', 'RUN_ENDED', 'UNDO_NOT_POSSIBLE', 'SEQ_CONFLICT', 'UNAVAILABLE'],
]);

interface Node {
  readonly engine: Engine;
  readonly store: UnsteadyStore;
}

/**
 * A whole world from one stream of chance: crew, model, tools, reviewers, clock, and a store that is slow, refuses and lets a
 * process freeze and come back as a zombie. Nothing in it waits for real time.
 */
export class Simulation {
  readonly clock: ManualClock = manualClock();
  readonly truth: Journal = memoryJournal({ now: () => Date.parse(this.clock.now()) });
  readonly crew: CrewDefinition;
  readonly executions = new Map<string, number>();
  readonly #draw: Draw;
  readonly #commits: Commit[] = [];
  readonly #acknowledged: { runId: RunId; seq: number; holdId: string }[] = [];
  readonly #refused: string[] = [];
  readonly #nodes: Node[] = [];
  readonly #frozen: Node[] = [];
  #sent = 0;

  constructor(seed: CrewSeed, draw: Draw) {
    this.#draw = draw;
    this.crew = crewDefinition(crewOf(seed, this.executions));
  }

  get #node(): Node {
    return this.#nodes.at(-1) as Node;
  }

  /** A run from its start to its end, whatever happens on the way. */
  async live(): Promise<RunId> {
    await this.#open();
    const id = await this.#start();
    for (let round = 0; round < MAX_ROUNDS; round++) {
      await this.#pass(this.#draw(12));
      if (ENDED.includes((await this.truth.run(id))?.summary.status ?? '')) break;
      await this.#move(id);
    }
    await this.#finish(id);
    return id;
  }

  async close(): Promise<void> {
    for (const { store } of this.#nodes) store.calm();
    for (const { store } of this.#frozen) store.thaw();
    const closing = Promise.all(this.#nodes.map(({ engine }) => engine.close()));
    await this.#until(closing);
  }

  async #open(): Promise<void> {
    const store = unsteadyStore(this.truth, this.#draw);
    const model = randomModel(this.#draw);
    const log = pino({ level: 'silent' });
    const given = { crews: [this.crew], journal: store.journal, models: () => model, log, clock: this.clock };
    for (;;) {
      try {
        const engine = await this.#until(openEngine({ ...given, sweepMs: 1_000, limits: { stopGraceMs: 20 } }));
        engine.on({ committed: (commit) => void this.#commits.push(commit) });
        this.#nodes.push({ engine, store });
        return;
      } catch (error) {
        if (!isHoldpointError(error, 'UNAVAILABLE')) throw error;
      }
    }
  }

  async #start(): Promise<RunId> {
    for (;;) {
      const request = { id: 'start', content: 'start' };
      const started = await this.#told(this.#node.engine.start('random', {}, { requestedBy: 'user:rita', request }));
      if (started) return started.id;
    }
  }

  /** Lets so many turns of the event loop pass, and with each a little time. */
  async #pass(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#draw(4) === 0) this.clock.advance(250);
    }
  }

  /** Waits for something that the engine does, while time passes. */
  async #until<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const settled = promise.finally(() => {
      done = true;
    });
    settled.catch(() => undefined);
    for (let turn = 0; !done; turn++) {
      if (turn > 5_000) throw new Error('Stuck: it did not come to an end.');
      await new Promise((resolve) => setImmediate(resolve));
      if (turn % 10 === 9) this.clock.advance(1_000);
    }
    return settled;
  }

  async #told<T>(asked: Promise<T>): Promise<T | null> {
    try {
      return await this.#until(asked);
    } catch (error) {
      if (TOLD.has((error as { code?: string }).code ?? '')) return null;
      throw error;
    }
  }

  /** One thing that somebody does, or that happens to a process. */
  async #move(runId: RunId): Promise<void> {
    const draw = this.#draw;
    const { engine } = this.#node;
    const { items } = await this.truth.holds({ status: 'open', runId });
    const hold = items[draw(Math.max(1, items.length))];
    const actor = PEOPLE[draw(PEOPLE.length)]!;
    const kind = draw(26);
    if (kind === 0) this.clock.advance(1_900_000);
    else if (kind === 1) await this.#restart();
    else if (kind === 2) await this.#freeze();
    else if (kind === 3) for (const { store } of this.#frozen.splice(0)) store.thaw();
    else if (kind === 4 && draw(4) === 0) await this.#told(engine.cancel(runId, 'enough', { actor }));
    else if (kind === 5) await this.#undo(runId);
    else if (!hold) this.clock.advance(500);
    else if (kind < 9) await this.#told(engine.claim(hold.id, { takeOver: draw(2) === 0 }, { actor }));
    else if (kind === 9) await this.#told(engine.comment(hold.id, 'hm', { actor }));
    else await this.#decide(hold);
  }

  async #restart(): Promise<void> {
    await this.#told(this.#node.engine.close());
    await this.#open();
  }

  /** The process stops in the middle of what it does; another takes over once it was silent long enough. */
  async #freeze(): Promise<void> {
    this.#node.store.freeze();
    this.#frozen.push(this.#node);
    this.clock.advance(this.#draw(2) ? 20_000 : 2_000);
    await this.#open();
  }

  async #undo(runId: RunId): Promise<void> {
    const state = await this.#told(this.#node.engine.stateAt(runId));
    const done = state?.actions.filter((action) => action.state === 'succeeded') ?? [];
    const action = done[this.#draw(Math.max(1, done.length))];
    if (action) await this.#told(this.#node.engine.undo(runId, action.id as never, 'oops', { actor: PEOPLE[0]! }));
  }

  /** Sent once or several times at once, under one request id: all get one answer. */
  async #decide(hold: HoldRecord): Promise<void> {
    const draw = this.#draw;
    const anybody = PEOPLE[draw(PEOPLE.length)]!;
    const actor = hold.kind === 'human' ? (PEOPLE.find(({ user }) => user === hold.claimedBy) ?? anybody) : anybody;
    const drawn = randomDecision(draw, hold);
    const reason = `because ${++this.#sent}`;
    const decision = drawn.reason === undefined ? drawn : { ...drawn, reason };
    const request = { id: `d${this.#sent}`, content: digestOf({ decide: hold.id, ...decision } as never) };
    const copies = draw(4) === 0 ? 3 : 1;
    const send = () => this.#told(this.#node.engine.decide(hold.id, decision, { actor, request }));
    const answers = (await Promise.all(Array.from({ length: copies }, send))).filter((one) => one !== null);
    for (const answer of answers) expect(answer, 'a decision sent again').toEqual(answers[0]);
    if (decision.digest !== hold.digest) expect(answers, 'a decision on what was not shown').toEqual([]);
    if (answers.length === 0) this.#refused.push(reason);
    else this.#acknowledge(hold, answers[0] as Decided);
  }

  #acknowledge({ id, runId }: HoldRecord, { recordedSeq }: Decided): void {
    this.#acknowledged.push({ runId: runId as RunId, seq: recordedSeq, holdId: id });
  }

  /** No more faults; the zombies come back; whoever still has to decide cancels. */
  async #finish(id: RunId): Promise<void> {
    const { store } = this.#node;
    store.calm();
    for (const zombie of this.#frozen.splice(0)) zombie.store.thaw();
    const { engine } = this.#node;
    const settled = await this.#until(engine.settled(id));
    if (ENDED.includes(settled.status)) return;
    await this.#checkRests(id);
    // Its hold may expire while it is on its way.
    await this.#told(engine.cancel(id, 'the simulation ends', { actor: PEOPLE[0]! }));
    await this.#until(engine.outcome(id));
  }

  /** Invariant 8: whatever waits for a person is nobody's work. */
  async #checkRests(id: RunId): Promise<void> {
    for (let turn = 0; turn < 300; turn++) {
      const row = await this.truth.run(id);
      if (row?.owner === null && !row.wake) return;
      await this.#pass(5);
    }
    expect(await this.truth.run(id), 'a held run rests').toMatchObject({ owner: null, wake: false });
  }

  /** The invariants, from the journal and from what the simulated world saw. */
  async check(id: RunId): Promise<RunState> {
    const state = await checkRun(this.truth, id, { crew: this.crew, people: PEOPLE });
    const events = await eventsOf(this.truth, id);
    checkCommits(id, this.#commits, events);
    expect(ENDED).toContain(String(state.machine.value));
    expect(pendingCommands(state)).toEqual([]);
    this.#checkAnswers(events);
    this.#checkWorkOnce(events);
    return state;
  }

  /** Invariant 9: an answer means recorded, a refusal means not. */
  #checkAnswers(events: readonly RunEvent[]): void {
    for (const { seq, holdId } of this.#acknowledged)
      expect(events[seq - 1], 'an acknowledged decision').toMatchObject({
        type: expect.stringMatching(/^hold\.(decided|voted|revised)$/),
        data: { holdId },
      });
    const reasons = new Set(events.flatMap(({ data }) => ('reason' in data ? [data.reason] : [])));
    for (const reason of this.#refused) expect(reasons.has(reason), `a refused decision (${reason})`).toBe(false);
  }

  /** Invariants 5 and 6: no step is answered twice; nothing runs more often than it was recorded to start, unless idempotent. */
  #checkWorkOnce(events: readonly RunEvent[]): void {
    const answered = events.flatMap((event) =>
      event.type === 'model.responded' ? [`${event.data.task}/${event.data.attempt}/${event.data.step}`] : [],
    );
    expect(new Set(answered).size, 'steps that were answered').toBe(answered.length);
    const starts = new Map<string, number>();
    for (const event of events) {
      if (event.type !== 'action.started' || event.data.tool === 'read') continue;
      starts.set(event.data.idempotencyKey, (starts.get(event.data.idempotencyKey) ?? 0) + 1);
    }
    for (const [key, times] of starts)
      expect(this.executions.get(key) ?? 0, `executions of ${key}`).toBeLessThanOrEqual(times);
  }
}
