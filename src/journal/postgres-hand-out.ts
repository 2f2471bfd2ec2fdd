import type { RunId } from '../ids.ts';
import type { HandOut, Taken, Told } from './hand-out.ts';
import type { NodeRow } from './journal.ts';
import { type Job, offerJob, takeJob } from './postgres-jobs.ts';
import type { PostgresPoolOptions, Query } from './postgres-pool.ts';
import { orphansWithoutJob, runOf } from './postgres-queries.ts';
import type { JobChange, JobStep } from './postgres-tables.ts';
import { all } from './postgres-transaction.ts';
import { type LeaderJob, type RunJob, RunJobs } from './run-jobs.ts';

/** Well within pg-boss's heartbeat, so that one that fails does not cost a job. */
const KEEP_MS = 3_000;
/** Who was cut off from the store, or stood still, gives the others, who may have been as well, so long to keep their jobs before
 *  it has any taken from them. */
const SETTLED_MS = 5_000;
const OUT_OF_TOUCH_MS = 10_000;
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
  readonly jobs: RunJobs;
}

interface Held {
  readonly job: RunJob;
  readonly epoch: number;
}

/** What pg-boss does in a transaction of the journal, beside the rows. */
export interface JobWriter {
  /** The runs of these jobs that are still this node's, until the transaction ends. */
  held(query: Query, jobs: readonly RunJob[]): Promise<ReadonlySet<RunId>>;
  /** Resolves once all of it is sent. */
  write(query: Query, changes: readonly JobChange[]): Promise<JobsSent>;
}

export interface JobsSent {
  readonly done: Promise<void>;
  /** Once it is done, and durable. */
  settle(): void;
}

/**
 * Hands out the runs of a database that many nodes share, by pg-boss.
 *
 * H1. A run has a job exactly while it has work to do: the job comes and goes in the transaction that wakes the run or lets it rest.
 * H2. Whoever is given the job may take the run, and raises its epoch. That, and not the job, fences the last owner off.
 * H3. A node keeps the jobs that it has. One that was not heard of for ten seconds loses them, and is told so when it comes back.
 */
export class PostgresHandOut implements HandOut {
  readonly countsCrews = true;
  readonly #given: Given;
  readonly #held = new Map<RunId, Held>();
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
        held: (query, jobs) => joined.jobs.held(query, jobs),
        write: (query, changes) => this.#write(joined, query, changes),
      }
    );
  }

  async join({ id: nodeId }: NodeRow, told: Told): Promise<void> {
    const jobs = await RunJobs.open(this.#given.pool);
    this.#joined = { nodeId, told, jobs };
    this.#settledAt = performance.now();
    this.#keptAt = this.#settledAt;
    this.#keepTimer = setInterval(() => this.#keep(), KEEP_MS);
    try {
      this.#stopListening = await jobs.listen(CHANNEL, (message) =>
        message ? told.poke(message as RunId) : told.work(),
      );
    } catch (error) {
      told.trouble('no messages from other nodes; looking every second instead', error);
    }
  }

  async take(limit: number, crews: ReadonlyMap<string, number>): Promise<Taken[]> {
    const joined = this.#joined;
    if (!joined) return [];
    const taken: Taken[] = [];
    // Each crew comes first in its turn, so that none takes all the room for itself.
    const turn = crews.size > 0 ? this.#turn++ % crews.size : 0;
    for (const [crew, room] of [...crews].slice(turn).concat([...crews].slice(0, turn))) {
      const count = Math.min(limit - taken.length, room, TAKEN_AT_ONCE);
      if (count <= 0) break;
      const jobs = await joined.jobs.take(crew, count, joined.told.limits[crew] ?? null);
      if (jobs.length === count) joined.told.work();
      for (const run of await Promise.all(jobs.map((job) => this.#takeRun(joined, job)))) if (run) taken.push(run);
    }
    return taken;
  }

  async claim(runId: RunId): Promise<Taken | null> {
    const joined = this.#joined;
    const held = this.#held.get(runId);
    if (!joined) return null;
    if (held) return this.#takeRun(joined, held.job, { again: true });
    joined.told.work();
    return null;
  }

  async sweep(): Promise<void> {
    const { jobs } = this.#joined ?? {};
    if (!jobs) return;
    this.#lead ??= await jobs.lead();
    if (this.#isSettled()) await jobs.supervise();
    if (!this.#lead) return;
    const orphans = await this.#given.read((query) => orphansWithoutJob(query, this.#given.now()));
    await Promise.all(orphans.map((runId) => this.#given.write(offerJob(runId))));
  }

  async leave(): Promise<void> {
    const joined = this.#joined;
    if (!joined) return;
    clearInterval(this.#keepTimer);
    this.#joined = null;
    try {
      await this.#keeping;
      await joined.jobs.release([...this.#held.values()].map(({ job }) => job));
      if (this.#lead) await joined.jobs.releaseLead(this.#lead);
      await this.#given.read((query) => tell(query, ['']));
    } finally {
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
      const taken = await this.#given.write(takeJob(job, { nodeId, epoch }));
      if (!taken) return null;
      this.#held.set(runId, { job, epoch: taken.epoch });
      return taken.epoch === epoch ? null : { runId, ...taken };
    } catch (error) {
      // Nobody keeps the job, so it is given out again.
      told.trouble(`run ${runId} not taken`, error);
      return null;
    }
  }

  async #write({ nodeId, told, jobs }: Joined, query: Query, changes: readonly JobChange[]): Promise<JobsSent> {
    const of = (step: JobStep) => changes.filter((change) => change.step === step);
    const [drop, offer] = [of('drop'), of('offer')];
    const own = of('own').filter(({ owner }) => owner === nodeId);
    const dropped = await jobs.drop(query, drop);
    const owned = await jobs.own(query, own);
    const offered = await jobs.offer(query, offer);
    const isWork = offer.length > 0 || drop.some(({ crew }) => told.limits[crew] !== undefined);
    const pokes = of('poke').filter(({ owner }) => owner !== nodeId);
    const telling = tell(query, [...(isWork ? [''] : []), ...pokes.map(({ runId }) => runId)]);
    let given: readonly RunJob[] = [];
    const done = all([dropped.done, owned.done, offered.done, telling]).then((answers) => {
      given = answers[1];
    });
    done.catch(() => undefined);
    return { done, settle: () => this.#settle(drop, own, given) };
  }

  #settle(dropped: readonly JobChange[], own: readonly JobChange[], given: readonly RunJob[]): void {
    for (const { runId } of dropped) this.#held.delete(runId);
    for (const job of given) {
      const { epoch = 0 } = own.find(({ runId }) => runId === job.runId) ?? {};
      this.#held.set(job.runId, { job, epoch });
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
    if (this.#lead && !(await jobs.keepLead(this.#lead))) this.#lead = null;
    const held = [...this.#held.values()];
    const lost = await jobs.keep(held.map((each) => each.job));
    const now = performance.now();
    if (now - this.#keptAt >= OUT_OF_TOUCH_MS) this.#settledAt = now;
    this.#keptAt = now;
    for (const job of lost) {
      const { runId } = job;
      const epoch = this.#held.get(runId)?.job === job ? this.#held.get(runId)?.epoch : undefined;
      if (epoch === undefined) continue;
      const row = await this.#given.read((query) => runOf(query, runId));
      // Still ours, until somebody is given the job: that may be this node.
      if (row?.wake && row.owner === nodeId && row.epoch === epoch) continue;
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
