import { existsSync, readFileSync } from 'node:fs';

/** A clock tick of Linux's /proc is 10 ms on every machine that Node runs on. */
const TICK_MS = 10;

/** CPU that another process has used, in milliseconds; null where the system does not tell. */
export function cpuMsOf(pid: number): number | null {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return null;
  // The program's name comes before, ends with a bracket, and may contain spaces.
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
