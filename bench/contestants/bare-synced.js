import { bareLoop } from './bare-loop.js';
import { takePart } from './take-part.js';

/** With what a careful program would do on the same store: a row a run in an SQLite file, synced after each task. */
await takePart({
  name: 'bare-synced',
  stores: ['sqlite'],
  open: (setting) => bareLoop({ ...setting, synced: true }),
});
