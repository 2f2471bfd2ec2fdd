import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { scriptedModel } from '../../src/agents/scripted-model.ts';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { defineCrew } from '../../src/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import type { Engine } from '../../src/runner/engine.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { measured, size } from '../support/reliability.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const RUNS = size({ small: 500, recorded: 10_000, large: 10_000 });
/** What a run that waits may leave in memory, in bytes: less than any state of a run. */
const MAX_BYTES_PER_RUN = 2_000;

const crew = defineCrew({
  name: 'waiting',
  agents: { a: { role: 'A', goal: 'A' } },
  tasks: { t: { agent: 'a', description: 'T'.repeat(10_000), confirm: 'before' } },
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function heapBytes(): Promise<number> {
  for (let pass = 0; pass < 3; pass++) {
    await delay(50);
    collect();
  }
  return process.memoryUsage().heapUsed;
}

async function startHeld(engine: Engine, journal: Journal, count: number): Promise<void> {
  const before = await heldCount(journal);
  for (let begun = 0; begun < count; begun += 100) {
    const batch = Array.from({ length: Math.min(100, count - begun) }, () =>
      engine.start('waiting', {}, { requestedBy: 'user:rita' }),
    );
    await Promise.all(batch);
  }
  await expect.poll(() => heldCount(journal), { timeout: 60_000, interval: 200 }).toBe(before + count);
  await expect.poll(() => journal.underWay(), { timeout: 60_000, interval: 200 }).toEqual([]);
}

async function heldCount(journal: Journal): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await journal.runs({ status: 'held', limit: 200, cursor });
    count += page.items.length;
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return count;
}

test(`${RUNS} held runs take no memory, and a restart takes none of them`, { timeout: 900_000 }, () =>
  measured({ id: 'R7', what: 'memory that a held run leaves in the process that ran it' }, async () => {
    const { path, remove } = await temporaryFolder();
    const open = async () => {
      const journal = await openSqliteJournal({ path: join(path, 'held.db') });
      const engine = await openEngine({
        crews: [crewDefinition(crew)],
        journal,
        models: () => scriptedModel([]),
        log: pino({ level: 'silent' }),
      });
      return { journal, engine };
    };
    const { journal, engine } = await open();
    await startHeld(engine, journal, RUNS / 2);
    const half = await heapBytes();
    await startHeld(engine, journal, RUNS / 2);
    const perRun = ((await heapBytes()) - half) / (RUNS / 2);
    expect(perRun, 'bytes a held run').toBeLessThan(MAX_BYTES_PER_RUN);
    await engine.close();

    const beganAt = performance.now();
    const again = await open();
    expect(performance.now() - beganAt, 'milliseconds to start').toBeLessThan(10_000);
    expect(await heldCount(again.journal)).toBe(RUNS);
    await again.engine.close();
    await remove();
    return {
      trials: RUNS,
      note: `${Math.max(0, Math.round(perRun))} bytes of heap a run, counted over the second half`,
    };
  }),
);
