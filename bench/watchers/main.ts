/**
 * Many who watch, as a process of its own: `node main.ts URL TOKEN SERVER_PID SOCKETS SECONDS RUN…`. Each socket watches one of the
 * runs. Prints how long events took to arrive in so many seconds, and what CPU the server and this process used in them: where
 * this one has no time left, it measures itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectReview } from 'holdpoint/client';
import { cpuMsOf } from '../driver/process-cpu.ts';
import { quantileOf } from '../driver/statistics.ts';

const [url = '', token = '', serverPid = '', sockets = '', seconds = '', ...runs] = process.argv.slice(2);

const latenciesMs: number[] = [];
let gaps = 0;
let updates = 0;
let isMeasuring = false;

async function watch(runId: string): Promise<void> {
  const client = await connectReview(url, { token });
  let last = 0;
  client.on('run:updated', () => {
    if (isMeasuring) updates++;
  });
  client.runs.follow(runId, ({ seq, at }) => {
    if (seq !== last + 1) gaps++;
    last = seq;
    if (isMeasuring) latenciesMs.push(performance.timeOrigin + performance.now() - Date.parse(at));
  });
}

for (let index = 0; index < Number(sockets); index++) await watch(runs[index % runs.length] ?? '');
// What had happened before has arrived by then.
await sleep(2_000);
const cpus = () => [cpuMsOf(Number(serverPid)), cpuMsOf(process.pid)] as const;
const [before, from] = [cpus(), performance.now()];
isMeasuring = true;
await sleep(Number(seconds) * 1_000);
isMeasuring = false;
const [after, elapsedMs] = [cpus(), performance.now() - from];
const cores = (which: 0 | 1) => {
  const [first, last] = [before[which], after[which]];
  return first === null || last === null ? null : (last - first) / elapsedMs;
};
const figures = {
  events: latenciesMs.length,
  updates,
  gaps,
  p50_ms: quantileOf(latenciesMs, 0.5),
  p99_ms: quantileOf(latenciesMs, 0.99),
  server_cores: cores(0),
  client_cores: cores(1),
};
process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));
