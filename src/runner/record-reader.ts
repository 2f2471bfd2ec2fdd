import { messageOf } from '../errors.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import type { Journal } from '../journal/journal.ts';
import { refsOf } from '../journal/payloads.ts';
import { toRunEvents } from '../journal/read-run.ts';
import { recordOfRun } from '../replay/record/record-of-run.ts';
import type { RunRecord } from '../replay/record/subject.ts';
import type { RunnerLog } from './context.ts';

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

  constructor(journal: Journal, log: RunnerLog) {
    this.#journal = journal;
    this.#log = log;
  }

  async all(): Promise<RunRecord[]> {
    const known = new Map<RunId, Known>();
    let cursor: string | undefined;
    do {
      const page = await this.#journal.runs({ limit: PAGE, cursor });
      for (const run of page.items) known.set(run.id, await this.#recordOf(run));
      cursor = page.cursor ?? undefined;
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
    return { seq: events.length, erased, record: await this.#read(id, events) };
  }

  /** One journal that cannot be read must not hide the record of all others. */
  async #read(runId: RunId, events: Awaited<ReturnType<Journal['read']>>): Promise<RunRecord> {
    try {
      const refers = events.some(({ data }) => refsOf(data).length > 0);
      const payloads = refers ? await this.#journal.payloads(runId) : [];
      return recordOfRun(runId, toRunEvents(events, payloads, { allowErased: true }));
    } catch (error) {
      this.#log.error({ runId, err: error }, `not in the record of oversight: ${messageOf(error)}`);
      return { runId, types: [], subjects: [] };
    }
  }
}
