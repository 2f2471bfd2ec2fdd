/** CLOCK_MONOTONIC in microseconds: the same clock in all processes of a machine. */
export function nowUs() {
  return Number(process.hrtime.bigint() / 1000n);
}

/** @param {number} us @returns milliseconds, to the microsecond */
export function toMs(us) {
  return Math.round(us) / 1000;
}

/** @param {number} bytes */
export function toMb(bytes) {
  return Math.round(bytes / 1024 / 1.024) / 1000;
}

/** @param {number} bytes */
export function toKb(bytes) {
  return Math.round((bytes / 1024) * 1000) / 1000;
}

/**
 * @param {readonly number[]} values
 * @param {number} share 0.5: the median
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

/** The memory in use once what is garbage is gone; needs `--expose-gc`. */
export async function settledMemory() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage();
}

/** The highest resident memory from now on. Returns how to end and read it. */
export function watchMemory() {
  let peak = process.memoryUsage.rss();
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 100);
  return () => {
    clearInterval(timer);
    return Math.max(peak, process.memoryUsage.rss());
  };
}
