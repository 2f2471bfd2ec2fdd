import type { HoldRecord } from '../hooks/hold.ts';
import { decisionsOn, type FoundDecision, isWanted } from '../hooks/past-decision.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import { type HoldId, type RunId, SYSTEM_JOURNAL } from '../ids.ts';
import type { Json } from '../json/json.ts';
import { NODE_SILENCE_MS, nextDeadlineMs } from './deadline.ts';
import { EMPTY_HEAD, type Head, headOf, type JournalEvent } from './envelope.ts';
import type {
  Amended,
  Amendment,
  AmendView,
  Answered,
  Counted,
  DecidedQuery,
  DueQuery,
  HoldQuery,
  Journal,
  NodeRow,
  OrphanQuery,
  OwnerAppend,
  Page,
  ReadOptions,
  Request,
  Restored,
  RunQuery,
  RunRow,
  SeenNode,
  UnderWay,
} from './journal.ts';
import { memoryTokens } from './memory-tokens.ts';
import {
  comparePlaces,
  decisionsBelow,
  dueBehind,
  type List,
  limitOf,
  pageOf,
  pageOfDecisions,
  pageOfDue,
  placeOf,
  placeOfDecision,
} from './page.ts';
import type { Payload } from './payloads.ts';
import {
  answerOf,
  checkAppend,
  checkAtRest,
  checkAttached,
  checkRestored,
  ownerAfter,
  ownerLost,
  requestAnswered,
  runNotFound,
} from './preconditions.ts';
import { type Erasure, namedPayloads, withoutData } from './retention.ts';
import { asThereIsRoom } from './room.ts';

interface StoredRun {
  row: RunRow;
  readonly events: JournalEvent[];
  readonly payloads: Map<string, Payload>;
}
interface StoredHold {
  readonly runId: RunId;
  readonly record: HoldRecord;
}
interface Change {
  readonly events: readonly JournalEvent[];
  readonly payloads: readonly Payload[];
  readonly holds: readonly HoldRecord[];
}

export interface MemoryJournalOptions {
  /** The time in milliseconds since 1970, by which nodes count as silent. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** A journal that lasts as long as the process: for tests. It refuses, orders and forgets what a stored one would. */
export function memoryJournal(options: MemoryJournalOptions = {}): Journal {
  return new MemoryJournal(options.now ?? Date.now);
}

class MemoryJournal implements Journal {
  readonly tokens = memoryTokens(copy);
  readonly handOut = null;
  readonly #now: () => number;
  readonly #runs = new Map<string, StoredRun>();
  readonly #system: JournalEvent[] = [];
  readonly #holds = new Map<string, StoredHold>();
  readonly #answers = new Map<string, Answered>();
  readonly #nodes = new Map<string, NodeRow>();

  constructor(now: () => number) {
    this.#now = now;
  }

  async append(given: OwnerAppend): Promise<void> {
    const batch = copy(given);
    const { runId, request, summary, fingerprint, owner } = batch;
    const answered = request && this.#answers.get(keyOf(request));
    if (answered) throw requestAnswered(answered, request, runId);
    const stored = this.#runs.get(runId);
    checkAppend(stored?.row ?? null, batch);
    if (stored) stored.row = { ...stored.row, summary, fingerprint };
    else {
      const row = { summary, head: headOf(batch.events), fingerprint, owner, epoch: 1, wake: true };
      this.#runs.set(runId, { row, events: [], payloads: new Map() });
    }
    this.#add(runId, batch);
    if (request) this.#answers.set(keyOf(request), request);
  }

