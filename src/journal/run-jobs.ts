import { createHash } from 'node:crypto';
import type { ConstructorOptions, JobAttempt, PgBoss } from 'pg-boss';
import type { RunId } from '../ids.ts';
import { databaseOn, type JobsDatabase, type Sent, send, sent } from './jobs-database.ts';
import { type PostgresPoolOptions, type Query, settingsOf } from './postgres-pool.ts';

/** The least that pg-boss takes: who was not heard of for so long has lost its jobs. */
const HEARTBEAT_SECONDS = 10;
const LEADER_QUEUE = 'leader';

/** A job never ends by itself: it waits for as long as anybody may need, and is given out again however often its node dies. */
const FOR_EVER = {
  policy: 'stately',
  heartbeatSeconds: HEARTBEAT_SECONDS,
  expireInSeconds: 86_400,
  retentionSeconds: 10 * 365 * 86_400,
  retryLimit: 1_000_000_000,
} as const;

/** A run that is to get a job, or to lose it. */
export interface JobOf {
  readonly runId: RunId;
  readonly crew: string;
}

/** A job that was given to this node. It is this node's for as long as `retryCount` is the job's own. */
export interface RunJob extends JobOf, JobAttempt {}

/** The job of being the one node that does what is done once for all. */
export type LeaderJob = JobAttempt;

/**
 * Runs that wait for a node as jobs of pg-boss, in a schema of its own beside the journal. A run has one job at most, whose id follows
 * from the run's: from when it waits until it rests. Jobs come and go under the lock of the run's row, in the transaction
 * that gives the run its work or lets it rest; only who has a job is pg-boss's to say.
 */
export class RunJobs {
  readonly #boss: PgBoss;
  readonly #queues = new Set<string>();

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /** Makes and migrates what pg-boss needs; of several nodes that start at once, one does. */
  static async open(options: PostgresPoolOptions): Promise<RunJobs> {
    const { PgBoss } = await import('pg-boss');
    const settings: ConstructorOptions = {
      ...settingsOf(options),
      ...{ max: 2, schema: 'holdpoint_jobs', schedule: false, supervise: false, monitorIntervalSeconds: 1 },
      ...{ registerInstance: false, persistWarnings: false, monitorVacuum: false, openTelemetry: { enabled: false } },
    };
    const boss = new PgBoss(settings);
    // What is asked of it fails where it was asked; the rest are connections, which it opens again by itself.
    boss.on('error', () => undefined);
    try {
      await boss.start();
      const jobs = new RunJobs(boss);
      await jobs.#queue(LEADER_QUEUE);
      return jobs;
    } catch (error) {
      await boss.stop({ graceful: false });
      throw error;
    }
  }

  /** Queues are made once and then there. */
  async #queue(name: string): Promise<string> {
    if (this.#queues.has(name)) return name;
    await this.#boss.createQueue(name, FOR_EVER);
    this.#queues.add(name);
    return name;
  }

