import { messageOf } from '../errors.ts';
import type { Journal, NodeRow } from '../journal/journal.ts';
import type { Clock } from './clock.ts';
import type { RunnerLog } from './context.ts';
import { isGone } from './node-life.ts';

const RENEW_MS = 5_000;
/** A node that is merely silent stays on the list so long: it may be frozen, and then what it began is not over. */
const FORGET_MS = 3_600_000;

interface Given {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: RunnerLog;
}

/** This process on the journal's list of nodes, and nodes taken from it that are no more. */
export class Presence {
  readonly #given: Given;
  #nodeId: string | null = null;
  #stopRenewing: () => void = () => undefined;

  constructor(given: Given) {
    this.#given = given;
  }

  async enter(node: NodeRow): Promise<void> {
    const { journal, clock, log } = this.#given;
    this.#nodeId = node.id;
    await this.buryDead();
    await journal.enter(node);
    this.#stopRenewing = clock.every(RENEW_MS, () => {
      journal
        .renew(node.id, clock.now())
        .catch((error: unknown) => log.error({ err: error }, `node not renewed: ${messageOf(error)}`));
    });
  }

  async leave(): Promise<void> {
    this.#stopRenewing();
    if (this.#nodeId !== null) await this.#given.journal.leave(this.#nodeId);
  }

  async buryDead(): Promise<void> {
    const { journal, clock, log } = this.#given;
    const now = Date.parse(clock.now());
    for (const node of await journal.nodes()) {
      const isForgotten = now - Date.parse(node.seenAt) > FORGET_MS;
      if (node.id === this.#nodeId || !(isGone(node) || isForgotten)) continue;
      log.warn({ nodeId: node.id, pid: node.pid, seenAt: node.seenAt }, 'a node is gone');
      await journal.leave(node.id);
    }
  }
}
