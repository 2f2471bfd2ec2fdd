import { HoldpointError } from '../../errors.ts';
import { answerHold } from '../answer-hold.ts';
import { openToRead, servedAt } from '../database.ts';
import { requireToken, serverOf } from '../desk.ts';
import type { ServerOptions } from '../options.ts';
import { note } from '../print.ts';
import { stopSignal } from '../stop-signals.ts';
import { Interrupted, requireTerminal } from '../terminal.ts';

/** Asks about each open hold of a server as it comes, oldest first, until Ctrl-C. */
export async function review(options: ServerOptions): Promise<number> {
  const terminal = requireTerminal();
  const server = serverOf(options) ?? {
    url: await urlOf(options),
    token: options.token ?? process.env.HOLDPOINT_TOKEN,
  };
  const signal = stopSignal({ message: '' });
  const { connectReview } = await import('../../client/review-client.ts');
  await using client = await connectReview(server.url, { token: requireToken(server), signal });
  const queue = new HoldQueue();
  client.on('hold:opened', ({ id }) => queue.add(id));
  client.on('hold:updated', ({ id, status }) => status === 'open' && queue.add(id));
  const readList = async () => {
    const { holds } = await client.holds.list({ status: 'open', limit: 200 });
    for (const { id } of holds.reverse()) queue.add(id);
  };
  // Whatever opened while the connection was lost is found in the list.
  client.on('connected', () => void readList().catch(() => undefined));
  await readList();
  const { user } = await client.me();
  note(`Reviewing at ${server.url} as ${user}. Ctrl-C ends it.`);
  try {
    for (;;) {
      if (queue.isEmpty) note('Nothing to review; waiting.');
      const holdId = await queue.next(signal);
      await answerHold(client, holdId, { ...terminal, signal });
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

/** Holds to look at, each once at a time, in the order they came. */
class HoldQueue {
  readonly #ids = new Set<string>();
  #wake = () => {};

  get isEmpty(): boolean {
    return this.#ids.size === 0;
  }

  add(id: string): void {
    this.#ids.add(id);
    this.#wake();
  }

  async next(signal: AbortSignal): Promise<string> {
    for (;;) {
      signal.throwIfAborted();
      const [first] = this.#ids;
      if (first !== undefined) {
        this.#ids.delete(first);
        return first;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}
