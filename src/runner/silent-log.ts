import type { RunnerLog } from './context.ts';

const nothing = () => undefined;

/** A log that keeps nothing: what a program has that gave none. */
export const silentLog: RunnerLog = { info: nothing, warn: nothing, error: nothing };
