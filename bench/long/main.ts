/**
 * One long run, as a process of its own: `node main.ts FOLDER TASKS MARK…`. Prints what an event cost between the marks (numbers of
 * events), in microseconds of the clock and of CPU, and leaves the journal in the folder.
 */
import { openHoldpoint } from 'holdpoint';
import { stepsCrew, stepsModel } from './steps-crew.js';

const [folder = '', tasks = '', ...marks] = process.argv.slice(2);

await longRun(`${folder}/warm-up`, 20, []);
process.stdout.write(`${JSON.stringify(await longRun(folder, Number(tasks), marks.map(Number)))}\n`);

async function longRun(place: string, length: number, at: readonly number[]) {
  await using holdpoint = await openHoldpoint({
    crews: [stepsCrew(length)],
    model: stepsModel,
    database: `file:${place}/holdpoint.db`,
  });
  const readings = [{ seq: 0, clockUs: performance.now() * 1_000, cpuUs: cpuUs() }];
  holdpoint.on('run:updated', ({ lastSeq }) => {
    const next = at[readings.length - 1];
    if (next !== undefined && lastSeq >= next)
      readings.push({ seq: lastSeq, clockUs: performance.now() * 1_000, cpuUs: cpuUs() });
  });
  const run = await holdpoint.start('steps', {});
  const { status } = await run.outcome();
  const { lastSeq } = await holdpoint.runs.get(run.id);
  const windows = readings.slice(1).map((end, index) => {
    const begin = readings[index] ?? end;
    const events = end.seq - begin.seq;
    return {
      to: end.seq,
      clockUs: (end.clockUs - begin.clockUs) / events,
      cpuUs: (end.cpuUs - begin.cpuUs) / events,
    };
  });
  return { run: run.id, status, events: lastSeq, windows };
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
