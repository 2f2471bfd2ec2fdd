export const FAULTS = ['rateLimit', 'serverError', 'reset', 'badJson', 'cutShort'] as const;
export type Fault = (typeof FAULTS)[number];

export interface ModelServerSettings {
  readonly latencyMs: number;
  /** What part of the answers is faulty, 0 to 1 each. */
  readonly rates: Partial<Record<Fault, number>>;
}

export const DEFAULTS: ModelServerSettings = { latencyMs: 0, rates: {} };

/** `at`: CLOCK_MONOTONIC in microseconds, the same clock in every process of the machine. */
export interface LoggedRequest {
  readonly n: number;
  readonly at: number;
  readonly run: string | null;
  readonly task: number | null;
  readonly fault: Fault | null;
}

export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
