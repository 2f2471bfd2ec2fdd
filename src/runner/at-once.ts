/** How much one node, or all of them, may do at a time. What is over the limit waits for its turn. */
export interface AtOnce {
  /** Runs that one node drives at a time. Default 1,000. Held runs do not count. */
  readonly runs?: number | undefined;
  /** Runs of one crew that work at a time, on all nodes of a Postgres database together; with a file, in this process. */
  readonly crews?: Readonly<Record<string, number>> | undefined;
  /** Calls of one model at a time, on each node for itself. */
  readonly models?: Readonly<Record<string, number>> | undefined;
}

export const DEFAULT_RUNS_AT_ONCE = 1_000;
