import { HoldpointError } from '../../errors.ts';
import type { Hold } from '../../hooks/hold.ts';
import { answerHold } from '../answer-hold.ts';
import { openToRead, servedAt } from '../database.ts';
import { requireToken, serverOf } from '../desk.ts';
import { HoldQueue } from '../hold-queue.ts';
import { listPages } from '../list-pages.ts';
import type { ServerOptions } from '../options.ts';
import { note } from '../print.ts';
import { setting } from '../settings.ts';
import { stopSignal } from '../stop-signals.ts';
import { Interrupted, requireTerminal } from '../terminal.ts';

/** Asks about each open hold of a server as it comes, oldest first, until Ctrl-C. */
export async function review(options: ServerOptions): Promise<number> {
  const terminal = requireTerminal();
  const server = serverOf(options) ?? {
    url: await urlOf(options),
    token: options.token ?? setting('HOLDPOINT_TOKEN'),
  };
  const signal = stopSignal({ message: '' });
  const { connectReview } = await import('../../client/review-client.ts');
  await using client = await connectReview(server.url, { token: requireToken(server), signal });
  const { user } = await client.me();
  const queue = new HoldQueue({ user, signal });
  client.on('hold:opened', (hold) => queue.add(hold));
  client.on('hold:updated', (hold) => queue.add(hold));
  const readList = async () => {
    const pages = listPages<Hold>({ limit: 200, all: true }, async (page) => {
      const { holds, cursor } = await client.holds.list({ status: 'open', ...page });
      return { items: holds, cursor };
    });
    const found: Hold[] = [];
    for await (const holds of pages) found.push(...holds);
    // A list begins with the newest.
    for (const hold of found.reverse()) queue.add(hold);
  };
  // Whatever opened while the connection was lost is found in the list.
  client.on('connected', () => void readList().catch(() => undefined));
  await readList();
  note(`Reviewing at ${server.url} as ${user}. Ctrl-C ends it.`);
  try {
    for (;;) {
      if (queue.isEmpty) note('Nothing to review; waiting.');
      await answerHold(client, await queue.next(), { ...terminal, signal });
    }
  } catch (error) {
    if (error instanceof Interrupted || signal.aborted) return 0;
    throw error;
  }
}

/** The server of the database, where there is one. */
async function urlOf(options: ServerOptions): Promise<string> {
  const journal = await openToRead(options);
  try {
    const url = await servedAt(journal);
    if (url !== null) return url;
  } finally {
    await journal.close();
  }
  throw new HoldpointError(
    'USAGE',
    'No server serves this database. Start one with `holdpoint serve FILE`, or name one with --url.',
  );
}
