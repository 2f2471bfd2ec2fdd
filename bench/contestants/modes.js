import { nowUs, quantile, settledMemory, toKb, toMb, toMs, watchMemory } from './measure.js';

/** @import { Contestant, Setting, Standing } from './contestant.js' */

/**
 * @typedef {Setting & { runs: number, concurrency: number, warmup: number, prefix: string, run: string, mode: string }} Assignment
 * @typedef {Record<string, unknown>} Result a member each figure; the names are those that the peers' driver reads
 * @typedef {(contestant: Contestant, assignment: Assignment) => Promise<Result>} Mode
 */

/** @type {Record<string, Mode>} */
export const MODES = { throughput, hold, park, double, run: one, resume: one, recover: one };

/** Runs to their end, many at a time. @type {Mode} */
async function throughput(contestant, { tasks, runs, concurrency, warmup, prefix }) {
  const failures = new Failures();
  await warmUp(contestant, warmup, concurrency);
  const stopWatch = watchMemory();
  const cpu = process.cpuUsage();
  const from = nowUs();
  await inParallel(runs, concurrency, (index) => failures.count(toTheEnd(contestant, `${prefix}${index}`)));
  const wallUs = nowUs() - from;
  const { user, system } = process.cpuUsage(cpu);
  const peak = stopWatch();
  return {
    ...failures.result(),
    wall_ms: toMs(wallUs),
    tasks_per_s: Math.round(((runs * tasks) / wallUs) * 1e7) / 10,
    cpu_ms_per_task: toMs((user + system) / (runs * tasks)),
    rss_mb: toMb(process.memoryUsage.rss()),
    peak_rss_mb: toMb(peak),
  };
}

/** From a decision to the arrival of the next request at the model server, one decision at a time. @type {Mode} */
async function hold(contestant, { baseURL, runs, concurrency, warmup, prefix }) {
  const failures = new Failures();
  await warmUp(contestant, warmup, concurrency);
  const from = nowUs();
  await inParallel(runs, concurrency, (index) => failures.count(expectHeld(contestant, `${prefix}${index}`)));
  /** @type {{ run: string, at: number }[]} */
  const decisions = [];
  await inParallel(runs, 1, (index) => failures.count(decideAll(contestant, `${prefix}${index}`, decisions)));
  const log = await requestsSince(baseURL, { from });
  const latencies = latenciesOf(decisions, log);
  return {
    ...failures.result(),
    decisions: decisions.length,
    measured: latencies.length,
    llm_calls_per_run: log.filter(({ run }) => run?.startsWith(prefix)).length / runs,
    resume_p50_ms: msOrNull(quantile(latencies, 0.5)),
    resume_p99_ms: msOrNull(quantile(latencies, 0.99)),
  };
}

/** Many held runs, and what each of them costs. The process stays until it is killed, if asked to linger. @type {Mode} */
async function park(contestant, { runs, concurrency, warmup, prefix }) {
  const failures = new Failures();
  await warmUp(contestant, warmup, concurrency);
  const before = await settledMemory();
  const from = nowUs();
  await inParallel(runs, concurrency, (index) => failures.count(expectHeld(contestant, `${prefix}${index}`)));
  const wallUs = nowUs() - from;
  const after = await settledMemory();
  return {
    ...failures.result(),
    rss_kb_per_run: toKb((after.rss - before.rss) / runs),
    heap_kb_per_run: toKb((after.heapUsed - before.heapUsed) / runs),
    rss_mb: toMb(after.rss),
    park_wall_ms: toMs(wallUs),
    ready: true,
  };
}

/** Two reviewers approve one hold at the same moment. @type {Mode} */
async function double(contestant, { baseURL, run }) {
  await expectHeld(contestant, run);
  const from = nowUs();
  const settled = await Promise.allSettled([contestant.resume(run), contestant.resume(run)]);
  const outcomes = settled.map((one) => (one.status === 'fulfilled' ? one.value : `error: ${textOf(one.reason)}`));
  const calls = (await requestsSince(baseURL, { from, run })).length;
  return { calls, outcomes: outcomes.sort().join(' + ') };
}

