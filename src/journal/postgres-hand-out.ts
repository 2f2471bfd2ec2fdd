import type { RunId } from '../ids.ts';
import type { HandOut, Taken, Told } from './hand-out.ts';
import { type Sent, sent } from './jobs-database.ts';
import type { NodeRow } from './journal.ts';
import { LateJobs } from './late-jobs.ts';
import { type Job, offerJob, takeAgainJob, takeJob } from './postgres-jobs.ts';
import type { PostgresPoolOptions, Query } from './postgres-pool.ts';
import { areJobsThere, orphansWithoutJob, renewNode, standingOf } from './postgres-queries.ts';
import type { JobChange } from './postgres-tables.ts';
import { type LeaderJob, type RunJob, RunJobs } from './run-jobs.ts';

/** Well within the silence after which runs and jobs are taken away, so that one that fails costs none. */
const KEEP_MS = 3_000;
/** Who was cut off from the store, or stood still, gives the others, who may have been as well, so long to keep their jobs before
 *  it has any taken from them. */
const SETTLED_MS = 5_000;
const OUT_OF_TOUCH_MS = 10_000;
/** Who was not heard of for so long has lost its runs: as pg-boss has it with jobs. */
const SILENCE_MS = 10_000;
/** So that nodes that look at the same time share. */
const TAKEN_AT_ONCE = 50;
const CHANNEL = 'holdpoint_runs';

interface Given {
  readonly pool: PostgresPoolOptions;
  /** Milliseconds since 1970; null: the store's clock. */
  now(): number | null;
  write<T>(job: Job<T>): Promise<T>;
  read<T>(work: (query: Query) => Promise<T>): Promise<T>;
}

interface Joined {
  readonly nodeId: string;
  readonly told: Told;
  readonly jobs: LateJobs;
}

/** A run of this node. `job` null: it was started or woken here, and none was needed to find it. */
interface Held {
  readonly job: RunJob | null;
  readonly epoch: number;
}

/** What pg-boss does in a transaction of the journal, beside the rows. */
export interface JobWriter {
  /** The runs of these jobs that are still this node's, until the transaction ends. */
  held(query: Query, jobs: readonly RunJob[]): Promise<ReadonlySet<RunId>>;
  /** Whether anything is to be sent. */
  isNeeded(changes: readonly JobChange[]): boolean;
  /** Resolves once all of it is sent. */
  write(query: Query, changes: readonly JobChange[]): Promise<Sent<unknown>>;
  /** Once it is durable, with what was sent, if anything was. */
  settle(changes: readonly JobChange[]): void;
}

/** What becomes of jobs, and who is told. */
interface Plan {
  readonly drop: readonly JobChange[];
  readonly offer: readonly JobChange[];
  /** Nothing: look for work; else a run to look at. */
  readonly messages: readonly string[];
}

/**
 * Hands out the runs of a database that many nodes share, by pg-boss.
 *
 * H1. A run that waits for a node has a job: it is sent in the transaction that gives the run its work. One that a node started or woke is
 *     that node's with the same write, and needs none; should the node die, the one that leads offers the run.
 * H2. Whoever is given the job may take the run, and raises its epoch. That, and not the job, fences the last owner off.
 * H3. A node keeps the runs and the jobs that it has. One that was not heard of for ten seconds loses them, and is told so when it comes back.
 */
export class PostgresHandOut implements HandOut {
  readonly countsCrews = true;
  readonly #given: Given;
  readonly #held = new Map<RunId, Held>();
  /** Runs that wait for a node, and whose jobs could not be sent yet. */
  readonly #toOffer = new Set<RunId>();
  #joined: Joined | null = null;
  #lead: LeaderJob | null = null;
  #keeping: Promise<void> | null = null;
  #keepTimer: NodeJS.Timeout | undefined;
  #stopListening: () => Promise<void> = async () => undefined;
  /** Since when the store answered without a break, and when it last did, on this process's clock. */
  #settledAt = 0;
  #keptAt = 0;
  #turn = 0;

  constructor(given: Given) {
    this.#given = given;
  }

  get leads(): boolean {
    return this.#lead !== null;
  }

