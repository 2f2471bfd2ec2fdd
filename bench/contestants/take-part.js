import { parseArgs } from 'node:util';
import { MODES } from './modes.js';

/** @import { Entry, Held, Store } from './contestant.js' */

const OPTIONS = /** @type {const} */ ({
  mode: { type: 'string', default: 'throughput' },
  tasks: { type: 'string', default: '5' },
  runs: { type: 'string', default: '100' },
  concurrency: { type: 'string', default: '8' },
  warmup: { type: 'string', default: '20' },
  store: { type: 'string', default: 'none' },
  hold: { type: 'string', default: 'none' },
  db: { type: 'string', default: 'bench-data' },
  'base-url': { type: 'string', default: 'http://127.0.0.1:8080/v1' },
  run: { type: 'string', default: '' },
  prefix: { type: 'string', default: 'r' },
  linger: { type: 'string', default: '' },
});

/**
 * Reads the command line, has the contestant do what it asks for, and prints the result as one line.
 * @param {Entry} entry
 */
export async function takePart(entry) {
  const { values } = parseArgs({ options: OPTIONS });
  const { mode, db, prefix, run, linger } = values;
  const store = /** @type {Store} */ (values.store);
  const hold = /** @type {Held} */ (values.hold);
  const [tasks, runs, concurrency, warmup] = [values.tasks, values.runs, values.concurrency, values.warmup].map(Number);
  const say = (/** @type {object} */ result) =>
    console.log(JSON.stringify({ contestant: entry.name, mode, store, hold, tasks, runs, ...result }));
  const perform = MODES[mode];
  if (!perform) throw new Error(`There is no mode ${mode}; there are ${Object.keys(MODES).join(', ')}.`);
  if (!entry.stores.includes(store)) return say({ unsupported: true });
  const setting = { baseURL: values['base-url'], model: 'mock', store, database: db, tasks: tasks ?? 0, hold };
  const contestant = await entry.open(setting);
  const given = { runs: runs ?? 0, concurrency: concurrency ?? 1, warmup: warmup ?? 0, prefix, run, mode };
  say(await perform(contestant, { ...setting, ...given }));
  if (linger !== '') {
    setInterval(() => undefined, 60_000);
    return;
  }
  await contestant.close();
}
