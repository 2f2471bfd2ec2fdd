import type { RunJobs } from './run-jobs.ts';

/** So that whoever has just opened the journal has the first word: loading pg-boss alone takes longer than a decision. */
const SOON_MS = 500;

interface Given {
  open(): Promise<RunJobs>;
  /** They are there, and may hold something to take. */
  opened(jobs: RunJobs): Promise<void>;
  failed(error: unknown): void;
}

/** The jobs of a node. It drives what it starts and wakes without them, so nobody has to wait until they are there. */
export class LateJobs {
  readonly #given: Given;
  #jobs: RunJobs | null = null;
  #opening: Promise<void> | null = null;
  #beginAtOnce: () => void = () => undefined;
  #isStopped = false;

  constructor(given: Given) {
    this.#given = given;
  }

  /** Null: not yet. */
  get now(): RunJobs | null {
    return this.#jobs;
  }

  /** @throws what opening them throws */
  async open(): Promise<void> {
    this.#jobs = await this.#given.open();
    await this.#given.opened(this.#jobs);
  }

  openSoon(): void {
    const soon = Promise.withResolvers<void>();
    const timer = setTimeout(soon.resolve, SOON_MS);
    this.#beginAtOnce = () => {
      clearTimeout(timer);
      soon.resolve();
    };
    this.#opening = soon.promise
      .then(() => this.#try())
      .finally(() => {
        this.#opening = null;
      });
  }

  /** Tries again where they could not be opened. Null: they are being opened, or cannot be now. */
  async again(): Promise<RunJobs | null> {
    if (this.#jobs || this.#opening) return this.#jobs;
    this.#opening = this.#try().finally(() => {
      this.#opening = null;
    });
    await this.#opening;
    return this.#jobs;
  }

  /** Opens nothing any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#beginAtOnce();
    await this.#opening;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#jobs?.close();
    this.#jobs = null;
  }

  /** Never rejects. */
  async #try(): Promise<void> {
    if (this.#isStopped) return;
    try {
      await this.open();
    } catch (error) {
      this.#given.failed(error);
    }
  }
}