  /** Null while this process takes no runs by their jobs. A run that it wakes then is offered by the leader's sweep. */
  get writer(): JobWriter | null {
    const joined = this.#joined;
    return (
      joined && {
        held: async (query, jobs) => (await joined.jobs.now?.held(query, jobs)) ?? new Set(),
        isNeeded: (changes) => Object.values(this.#plan(joined, changes)).some((part) => part.length > 0),
        write: (query, changes) => this.#write(joined, query, this.#plan(joined, changes)),
        settle: (changes) => this.#settle(joined, changes),
      }
    );
  }

  async join({ id: nodeId }: NodeRow, told: Told): Promise<void> {
    const jobs = new LateJobs({
      open: () => RunJobs.open(this.#given.pool),
      opened: (opened) => this.#begin(opened, told),
      failed: (error) => told.trouble('no runs of other nodes can be taken yet; trying again every second', error),
    });
    // Whoever makes them is told at once if that cannot be done.
    const areThere = await this.#given.read(areJobsThere);
    if (!areThere) await jobs.open();
    this.#joined = { nodeId, told, jobs };
    if (areThere) jobs.openSoon();
    this.#settledAt = performance.now();
    this.#keptAt = this.#settledAt;
    this.#keepTimer = setInterval(() => this.#keep(), KEEP_MS);
  }

  async #begin(jobs: RunJobs, told: Told): Promise<void> {
    try {
      this.#stopListening = await jobs.listen(CHANNEL, (message) =>
        message ? told.poke(message as RunId) : told.work(),
      );
    } catch (error) {
      told.trouble('no messages from other nodes; looking every second instead', error);
    }
    const late = [...this.#toOffer];
    this.#toOffer.clear();
    await Promise.all(late.map((runId) => this.#given.write(offerJob(runId, SILENCE_MS))));
    told.work();
  }

  async take(limit: number, crews: ReadonlyMap<string, number>): Promise<Taken[]> {
    const joined = this.#joined;
    const boss = joined?.jobs.now;
    if (!joined || !boss) return [];
    const taken: Taken[] = [];
    // Each crew comes first in its turn, so that none takes all the room for itself.
    const turn = crews.size > 0 ? this.#turn++ % crews.size : 0;
    for (const [crew, room] of [...crews].slice(turn).concat([...crews].slice(0, turn))) {
      const count = Math.min(limit - taken.length, room, TAKEN_AT_ONCE);
      if (count <= 0) break;
      const jobs = await boss.take(crew, count, joined.told.limits[crew] ?? null);
      if (jobs.length === count) joined.told.work();
      for (const run of await Promise.all(jobs.map((job) => this.#takeRun(joined, job)))) if (run) taken.push(run);
    }
    return taken;
  }

  async claim(runId: RunId): Promise<Taken | null> {
    const joined = this.#joined;
    const held = this.#held.get(runId);
    if (!joined) return null;
    if (held?.job) return this.#takeRun(joined, held.job, { again: true });
    if (held) return this.#takeAgain(joined, runId);
    joined.told.work();
    return null;
  }

  async sweep(): Promise<void> {
    const jobs = await this.#joined?.jobs.again();
    if (!jobs) return;
    this.#lead ??= await jobs.lead();
    const isSettled = this.#isSettled();
    if (isSettled) await jobs.supervise();
    if (!this.#lead) return;
    // After an outage who is merely silent still has its runs; who left has none.
    const silenceMs = isSettled ? SILENCE_MS : Number.MAX_SAFE_INTEGER;
    const orphans = await this.#given.read((query) => orphansWithoutJob(query, this.#given.now(), silenceMs));
    await Promise.all(orphans.map((runId) => this.#given.write(offerJob(runId, silenceMs))));
  }

  async leave(): Promise<void> {
    const joined = this.#joined;
    if (!joined) return;
    clearInterval(this.#keepTimer);
    try {
      await joined.jobs.stop();
      await this.#keeping;
      const held = [...this.#held];
      await Promise.all(
        held.flatMap(([runId, { job }]) => (job ? [] : this.#given.write(offerJob(runId, SILENCE_MS)))),
      );
      await joined.jobs.now?.release(held.flatMap(([, { job }]) => job ?? []));
      if (this.#lead) await joined.jobs.now?.releaseLead(this.#lead);
      await this.#given.read((query) => tell(query, ['']));
    } finally {
      this.#joined = null;
      this.#held.clear();
      this.#lead = null;
      await this.#stopListening();
      await joined.jobs.close();
    }
  }

  /** A job of a run that is this node's already was lost, and found by this node again; unless its driver is to begin `again`. */
  async #takeRun({ nodeId, told }: Joined, job: RunJob, { again = false } = {}): Promise<Taken | null> {
    const { runId } = job;
    const epoch = again ? null : (this.#held.get(runId)?.epoch ?? null);
    try {
      const taken = await this.#given.write(takeJob(job, { nodeId, epoch, silenceMs: SILENCE_MS }));
      if (!taken) return null;
      this.#held.set(runId, { job, epoch: taken.epoch });
      return taken.epoch === epoch ? null : { runId, ...taken };
    } catch (error) {
      // Nobody keeps the job, so it is given out again.
      told.trouble(`run ${runId} not taken`, error);
      return null;
    }
  }

  /** One of this node's that stopped on the way, and begins again. */
  async #takeAgain({ nodeId }: Joined, runId: RunId): Promise<Taken | null> {
    const taken = await this.#given.write(takeAgainJob(runId, nodeId));
    if (!taken) return null;
    this.#held.set(runId, { job: null, epoch: taken.epoch });
    return { runId, ...taken };
  }

  #plan({ nodeId, told }: Joined, changes: readonly JobChange[]): Plan {
    const offer = changes.filter(({ step }) => step === 'offer');
    const drop = changes.filter(
      ({ step, runId }) => step === 'spent' || (step === 'rest' && this.#held.get(runId)?.job),
    );
    const isWork = offer.length > 0 || drop.some(({ crew }) => told.limits[crew] !== undefined);
    const pokes = changes.filter(({ step, owner }) => step === 'poke' && owner !== nodeId);
    return { drop, offer, messages: [...(isWork ? [''] : []), ...pokes.map(({ runId }) => runId)] };
  }

  async #write({ jobs }: Joined, query: Query, { drop, offer, messages }: Plan): Promise<Sent<unknown>> {
    const dropped = await jobs.now?.drop(query, drop);
    const offered = await jobs.now?.offer(query, offer);
    const answers = [dropped?.done, offered?.done, tell(query, messages)];
    return sent(
      answers.flatMap((answer) => answer ?? []),
      () => undefined,
    );
  }

  #settle({ nodeId, jobs }: Joined, changes: readonly JobChange[]): void {
    for (const { step, runId, owner, epoch } of changes) {
      if (step === 'offer' && !jobs.now) this.#toOffer.add(runId);
      if (step === 'rest' || step === 'spent') this.#held.delete(runId);
      else if (step === 'own' && owner === nodeId) this.#held.set(runId, { job: null, epoch });
    }
  }

  #isSettled(): boolean {
    const now = performance.now();
    return now - this.#keptAt < OUT_OF_TOUCH_MS && now - this.#settledAt >= SETTLED_MS;
  }

  #keep(): void {
    const joined = this.#joined;
    if (!joined) return;
    this.#keeping ??= this.#keepAll(joined)
      .catch((error: unknown) => {
        this.#settledAt = performance.now();
        joined.told.trouble('the jobs of the runs of this node could not be kept', error);
      })
      .finally(() => {
        this.#keeping = null;
      });
  }

  async #keepAll({ nodeId, told, jobs }: Joined): Promise<void> {
    await this.#given.read((query) => renewNode(query, nodeId, this.#given.now()));
    const boss = jobs.now;
    if (this.#lead && !(await boss?.keepLead(this.#lead))) this.#lead = null;
    const held = [...this.#held];
    const lost = new Set(await boss?.keep(held.flatMap(([, { job }]) => job ?? [])));
    const now = performance.now();
    if (now - this.#keptAt >= OUT_OF_TOUCH_MS) this.#settledAt = now;
    this.#keptAt = now;
    const doubted = held.filter(([, { job }]) => job === null || lost.has(job));
    const rows = await this.#given.read((query) =>
      standingOf(
        query,
        doubted.map(([runId]) => runId),
      ),
    );
    for (const [runId, run] of doubted) {
      const row = rows.get(runId);
      // Still ours, until somebody is given the run: that may be this node.
      if (this.#held.get(runId) !== run || (row?.wake && row.owner === nodeId && row.epoch === run.epoch)) continue;
      this.#held.delete(runId);
      if (row?.wake) told.lost(runId);
    }
  }
}

/** Once it is committed, where it is in a transaction. Nothing: look for work; else a run to look at. */
async function tell(query: Query, messages: readonly string[]): Promise<void> {
  if (messages.length > 0)
    await query('SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message', [CHANNEL, messages]);
}
