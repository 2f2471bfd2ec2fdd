import type { RunnerLog } from '../../src/runner/context.ts';

/** A log that keeps nothing. */
export const silentLog: RunnerLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
