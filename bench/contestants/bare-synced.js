import { bareLoop } from './bare-loop.js';
import { takePart } from './take-part.js';

/** With what a careful program would do on the same store: a row a run, synced after each task and before an approval is acted on. */
await takePart({
  name: 'bare-synced',
  stores: ['sqlite', 'postgres'],
  open: (setting) => bareLoop({ ...setting, synced: true }),
});
