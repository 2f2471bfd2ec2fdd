/**
 * Points at which a test may have this process die, as `kill -9` would: `HOLDPOINT_FAULT_POINT=NAME` or `NAME:N` for the nth
 * time that it is passed. Read once, when the process starts and before any crew is loaded, so that nothing a crew, an agent or a
 * tool does can set one; without the variable a point is one comparison.
 */
export const FAULT_POINTS = [
  'migrate.begun',
  'migrate.done',
  'append.durable',
  'amend.durable',
  'callModel.before',
  'callModel.after',
  'reviewOutput.before',
  'reviewOutput.after',
  'executeAction.before',
  'executeAction.after',
  'undoAction.before',
  'undoAction.after',
  'acknowledge.before',
  'acknowledge.after',
  'claim.durable',
  'rest.before',
  'rest.after',
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

const [wanted = null, times = '1'] = process.env.HOLDPOINT_FAULT_POINT?.split(':') ?? [];
let left = Number(times);

/** Ends this process at once if it was started to die here. */
export function faultPoint(name: FaultPoint): void {
  if (name !== wanted || --left > 0) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment to arrive; nothing may happen meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
