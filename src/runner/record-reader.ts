import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import type { Journal } from '../journal/journal.ts';
import { recordOfRun } from '../replay/record/record-of-run.ts';
import type { RunRecord } from '../replay/record/subject.ts';
import type { RunnerLog } from './context.ts';
import { resolveEvents } from './load-run.ts';

/** The most that the journal gives at once. */
const PAGE = 200;

interface Known {
  readonly seq: number;
  /** What the run's row says of its last erasure. */
  readonly erased: string | null;
  readonly record: RunRecord;
}

/** What people saw of every run, read from the journals. A run is read again only when something was added to it, or erased. */
export class RecordReader {
  readonly #journal: Journal;
  readonly #log: RunnerLog;
  #known: ReadonlyMap<RunId, Known> = new Map();
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<RunRecord[]> | null = null;

  constructor(journal: Journal, log: RunnerLog) {
    this.#journal = journal;
    this.#log = log;
  }

  /** One reading at a time. Whoever asks during one shares the next, which has all that was recorded before they asked. */
  all(): Promise<RunRecord[]> {
    if (this.#next) return this.#next;
    const next = this.#last.then(() => {
      this.#next = null;
      return this.#readAll();
    });
    this.#next = next;
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #readAll(): Promise<RunRecord[]> {
    const known = new Map<RunId, Known>();
    let cursor: string | undefined;
    do {
      const page = await this.#journal.runs({ limit: PAGE, cursor });
      for (const run of page.items) known.set(run.id, await this.#recordOf(run));
      cursor = page.cursor ?? undefined;
      await nextTurn();
    } while (cursor !== undefined);
    // Runs that were removed meanwhile are forgotten with the last reading.
    this.#known = known;
    return [...known.values()].map(({ record }) => record);
  }

  async #recordOf({ id, lastSeq, error }: RunSummary): Promise<Known> {
    const erased = error?.code === 'RUN_ERASED' ? error.message : null;
    const known = this.#known.get(id);
    if (known && known.seq >= lastSeq && known.erased === erased) return known;
    const events = await this.#journal.read(id);
    const record = await this.#read(id, events);
    // Thousands are read after a start, and others have their turn between any two.
    await nextTurn();
    return { seq: events.length, erased, record };
  }

  /** One journal that cannot be read must not hide the record of all others. */
  async #read(runId: RunId, events: Awaited<ReturnType<Journal['read']>>): Promise<RunRecord> {
    try {
      return recordOfRun(runId, await resolveEvents(this.#journal, runId, events, { allowErased: true }));
    } catch (error) {
      this.#log.error({ runId, err: error }, `not in the record of oversight: ${messageOf(error)}`);
      return { runId, types: [], subjects: [] };
    }
  }
}
