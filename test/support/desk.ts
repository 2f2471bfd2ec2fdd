import { pino } from 'pino';
import { expect } from 'vitest';
import { resolveModel } from '../../src/agents/resolve-model.ts';
import { type Script, type ScriptedModel, scriptedModel } from '../../src/agents/scripted-model.ts';
import type { Crew } from '../../src/crew/crew-types.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import type { RunEvent } from '../../src/crew/events.ts';
import type { Model } from '../../src/crew/model.ts';
import type { DecisionRequest } from '../../src/hooks/decide.ts';
import type { HoldRecord } from '../../src/hooks/hold.ts';
import type { Reviewer } from '../../src/hooks/reviewer.ts';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import type { RunId } from '../../src/ids.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { digestOf } from '../../src/json/digest.ts';
import type { Json } from '../../src/json/json.ts';
import type { Clock } from '../../src/runner/clock.ts';
import type { Commit, Decided, Engine } from '../../src/runner/engine.ts';
import type { EngineLimits } from '../../src/runner/limits.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { checkCommits, checkRun, eventsOf } from './run-invariants.ts';

export interface DeskOptions {
  readonly journal?: Journal;
  readonly clock?: Clock;
  readonly model?: Model;
  readonly limits?: Partial<EngineLimits>;
  readonly sweepMs?: number;
  /** Not checked against the crew's code: the test changes it, or its functions answer differently each time. */
  readonly unrepeatable?: boolean;
}

/** An engine with one crew and a scripted model, and the short words that tests of it need. */
export class Desk {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly model: ScriptedModel;
  readonly #crew: Crew;
  readonly #commits: Commit[] = [];
  readonly #runs = new Set<RunId>();
  readonly #unrepeatable: boolean;

  constructor(engine: Engine, crew: Crew, model: ScriptedModel, unrepeatable: boolean) {
    this.engine = engine;
    this.journal = engine.journal;
    this.model = model;
    this.#crew = crew;
    this.#unrepeatable = unrepeatable;
    engine.on({ committed: (commit) => void this.#commits.push(commit) });
  }

  async start(inputs: Json = {}, requestedBy = 'user:rita'): Promise<RunId> {
    const { id } = await this.engine.start(this.#crew.name, inputs, { requestedBy });
    this.#runs.add(id);
    return id;
  }

  /** Starts, and waits until nothing can move without a person. */
  async startAndSettle(inputs: Json = {}): Promise<RunId> {
    const id = await this.start(inputs);
    await this.settled(id);
    return id;
  }

  settled(runId: RunId): Promise<RunSummary> {
    return this.engine.settled(runId);
  }

  /** Open holds in the order of their opening. */
  async open(runId: RunId): Promise<HoldRecord[]> {
    const { items } = await this.journal.holds({ status: 'open', runId });
    return [...items].reverse();
  }

  async only(runId: RunId): Promise<HoldRecord> {
    const open = await this.open(runId);
    expect(open.map(({ kind, task }) => `${kind} of ${task}`)).toHaveLength(1);
    return open[0]!;
  }

  decide(
    hold: HoldRecord,
    request: Omit<DecisionRequest, 'digest'> & { digest?: string },
    by: string | Reviewer = 'user:ana',
    requestId?: string,
  ): Promise<Decided> {
    const whole = { digest: hold.digest, ...request };
    const given =
      requestId === undefined ? undefined : { id: requestId, content: digestOf({ decide: hold.id, ...whole }) };
    return this.engine.decide(hold.id, whole, { actor: person(by), request: given });
  }

  approve(hold: HoldRecord, by?: string | Reviewer) {
    return this.decide(hold, { verdict: 'approve' }, by);
  }
  reject(hold: HoldRecord, reason = 'no', by?: string | Reviewer) {
    return this.decide(hold, { verdict: 'reject', reason }, by);
  }
  modify(hold: HoldRecord, value: Json, by?: string | Reviewer) {
    return this.decide(hold, { verdict: 'modify', value }, by);
  }
  respond(hold: HoldRecord, value: Json, by?: string | Reviewer, reason?: string) {
    return this.decide(hold, { verdict: 'respond', value, reason }, by);
  }

  /** Lets a parked run go on with the crew of this desk. */
  async acceptChange(runId: RunId, by: string | Reviewer = 'user:ana'): Promise<RunSummary> {
    const { fingerprint } = await this.engine.change(runId);
    return this.engine.acceptChange(runId, fingerprint, { actor: person(by) });
  }

  events(runId: RunId): Promise<RunEvent[]> {
    return eventsOf(this.journal, runId);
  }
  async types(runId: RunId): Promise<string[]> {
    return (await this.events(runId)).map(({ type }) => type);
  }
  async eventsOfType<T extends RunEvent['type']>(runId: RunId, type: T): Promise<Extract<RunEvent, { type: T }>[]> {
    return (await this.events(runId)).filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
  }

  /** The invariants of every run of this desk; then lets go of the journal. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const runId of this.#runs) await this.check(runId);
    } finally {
      await this.engine.close();
    }
  }

  async check(runId: RunId): Promise<void> {
    await this.settled(runId);
    await checkRun(this.journal, runId, this.#unrepeatable ? {} : { crew: crewDefinition(this.#crew) });
    checkCommits(runId, this.#commits, await this.events(runId));
  }
}

export async function openDesk(crew: Crew, script: Script, options: DeskOptions = {}): Promise<Desk> {
  const { journal = memoryJournal(), unrepeatable = false, limits = {}, model: own, clock, sweepMs = 20 } = options;
  const model = scriptedModel(script);
  const engine = await openEngine({
    crews: [crewDefinition(crew)],
    journal,
    models: (choice) => own ?? (choice === null ? model : resolveModel(choice)),
    log: pino({ level: process.env.HOLDPOINT_TEST_LOG ?? 'silent' }),
    limits: { stopGraceMs: 50, ...limits },
    sweepMs,
    ...(clock ? { clock } : {}),
  });
  return new Desk(engine, crew, model, unrepeatable);
}

export function person(by: string | Reviewer): Reviewer {
  return typeof by === 'string' ? { user: by, roles: [], groups: [] } : by;
}

export const answer = (output: unknown, confidence = 0.9) => ({ output, reasoning: 'because', confidence });

/** Something that a test finishes when it wants. */
export function deferred<T = void>() {
  return Promise.withResolvers<T>();
}