  async amend<T extends Json>(
    runId: RunId,
    request: Request | null,
    decide: (view: AmendView) => Amendment<T>,
  ): Promise<Amended<T>> {
    const answered = request && this.#answers.get(keyOf(request));
    // The same request got the same kind of answer before.
    if (answered) return { answer: copy(answerOf(answered, request)) as T, events: [] };
    const stored = this.#stored(runId);
    const run = copy(stored.row);
    const given = decide({ head: run.head, run, hold: (holdId) => this.#holdIn(runId, holdId) });
    const { summary, ...change } = copy(given);
    checkAttached(runId, stored.row.head, change.events);
    const { taken, ...owned } = ownerAfter(stored.row, given);
    stored.row = { ...stored.row, summary, ...owned };
    this.#add(runId, change);
    if (request) this.#answers.set(keyOf(request), { ...request, answer: change.answer });
    return { answer: given.answer, events: given.events, ...(taken && { epoch: owned.epoch }) };
  }

  async amendSystem<T extends Json>(
    request: Request | null,
    decide: (head: Head) => { readonly events: readonly JournalEvent[]; readonly answer: T },
  ): Promise<Amended<T>> {
    const answered = request && this.#answers.get(keyOf(request));
    if (answered) return { answer: copy(answerOf(answered, request)) as T, events: [] };
    const head = headOf(this.#system);
    const given = copy(decide(head));
    checkAttached(SYSTEM_JOURNAL, head, given.events);
    this.#system.push(...given.events);
    if (request) this.#answers.set(keyOf(request), { ...request, answer: given.answer });
    return given;
  }

  async read(runId: RunId, { after = 0, limit, type }: ReadOptions = {}): Promise<JournalEvent[]> {
    const events = runId === SYSTEM_JOURNAL ? this.#system : (this.#runs.get(runId)?.events ?? []);
    const wanted = events.slice(after).filter((event) => type === undefined || event.type === type);
    return copy(wanted.slice(0, limit));
  }
  async payloads(runId: RunId): Promise<Payload[]> {
    return copy([...(this.#runs.get(runId)?.payloads.values() ?? [])]);
  }
  async head(runId: RunId): Promise<Head> {
    if (runId === SYSTEM_JOURNAL) return headOf(this.#system);
    return { ...(this.#runs.get(runId)?.row.head ?? EMPTY_HEAD) };
  }
  async run(runId: RunId): Promise<RunRow | null> {
    return copy(this.#runs.get(runId)?.row ?? null);
  }
  async runs({ status, crew, limit, cursor }: RunQuery): Promise<Page<RunSummary>> {
    const all = [...this.#runs.values()].map(({ row }) => row.summary);
    return list('runs', all, { where: { status, crew }, limit, cursor });
  }
  async hold(holdId: HoldId): Promise<HoldRecord | null> {
    return copy(this.#holds.get(holdId)?.record ?? null);
  }
  async holds({ status, crew, runId, limit, cursor }: HoldQuery): Promise<Page<HoldRecord>> {
    const all = [...this.#holds.values()].map(({ record, runId: run }) => ({ record, status: record.status, run }));
    const rows = all.map((row) => ({ ...row, crew: row.record.crew }));
    const { items, cursor: next } = list('holds', rows, { where: { status, crew, run: runId }, limit, cursor });
    return { items: items.map(({ record }) => record), cursor: next };
  }
  async count({ list: of, status }: Counted): Promise<number> {
    const statuses =
      of === 'runs'
        ? [...this.#runs.values()].map(({ row }) => row.summary.status)
        : [...this.#holds.values()].map(({ record }) => record.status);
    return statuses.filter((one) => one === status).length;
  }
  async decided({ crew, limit, cursor, ...filter }: DecidedQuery): Promise<Page<FoundDecision>> {
    const below = decisionsBelow(cursor, filter.to);
    const found = [...this.#holds.values()]
      .filter(({ record }) => crew === undefined || record.crew === crew)
      .flatMap(({ record }) => decisionsOn(record))
      .filter((item) => isWanted(item.decision, filter) && comparePlaces(placeOfDecision(item), below) < 0)
      .sort((a, b) => comparePlaces(placeOfDecision(b), placeOfDecision(a)));
    return copy(pageOfDecisions(found, limitOf(limit)));
  }
  async answered(request: Request): Promise<Json | null> {
    const stored = this.#answers.get(keyOf(request));
    return stored ? copy(answerOf(stored, request)) : null;
  }
  async answeredAndSystem(request: Request): Promise<{ answer: Json | null; systemSeq: number }> {
    return { answer: await this.answered(request), systemSeq: headOf(this.#system).seq };
  }

  async claim(runId: RunId, owner: string): Promise<{ epoch: number; from: string | null } | null> {
    const stored = this.#runs.get(runId);
    if (!stored?.row.wake) return null;
    const current = stored.row.owner;
    const node = current === null || current === owner ? undefined : this.#nodes.get(current);
    if (node && Date.parse(node.seenAt) >= this.#now() - NODE_SILENCE_MS) return null;
    const epoch = stored.row.epoch + 1;
    stored.row = { ...stored.row, owner, epoch };
    return { epoch, from: current };
  }
  async orphans(query: OrphanQuery): Promise<RunId[]> {
    const { alive, only } = query;
    const orphans = [...this.#runs.values()].filter(
      ({ row: { wake, owner, summary } }) =>
        wake && (owner === null || !alive.includes(owner)) && (only === undefined || only.includes(summary.id)),
    );
    return asThereIsRoom(
      orphans.map(({ row: { summary } }) => summary),
      query,
    );
  }
  async rest(runId: RunId, epoch: number, head: string, summary: RunSummary): Promise<boolean> {
    const stored = this.#stored(runId);
    if (stored.row.epoch !== epoch) throw ownerLost(runId, stored.row.epoch, epoch);
    if (stored.row.head.hash !== head) return false;
    stored.row = { ...stored.row, summary: copy(summary), owner: null, wake: false };
    return true;
  }
  async due({ now, limit, cursor }: DueQuery): Promise<Page<HoldRecord>> {
    const [behindMs, behind] = dueBehind(cursor);
    const due = [...this.#holds.values()]
      .map(({ record: hold }, index) => ({ hold, place: [nextDeadlineMs(hold) ?? Infinity, index + 1] as const }))
      .filter(({ place: [at, n] }) => at <= Date.parse(now) && (at > behindMs || (at === behindMs && n > behind)))
      .sort((a, b) => a.place[0] - b.place[0]);
    return copy(pageOfDue(due.slice(0, limit + 1), limit));
  }

  async enter(node: NodeRow): Promise<void> {
    this.#nodes.set(node.id, copy(node));
  }
  async renew(nodeId: string, at: string): Promise<boolean> {
    const node = this.#nodes.get(nodeId);
    if (node) this.#nodes.set(nodeId, { ...node, seenAt: at });
    return node !== undefined;
  }
  async leave(nodeId: string): Promise<void> {
    this.#nodes.delete(nodeId);
  }
  async nodes(): Promise<SeenNode[]> {
    return copy([...this.#nodes.values()].map((node) => ({ ...node, silentMs: null })));
  }
  async underWay(): Promise<UnderWay[]> {
    const awake = [...this.#runs.values()].filter(({ row }) => row.wake);
    return awake.map(({ row: { summary, owner } }) => ({ runId: summary.id, crew: summary.crew, owner }));
  }
  async erase(runId: RunId, { seq, seqs, tasks, summary }: Erasure): Promise<void> {
    const stored = this.#stored(runId);
    checkAtRest(runId, { seq: stored.row.head.seq, wake: stored.row.wake }, seq);
    const erased = new Set(seqs);
    for (const [index, event] of stored.events.entries())
      if (erased.has(event.seq)) stored.events[index] = withoutData(event);
    const named = namedPayloads(stored.events);
    for (const digest of stored.payloads.keys()) if (!named.has(digest)) stored.payloads.delete(digest);
    stored.row = { ...stored.row, summary: copy(summary) };
    this.#forget(runId, tasks);
  }
  async remove(runId: RunId, seq: number): Promise<boolean> {
    const row = this.#runs.get(runId)?.row;
    if (!row) return false;
    checkAtRest(runId, { seq: row.head.seq, wake: row.wake }, seq);
    this.#runs.delete(runId);
    this.#forget(runId, null);
    return true;
  }
  async answers(after: Pick<Request, 'by' | 'id'> | null, limit: number): Promise<Answered[]> {
    const keys = [...this.#answers.keys()];
    const from = after ? keys.indexOf(keyOf(after)) + 1 : 0;
    return copy([...this.#answers.values()].slice(from, from + limit));
  }
  async restore(given: Restored): Promise<void> {
    const part = copy(given);
    checkRestored(part, this.#isThere(part));
    if (part.type === 'answer') this.#answers.set(keyOf(part.answer), part.answer);
    else if (part.type === 'hold') this.#holds.set(part.hold.id, { runId: part.runId, record: part.hold });
    else if (!part.row) this.#system.push(...part.events);
    else {
      const payloads = new Map(part.payloads.map((payload) => [payload.digest, payload]));
      this.#runs.set(part.runId, { row: part.row, events: [...part.events], payloads });
    }
  }
  async close(): Promise<void> {}

  #isThere(part: Restored): boolean {
    if (part.type === 'answer') return this.#answers.has(keyOf(part.answer));
    if (part.type === 'hold') return this.#holds.has(part.hold.id);
    return part.row ? this.#runs.has(part.runId) : this.#system.length > 0;
  }

  #forget(runId: RunId, tasks: readonly string[] | null): void {
    for (const [id, { runId: of, record }] of this.#holds)
      if (of === runId && (tasks === null || tasks.includes(record.task ?? ''))) this.#holds.delete(id);
    for (const [key, { answer }] of this.#answers)
      if (JSON.stringify(answer).includes(runId)) this.#answers.delete(key);
  }

  #stored(runId: RunId): StoredRun {
    const stored = this.#runs.get(runId);
    if (!stored) throw runNotFound(runId);
    return stored;
  }

  #holdIn(runId: RunId, holdId: HoldId): HoldRecord | null {
    const hold = this.#holds.get(holdId);
    return hold?.runId === runId ? copy(hold.record) : null;
  }

  #add(runId: RunId, { events, payloads, holds }: Change): void {
    const stored = this.#stored(runId);
    stored.events.push(...events);
    if (events.length > 0) stored.row = { ...stored.row, head: headOf(events) };
    for (const payload of payloads) stored.payloads.set(payload.digest, payload);
    for (const record of holds) this.#holds.set(record.id, { runId, record });
  }
}

function list<T extends object>(
  name: List,
  oldestFirst: readonly T[],
  {
    where,
    limit,
    cursor,
  }: { where: { readonly [K in keyof T]?: unknown }; limit: number | undefined; cursor: string | undefined },
): Page<T> {
  const below = placeOf(name, cursor);
  const wanted = Object.entries(where).filter(([, value]) => value !== undefined);
  const rows = oldestFirst
    .map((item, index) => ({ n: index + 1, item }))
    .filter(({ n, item }) => n < below && wanted.every(([key, value]) => item[key as keyof T] === value));
  return copy(pageOf(name, rows.reverse(), limitOf(limit)));
}

function keyOf({ by, id }: Pick<Request, 'by' | 'id'>): string {
  return JSON.stringify([by, id]);
}

/** What a store would give back: nothing shared with the giver, and no `undefined` member. */
function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
