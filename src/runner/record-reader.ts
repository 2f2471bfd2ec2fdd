import { messageOf } from '../errors.ts';
import type { RunId } from '../ids.ts';
import type { Journal } from '../journal/journal.ts';
import { refsOf } from '../journal/payloads.ts';
import { toRunEvents } from '../journal/read-run.ts';
import { recordOfRun } from '../replay/record/record-of-run.ts';
import type { RunRecord } from '../replay/record/subject.ts';
import type { RunnerLog } from './context.ts';

/** The most that the journal gives at once. */
const PAGE = 200;

/** What people saw of every run, read from the journals. A run is read again only when something was added to it. */
export class RecordReader {
  readonly #journal: Journal;
  readonly #log: RunnerLog;
  readonly #known = new Map<RunId, { readonly seq: number; readonly record: RunRecord }>();

  constructor(journal: Journal, log: RunnerLog) {
    this.#journal = journal;
    this.#log = log;
  }

  async all(): Promise<RunRecord[]> {
    const records: RunRecord[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#journal.runs({ limit: PAGE, cursor });
      for (const { id, lastSeq } of page.items) records.push(await this.#recordOf(id, lastSeq));
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    return records;
  }

  async #recordOf(runId: RunId, seq: number): Promise<RunRecord> {
    const known = this.#known.get(runId);
    if (known && known.seq >= seq) return known.record;
    const events = await this.#journal.read(runId);
    const record = await this.#read(runId, events);
    this.#known.set(runId, { seq: events.length, record });
    return record;
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
