import { pino } from 'pino';
import { openSqliteJournal } from '../../../src/journal/sqlite-journal.ts';
import { openEngine } from '../../../src/runner/open-engine.ts';
import { serveReview } from '../../../src/server/serve.ts';
import { DESK_CREWS } from './desk-crews.ts';
import { type Plan, plannedModel } from './planned-model.ts';

/** The review server in a process that can be killed. Its model says the plans that it is given, as `case-1`, `case-2`, …. */
const { database, port, pageFolder, plans } = JSON.parse(process.argv[2] ?? '{}') as {
  database: string;
  port: number;
  pageFolder: string;
  plans: readonly Plan[];
};
const model = plannedModel();
for (const plan of plans) model.plan(plan);
const log = pino({ level: 'silent' });
const journal = await openSqliteJournal({ path: database });
const engine = await openEngine({ crews: DESK_CREWS, journal, models: () => model, log });
const { url } = await serveReview({ engine, log, port, pageFolder });
process.stdout.write(`${JSON.stringify({ url })}\n`);
// It never outlives who started it.
process.stdin.resume().once('end', () => process.exit());
