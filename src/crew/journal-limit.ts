/** Events after which a run asks no model any more and fails: a journal that nobody could read is no record. */
export const MAX_RUN_EVENTS = 100_000;