/** One step in the life of one run: `run`, `resume` or `recover`. @type {Mode} */
async function one(contestant, { mode, run }) {
  const bootMs = Math.round(performance.now());
  const at = nowUs();
  let reheld = false;
  try {
    let status = await step(contestant, mode, run);
    while (mode === 'recover' && status === 'held') {
      reheld = true;
      status = await contestant.resume(run);
    }
    return { run, status, reheld, boot_ms: bootMs, at };
  } catch (error) {
    return { run, status: 'error', error: textOf(error), reheld, boot_ms: bootMs, at };
  }
}

/** @param {Contestant} contestant @param {string} mode @param {string} run */
function step(contestant, mode, run) {
  if (mode === 'resume') return contestant.resume(run);
  return mode === 'recover' ? contestant.recover(run) : contestant.start(run);
}

/** @param {Contestant} contestant @param {number} runs @param {number} concurrency */
async function warmUp(contestant, runs, concurrency) {
  await inParallel(runs, concurrency, (index) => toTheEnd(contestant, `warm-up-${index}`));
}

/** @param {Contestant} contestant @param {string} run */
async function toTheEnd(contestant, run) {
  let standing = await contestant.start(run);
  while (standing === 'held') standing = await contestant.resume(run);
  if (standing !== 'done') throw new Error(`${run} ended as ${standing}`);
}

/** @param {Contestant} contestant @param {string} run */
async function expectHeld(contestant, run) {
  const standing = await contestant.start(run);
  if (standing !== 'held') throw new Error(`${run} should be held, and is ${standing}`);
}

/** @param {Contestant} contestant @param {string} run @param {{ run: string, at: number }[]} decisions */
async function decideAll(contestant, run, decisions) {
  /** @type {Standing} */
  let standing = 'held';
  while (standing === 'held') {
    decisions.push({ run, at: nowUs() });
    standing = await contestant.resume(run);
  }
}

/** @param {number} count @param {number} concurrency @param {(index: number) => Promise<unknown>} work */
async function inParallel(count, concurrency, work) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/**
 * @param {string} baseURL
 * @param {{ from: number, run?: string }} query
 * @returns {Promise<{ run: string | null, task: number | null, at: number }[]>}
 */
async function requestsSince(baseURL, { from, run }) {
  const url = new URL('/_stats?log=1', baseURL);
  url.searchParams.set('from', String(from));
  if (run) url.searchParams.set('run', run);
  const { log } = /** @type {any} */ (await (await fetch(url)).json());
  return log;
}

/**
 * @param {readonly { run: string, at: number }[]} decisions
 * @param {readonly { run: string | null, at: number }[]} log
 */
function latenciesOf(decisions, log) {
  /** @type {Map<string | null, number[]>} */
  const arrivals = new Map();
  for (const { run, at } of log) {
    const known = arrivals.get(run);
    if (known) known.push(at);
    else arrivals.set(run, [at]);
  }
  return decisions.flatMap(({ run, at }) => {
    const next = arrivals.get(run)?.find((arrival) => arrival >= at);
    return next === undefined ? [] : [next - at];
  });
}

class Failures {
  #failed = 0;
  /** @type {Record<string, number>} */
  #errors = {};

  /** @param {Promise<unknown>} work */
  async count(work) {
    try {
      await work;
    } catch (error) {
      const text = textOf(error);
      this.#failed++;
      this.#errors[text] = (this.#errors[text] ?? 0) + 1;
    }
  }

  result() {
    return { failed: this.#failed, errors: this.#errors };
  }
}

/** @param {unknown} error */
function textOf(error) {
  return (error instanceof Error ? error.message : String(error)).slice(0, 160);
}

/** @param {number | null} us */
function msOrNull(us) {
  return us === null ? null : toMs(us);
}
