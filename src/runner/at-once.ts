import { z } from 'zod';

const Count = z.int().min(1).max(100_000);

/** How much one node, or all of them, may do at a time. What is over the limit waits for its turn. */
export const AtOnce = z.strictObject({
  /** Runs that one node drives at a time. Default 1,000. Held runs do not count. */
  runs: Count.optional(),
  /** Runs of one crew that work at a time, by its name: on all nodes of a Postgres database together, each of which is to be told
   *  the same; with a file, in this process. */
  crews: z.record(z.string(), Count).optional(),
  /** Calls of one model at a time, by its name, on each node for itself. */
  models: z.record(z.string(), Count).optional(),
});
export type AtOnce = Readonly<z.infer<typeof AtOnce>>;

export const DEFAULT_RUNS_AT_ONCE = 1_000;
