import { appendFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** The seed of this run of the tests; a failure names it. */
export const SEED = Number(process.env.HOLDPOINT_SEED ?? 1);

/** How often to try: `small` in the ordinary run, `large` with `HOLDPOINT_SOAK=1`, `recorded` where the page is written. */
export function size({ small, recorded, large }: { small: number; recorded?: number; large: number }): number {
  if (process.env.HOLDPOINT_SOAK === '1') return large;
  return process.env.HOLDPOINT_RELIABILITY ? (recorded ?? small) : small;
}

const MACHINE = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.versions.node}`;

export interface Row {
  /** As in the table of promises: 'R1'. */
  readonly id: string;
  readonly what: string;
  readonly trials: number;
  readonly failures: number;
  readonly seconds: number;
  readonly seed: number;
  readonly date: string;
  readonly machine: string;
  /** What else was measured. */
  readonly note: string;
}

/** Does the trials of one row, and writes down how they went where `HOLDPOINT_RELIABILITY` names a file; a failure is thrown on. */
export async function measured(
  { id, what }: Pick<Row, 'id' | 'what'>,
  work: () => Promise<{ trials: number; note?: string }>,
): Promise<void> {
  const since = performance.now();
  const write = (trials: number, failures: number, note: string) => {
    const file = process.env.HOLDPOINT_RELIABILITY;
    const seconds = (performance.now() - since) / 1_000;
    const date = new Date().toISOString();
    const row: Row = { id, what, trials, failures, seconds, seed: SEED, date, machine: MACHINE, note };
    if (file) appendFileSync(file, `${JSON.stringify(row)}\n`);
  };
  try {
    const { trials, note = '' } = await work();
    write(trials, 0, note);
  } catch (error) {
    write(1, 1, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    throw error;
  }
}