  /** Jobs for whoever takes them, in a transaction. One that is there already stays as it is. */
  async offer(query: Query, runs: readonly JobOf[]): Promise<Sent<void>> {
    const offered: Promise<unknown>[] = [];
    for (const [crew, each] of byCrew(runs)) {
      const name = await this.#queue(queueOf(crew));
      offered.push((await send(query, (db) => this.#boss.insert(name, each.map(jobFor), { db }))).done);
    }
    return sent(offered, () => undefined);
  }

  /** Jobs of runs that have no work to do any more, in a transaction, whoever has them. */
  async drop(query: Query, runs: readonly JobOf[]): Promise<Sent<void>> {
    const dropped: Promise<unknown>[] = [];
    for (const [crew, each] of byCrew(runs)) {
      const [name, ids] = [await this.#queue(queueOf(crew)), each.map(({ runId }) => jobIdOf(runId))];
      dropped.push((await send(query, (db) => this.#boss.deleteJob(name, ids, { db }))).done);
    }
    return sent(dropped, () => undefined);
  }

  /** Jobs of a crew that are to be had, at most `count`. `atOnce`: so many of the crew may be anybody's at a time, counted exactly. */
  async take(crew: string, count: number, atOnce: number | null): Promise<RunJob[]> {
    const name = await this.#queue(queueOf(crew));
    if (atOnce === null) return toRunJobs(crew, await this.#boss.fetch<{ run: RunId }>(name, { batchSize: count }));
    const transaction = await this.#boss.getDb().beginTransaction?.();
    if (!transaction) throw new Error('pg-boss has no transactions of its own');
    try {
      const { db } = transaction;
      await db.executeSql('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`holdpoint ${name}`]);
      const options = { db, batchSize: count, groupConcurrency: atOnce };
      const jobs = await this.#boss.fetch<{ run: RunId }>(name, options);
      await transaction.commit();
      return toRunJobs(crew, jobs);
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }

  /** Which of these jobs are still this node's; they are locked till the end of the transaction. */
  async held(query: Query, jobs: readonly RunJob[]): Promise<Set<RunId>> {
    return new Set((await this.#touch(jobs, databaseOn(query))).map(({ runId }) => runId));
  }

  /** Keeps jobs. @returns those that were lost. */
  async keep(jobs: readonly RunJob[]): Promise<RunJob[]> {
    const kept = new Set(await this.#touch(jobs));
    return jobs.filter((job) => !kept.has(job));
  }

  async #touch(jobs: readonly RunJob[], db?: JobsDatabase): Promise<RunJob[]> {
    const kept: RunJob[] = [];
    for (const [crew, each] of byCrew(jobs)) {
      const attempts = each.map(attemptOf);
      const touched = await this.#boss.touch(await this.#queue(queueOf(crew)), attempts, db ? { db } : {});
      if (affectedBy(touched) === each.length) kept.push(...each);
      // It says how many, not which.
      else if (each.length > 1) for (const job of each) kept.push(...(await this.#touch([job], db)));
    }
    return kept;
  }

  /** Gives jobs back, for others to have at once. */
  async release(jobs: readonly RunJob[]): Promise<void> {
    for (const [crew, each] of byCrew(jobs)) await this.#boss.fail(queueOf(crew), each.map(attemptOf));
  }

  /** The leader's job, if nobody has it. */
  async lead(): Promise<LeaderJob | null> {
    await this.#boss.insert(LEADER_QUEUE, [{ id: idOf(LEADER_QUEUE), singletonKey: LEADER_QUEUE }]);
    const [job] = await this.#boss.fetch(LEADER_QUEUE);
    return job ? attemptOf(job) : null;
  }

  /** Whether this node still leads. */
  async keepLead(job: LeaderJob): Promise<boolean> {
    return affectedBy(await this.#boss.touch(LEADER_QUEUE, [job])) === 1;
  }

  async releaseLead(job: LeaderJob): Promise<void> {
    await this.#boss.fail(LEADER_QUEUE, [job]);
  }

  /** Takes jobs from nodes that were not heard of. Whichever node asks, it is done once a second. */
  supervise(): Promise<void> {
    return this.#boss.supervise();
  }

  /** Messages that transactions sent with `pg_notify`. Null whenever the connection is new: some may be missing. */
  async listen(channel: string, told: (message: string | null) => void): Promise<() => Promise<void>> {
    const listening = await this.#boss.getDb().listen?.(channel, told, () => told(null));
    return async () => listening?.close();
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false });
  }
}

function queueOf(crew: string): string {
  return `crew/${crew}`;
}

/** One job a run, whoever sends it. */
function jobIdOf(runId: RunId): string {
  return idOf(`run ${runId}`);
}

function idOf(name: string): string {
  const hex = createHash('sha256').update(`holdpoint ${name}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** The group is what pg-boss counts jobs at work by. */
function jobFor({ runId, crew }: JobOf) {
  return { id: jobIdOf(runId), singletonKey: runId, data: { run: runId }, group: { id: crew } };
}

function toRunJobs(crew: string, jobs: readonly (JobAttempt & { readonly data: { run: RunId } })[]): RunJob[] {
  return jobs.map(({ id, retryCount, data }) => ({ runId: data.run, crew, id, retryCount }));
}

function attemptOf({ id, retryCount }: JobAttempt): JobAttempt {
  return { id, retryCount };
}

function byCrew<T extends JobOf>(runs: readonly T[]): Map<string, T[]> {
  return Map.groupBy(runs, ({ crew }) => crew);
}

/** Its types leave the count out. */
function affectedBy(response: object): number {
  return 'affected' in response ? Number(response.affected) : 0;
}
