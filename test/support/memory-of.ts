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

/** How long the main thread of a process has waited for a processor so far, in milliseconds: what other programs took from it. */
export function waitedMs(pid: number | undefined): number {
  if (!existsSync(`/proc/${pid}/schedstat`)) return 0;
  const [, waitedNs = '0'] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
  return Number(waitedNs) / 1e6;
}

/** Of some measurements, that which 95 % do not pass. */
export function p95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0);
}
