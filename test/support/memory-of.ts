import { existsSync, readFileSync } from 'node:fs';

/** Why the memory of another process cannot be read here; null: it can. */
export const NO_PROC: string | null = existsSync('/proc/self/status') ? null : 'there is no /proc';

/** What a process holds in memory, now and at most so far, in megabytes. */
export function memoryOf(pid: number | undefined): { rssMb: number; peakMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1_024);
  return { rssMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}

/** Of some measurements, that which 95 % do not pass. */
export function p95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0);
}
