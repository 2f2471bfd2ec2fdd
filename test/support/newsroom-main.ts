import pino from 'pino';
import { openHoldpoint } from '../../src/index.ts';
import crew from '../fixtures/crews/newsroom.crew.ts';

/** A node of its own: `node newsroom-main.ts DATABASE`. Starts a run, prints its id, and is at the last task for ever. */
const [database = ''] = process.argv.slice(2);
let calls = 0;
const holdpoint = await openHoldpoint({
  crews: [crew],
  database,
  log: pino({ level: 'silent' }),
  model: {
    type: 'model',
    name: 'stuck',
    respond: () => {
      if (++calls > 1) {
        process.stdout.write('stuck\n');
        return new Promise(() => undefined);
      }
      const text = JSON.stringify({ output: 'facts', reasoning: 'r', confidence: 0.9 });
      return Promise.resolve({ model: 'stuck', text, toolCalls: [], usage: { inputTokens: 1, outputTokens: 1 } });
    },
  },
});
const { id } = await holdpoint.start('newsroom', { topic: 'tea' }, { requestedBy: 'user:ana' });
process.stdout.write(`${id}\n`);
setInterval(() => undefined, 1_000);
