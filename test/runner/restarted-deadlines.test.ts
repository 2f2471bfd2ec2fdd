import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { crewDefinition } from '../../src/crew/define-crew.ts';
import { defineCrew } from '../../src/index.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openEngine } from '../../src/runner/open-engine.ts';
import { scriptedModel } from '../../src/testing.ts';
import { answer } from '../support/desk.ts';
import { manualClock } from '../support/manual-clock.ts';
import { measured, SEED, size } from '../support/reliability.ts';
import { checkRun, eventsOf } from '../support/run-invariants.ts';
import { seeded } from '../support/seeded.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HOLDS = size({ small: 200, large: 1_000 });
const HOUR = 3_600_000;
/** All have started before the first reminder is due, however many there are. */
const BETWEEN_STARTS_MS = (3 * HOUR) / HOLDS;

test(
  `R11: the deadlines of ${HOLDS} holds are there after a restart, and those that passed meanwhile fire once`,
  { timeout: 300_000 },
  () =>
    measured({ id: 'R11', what: 'deadlines across restarts of the process' }, async () => {
      const draw = seeded(SEED);
      const folder = await temporaryFolder();
      const clock = manualClock();
      const crews = ['fail', 'skip', 'wait'].map((onExpire) =>
        crewDefinition(
          defineCrew({
            name: `due-${onExpire}`,
            agents: { a: { role: 'A', goal: 'A' } },
            tasks: {
              t: {
                agent: 'a',
                description: 'T',
                confirm: 'after',
                review: { dueIn: '4h', remindAfter: '2h', escalateTo: ['user:boss'], onExpire: onExpire as 'wait' },
              },
            },
          }),
        ),
      );
      const open = async () => {
        const path = join(folder.path, 'h.db');
        const journal = await openSqliteJournal({ path, now: () => Date.parse(clock.now()) });
        const model = scriptedModel(Array.from({ length: HOLDS }, () => answer('x')));
        return openEngine({
          crews,
          journal,
          models: () => model,
          log: pino({ level: 'silent' }),
          clock,
          limits: { stopGraceMs: 10 },
        });
      };
      try {
        let engine = await open();
        const started = [];
        for (let n = 0; n < HOLDS; n++) {
          const crew = crews[n % 3]!.name;
          started.push((await engine.start(crew, {}, { requestedBy: 'user:rita' })).id);
          clock.advance(draw(BETWEEN_STARTS_MS));
        }
        for (const id of started) await engine.settled(id);
        let restarts = 0;
        for (let passed = 0; passed < 9 * HOUR; restarts++) {
          await engine.close();
          const ms = HOUR / 2 + draw(HOUR);
          clock.advance(ms);
          passed += ms;
          engine = await open();
          // One sweep at the start, and one of the ordinary ones.
          clock.advance(1_000);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        for (const [n, id] of started.entries()) {
          await expect
            .poll(async () => (await engine.run(id)).status, { timeout: 10_000 })
            .toBe(['failed', 'completed', 'held'][n % 3]);
          const types = (await eventsOf(engine.journal, id)).map(({ type }) => type);
          const fired = types.filter((type) => /reminded|expired|escalated/.test(type));
          expect(fired).toEqual(['hold.reminded', n % 3 === 2 ? 'hold.escalated' : 'hold.expired']);
          await checkRun(engine.journal, id);
        }
        await engine.close();
        return {
          trials: HOLDS,
          note: `${restarts} restarts; each reminder and each deadline fired once, late ones at the next start`,
        };
      } finally {
        await folder.remove();
      }
    }),
);
