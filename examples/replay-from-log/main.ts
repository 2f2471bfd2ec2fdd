/**
 * A run is derived again from a log file alone: the server writes its journal into its log, the database is deleted, and
 * `replay` reads the log. `node examples/replay-from-log/main.ts` (after `npm run build`) prints
 *
 *     ran: completed, … events in the log
 *     the database is gone
 *     replayed: completed, … events, all that the crew derives compared: …
 *     at event 5: held, "Dear Ben, see you in June."
 *     no model was asked: 0 requests
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectReview } from 'holdpoint/client';
import { holdpoint, serve } from '../command-line.ts';

const folder = process.env.EXAMPLE_FOLDER ?? mkdtempSync(join(tmpdir(), 'holdpoint-example-'));
const crew = fileURLToPath(new URL('crew.ts', import.meta.url));
const database = join(folder, 'holdpoint.db');
const log = join(folder, 'holdpoint.log');
process.env.HOLDPOINT_DATABASE = `file:${database}`;

// 1. A run, with every committed event as a line of the log.
const server = await serve(crew, '--log-journal', '--log-file', log);
const who = ['--user', 'ana', '--role', 'reviewer', '--role', 'operator'];
const { token } = JSON.parse(await holdpoint('token', 'create', ...who, '--json')) as { token: string };
const review = await connectReview(server.url, { token });
review.on('hold:opened', (hold) => review.decide(hold, { verdict: 'approve' }));
const { id } = await review.runs.start('letters', { to: 'Ben' });
for await (const { type } of review.runs.watch(id)) if (type === 'run.completed') break;
const { status } = await review.runs.get(id);
await review.close();
await server.stop();
const logged = readFileSync(log, 'utf8')
  .split('\n')
  .filter((line) => line.includes('"msg":"journal"'));
console.log(`ran: ${status}, ${logged.length} events in the log`);

// 2. Nothing is left but the log, and a model server that counts who asks it.
for (const suffix of ['', '-wal', '-shm']) rmSync(`${database}${suffix}`, { force: true });
console.log('the database is gone');
let requests = 0;
const counter = createServer((_request, response) => {
  requests++;
  response.writeHead(500).end();
}).listen(0, '127.0.0.1');
await new Promise((resolve) => counter.once('listening', resolve));
process.env.OPENAI_BASE_URL = `http://127.0.0.1:${(counter.address() as AddressInfo).port}/v1`;

// 3. The replay, compared event by event with what the crew's code does now.
const whole = await replay('--crew', crew);
console.log(
  `replayed: ${whole.state.summary.status}, ${whole.count} events, all that the crew derives compared: ${whole.compared}`,
);
const held = await replay('--at', '5');
console.log(`at event 5: ${held.state.summary.status}, ${JSON.stringify(held.state.tasks.letter?.proposal)}`);
console.log(`no model was asked: ${requests} requests`);
counter.close();

interface Replayed {
  readonly count: number;
  readonly compared: number;
  readonly state: {
    readonly summary: { readonly status: string };
    readonly tasks: Readonly<Record<string, { readonly proposal: unknown }>>;
  };
}

async function replay(...options: string[]): Promise<Replayed> {
  return JSON.parse(await holdpoint('replay', log, ...options, '--json')) as Replayed;
}
