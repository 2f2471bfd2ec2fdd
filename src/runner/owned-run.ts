import { hasEnded, type RunState } from '../crew/run-state.ts';
import { summaryOf } from '../crew/summary.ts';
import type { RunSummary } from '../hooks/run-summary.ts';
import type { RunId } from '../ids.ts';
import { EMPTY_HEAD, type Head, headOf } from '../journal/envelope.ts';
import { faultPoint } from '../journal/fault-point.ts';
import type { Request } from '../journal/journal.ts';
import { ownerLost } from '../journal/preconditions.ts';
import type { Json } from '../json/json.ts';
import { rowsOf, sealDrafts } from './commit.ts';
import type { RunnerContext } from './context.ts';
import { catchUp, type LoadedRun } from './load-run.ts';
import { writeOutputFiles } from './output-files.ts';
import type { Settled } from './settle.ts';

type Recordable = Pick<Settled, 'drafts' | 'state'>;

export interface AppendOptions {
  /** Lets go of the run in the same write. */
  readonly rests?: boolean;
  /** Of a start: who drives it; null: whoever takes it. */
  readonly owner?: string | null;
  readonly request?: Request & { answer: Json };
}

/** A run that this node owns, as its journal says, and all that an owner writes there. */
export class OwnedRun {
  readonly runId: RunId;
  readonly #context: RunnerContext;
  readonly #epoch: number;
  #known: LoadedRun | null;
  /** Asked for together with the last append: whether the run rests. */
  #resting: Promise<boolean> | null = null;

  constructor(context: RunnerContext, given: { runId: RunId; epoch: number; run: LoadedRun | null }) {
    this.#context = context;
    this.runId = given.runId;
    this.#epoch = given.epoch;
    this.#known = given.run;
  }

  /** Null: it has not started. */
  get state(): RunState | null {
    return this.#known?.state ?? null;
  }

  /** Whether the last append asked for rest as well. */
  get isLettingGo(): boolean {
    return this.#resting !== null;
  }

  /** The clock's time, but never before the last event's. */
  now(): string {
    const now = this.#context.clock.now();
    const last = this.#known?.head.at ?? now;
    return now < last ? last : now;
  }

  /** Takes in what others appended. */
  async lookAgain(): Promise<void> {
    if (this.#known) this.#known = await catchUp(this.#context.journal, this.#known);
  }

  /** Resolves once it is durable, told, and its output files are written. @throws `SEQ_CONFLICT`, `OWNER_LOST`, `UNAVAILABLE` */
  async append({ drafts, state }: Recordable, { rests = false, ...start }: AppendOptions = {}): Promise<void> {
    const { journal, nodeId, salt, limits } = this.#context;
    const { runId } = this;
    const head = this.#known?.head ?? EMPTY_HEAD;
    const sealing = { at: state.at, salt, maxValueBytes: limits.maxValueBytes };
    const { events, payloads } = sealDrafts(runId, head, drafts, sealing);
    const rows = rowsOf(state, drafts);
    const place = { runId, epoch: this.#epoch, owner: nodeId, head, fingerprint: state.fingerprint };
    const next = headOf(events);
    const appending = journal.append({ ...place, events, payloads, ...rows, ...start });
    // Both in one write, and in this order: it rests only where the append went through.
    if (rests) this.#letGo(next, rows.summary);
    try {
      await appending;
    } catch (error) {
      this.#resting = null;
      throw error;
    }
    faultPoint('append.durable');
    this.#known = { state, head: next };
    this.#context.publish({ runId, events, ...rows });
    await this.writeOutputs({ drafts, state });
  }

  async writeOutputs({ drafts, state }: Recordable): Promise<void> {
    const completed = drafts.flatMap((event) => (event.type === 'task.completed' ? [event.data.task] : []));
    await writeOutputFiles(this.#context, state, completed, { missing: false });
  }

  /** Before an effect that no append of ours leads to, or one long ago: whoever took the run meanwhile may be carrying it out already. */
  async requireOwner(): Promise<void> {
    const row = await this.#context.journal.run(this.runId);
    if (row && row.epoch !== this.#epoch) throw ownerLost(this.runId, row.epoch, this.#epoch);
  }

  /** Lets go of the run, unless something was appended meanwhile: false, and its owner looks again; else a wake would be lost. */
  async rest(): Promise<boolean> {
    if (!this.#known) return true;
    const { head, state } = this.#known;
    const resting = this.#resting ?? this.#letGo(head, summaryOf(state));
    this.#resting = null;
    const rested = await resting;
    faultPoint('rest.after');
    if (rested) this.#context.foresight.remember(this.#known, this.#epoch);
    if (rested && !hasEnded(state)) this.#context.log.info({ runId: this.runId, seq: head.seq }, 'run rests');
    return rested;
  }

  #letGo(head: Head, summary: RunSummary): Promise<boolean> {
    faultPoint('rest.before');
    const resting = this.#context.journal.rest(this.runId, this.#epoch, head.hash, summary);
    // Looked at once the append is through; where that is refused, this is as well.
    resting.catch(() => undefined);
    this.#resting = resting;
    return resting;
  }
}
