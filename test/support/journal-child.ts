import type { HoldpointError } from '../../src/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { appendOf, commented, proposed, runId } from './sample-journal.ts';

/**
 * Another process on the same database: `node journal-child.ts PATH COMMAND …`. Prints one line of JSON for everything that
 * was acknowledged to it, after it was.
 */
const [path = '', command = '', ...names] = process.argv.slice(2);
const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

/** Appends to a run until it is killed or refused. */
async function appendForever(journal: Journal, name: string): Promise<never> {
  const run = runId(name);
  let { batch, head } = appendOf(run);
  for (;;) {
    await journal.append(batch);
    print({ run, seq: head.seq, hash: head.hash });
    ({ batch, head } = appendOf(run, { head, drafts: [proposed('x'.repeat(1_500)), commented('h' as never, 'y')] }));
  }
}

const journal = await openSqliteJournal({ path });
try {
  if (command === 'claim') print({ claimed: await journal.claim(runId(names[0] ?? ''), 'node_child') });
  else await Promise.all(names.map((name) => appendForever(journal, name)));
} catch (error) {
  const { code, message } = error as HoldpointError;
  print({ code, message });
  process.exit(0);
}
await journal.close();
