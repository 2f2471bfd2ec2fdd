import {
  type Hold,
  isHoldpointError,
  type Me,
  type ReviewClient,
  type SupervisedAction,
} from '../../../src/client/index.ts';
import { type DeskState, emptyDesk, type Stop, withHold, withList, withRun } from './desk-state.ts';
import { changeEntry, type StripEntry, withEntry } from './strip-entry.ts';

/** How many of a list are asked for at once. */
const PAGE = 200;
/** Actions that ran by themselves that are told of at first: the newest. */
const NOTICED = 3;
/** How long a lost connection is looked at again, in milliseconds. */
const LOOK_AGAIN_MS = 1_000;

export interface DeskStoreOptions {
  /** The session or token is no longer good. */
  readonly onSignedOut: (error: unknown) => void;
}

/** What the page knows, kept up to date by what the server tells; views subscribe to it. */
export class DeskStore {
  readonly client: ReviewClient;
  #state: DeskState;
  #reading = false;
  #closed = false;
  readonly #listeners = new Set<() => void>();
  readonly #onSignedOut: (error: unknown) => void;

  constructor(client: ReviewClient, me: Me, { onSignedOut }: DeskStoreOptions) {
    this.client = client;
    this.#state = emptyDesk(me);
    this.#onSignedOut = onSignedOut;
    client.on('hold:opened', (hold) => this.#change(withHold(this.#state, hold, { arrives: this.#reading })));
    client.on('hold:updated', (hold) => this.#change(withHold(this.#state, hold)));
    client.on('hold:closed', (hold) => this.#change(withHold(this.#state, hold)));
    client.on('run:updated', (run) => this.#change(withRun(this.#state, run)));
    client.on('notice:supervised', (action) => this.#notice(action));
    client.on('disconnected', () => this.#lost());
    client.on('connected', () => this.#back());
    void this.#load();
  }

  get state(): DeskState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): DeskState => this.#state;

  /** While somebody reads a hold, new ones wait above the list. */
  setReading(reading: boolean): void {
    this.#reading = reading;
  }

  /** Lets what arrived into the list. */
  showArrived(): void {
    if (this.#state.arrived.size > 0) this.#change({ ...this.#state, arrived: new Set() });
  }

  putHold(hold: Hold): void {
    // A detail has the same seq as the row, and more in it; the list needs only the row.
    this.#change(withHold(this.#state, hold));
  }

  setSending(holdId: string, sending: boolean): void {
    const now = new Set(this.#state.sending);
    if (sending) now.add(holdId);
    else now.delete(holdId);
    this.#change({ ...this.#state, sending: now });
  }

  putStop(stop: Stop | null): void {
    if (stop?.seq !== this.#state.stop?.seq) this.#change({ ...this.#state, stop });
  }

  putEntry(entry: StripEntry): void {
    this.#change({ ...this.#state, strip: withEntry(this.#state.strip, entry) });
  }

  changeEntry(key: string, change: Partial<StripEntry>): void {
    this.#change({ ...this.#state, strip: changeEntry(this.#state.strip, key, change) });
  }

  async loadRun(runId: string): Promise<void> {
    try {
      const run = await this.client.runs.get(runId);
      this.#change(withRun(this.#state, run));
    } catch {
      // What waits on the hold is shown without the states of the tasks.
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.client.close();
  }

  async #load(): Promise<void> {
    try {
      const before = this.#state.holds;
      const listed: Hold[] = [];
      let cursor: string | null = null;
      do {
        const page: { holds: Hold[]; cursor: string | null } = await this.client.holds.list({
          status: 'open',
          limit: PAGE,
          ...(cursor === null ? {} : { cursor }),
        });
        listed.push(...page.holds);
        cursor = page.cursor;
      } while (cursor !== null);
      this.#change(withList(this.#state, listed, before));
      for (const status of ['running', 'held'] as const) {
        const { runs } = await this.client.runs.list({ status, limit: 50 });
        this.#change(runs.reduce(withRun, this.#state));
      }
      const { actions } = await this.client.actions.list({ undoable: true, limit: NOTICED });
      for (const action of actions.reverse()) this.#notice(action);
    } catch (error) {
      if (isHoldpointError(error, 'UNAUTHENTICATED')) this.#signOut(error);
      // Otherwise the connection is lost, and the list is read again once it is back.
    }
  }

  #notice({ runId, actionId, tool, impact, undoUntil }: SupervisedAction): void {
    if (undoUntil === null || this.#state.strip.some(({ undoable }) => undoable?.actionId === actionId)) return;
    this.putEntry({
      key: `notice:${actionId}`,
      type: 'notice',
      label: impact?.summary ?? tool,
      progress: { step: 'done', seq: 0, words: 'ran by itself' },
      undoable: { runId, actionId, until: undoUntil },
    });
  }

  #lost(): void {
    if (this.#closed) return;
    if (this.#state.link.state === 'live')
      this.#change({ ...this.#state, link: { state: 'lost', sinceMs: Date.now() } });
    void this.#look();
  }

  /** A server that comes back may no longer know the session: then asking it says so. */
  async #look(): Promise<void> {
    while (!this.#closed && !this.client.connected) {
      try {
        await this.client.me();
      } catch (error) {
        if (isHoldpointError(error, 'UNAUTHENTICATED')) return this.#signOut(error);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  #back(): void {
    this.#change({ ...this.#state, link: { state: 'live' } });
    void this.#load();
  }

  #signOut(error: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onSignedOut(error);
  }

  #change(state: DeskState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
