import { postgresHints } from '../../src/server/hints/postgres-hints.ts';

/** A process that hears of other nodes: `node hints-main.ts URL`. Prints what it logs, and closes when its stdin does. */
const [url = ''] = process.argv.slice(2);
const print = (_data: object, message = '') => void process.stdout.write(`${message}\n`);
const hints = await postgresHints({ url, timeoutMs: 1_500, log: { info: print, warn: print, error: print } });
print({}, 'listens');
process.stdin.on('end', () => void hints.close()).resume();
