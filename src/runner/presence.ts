import { messageOf } from '../errors.ts';
import type { Journal, NodeRow, SeenNode } from '../journal/journal.ts';
import type { Clock } from './clock.ts';
import type { RunnerLog } from './context.ts';
import { isGone, silenceMs } from './node-life.ts';

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
  #node: NodeRow | null = null;
  #stopRenewing: () => void = () => undefined;

  constructor(given: Given) {
    this.#given = given;
  }

  async enter(node: NodeRow): Promise<void> {
    const { journal, clock, log } = this.#given;
    this.#node = node;
    await this.buryDead();
    await journal.enter(node);
    this.#stopRenewing = clock.every(RENEW_MS, () => {
      this.#renew().catch((error: unknown) => log.error({ err: error }, `node not renewed: ${messageOf(error)}`));
    });
  }

  /** Where reviewers reach this node; null: nowhere. */
  async announce(url: string | null): Promise<void> {
    if (!this.#node) return;
    this.#node = { ...this.#node, url };
    await this.#enterAgain();
  }

  async leave(): Promise<void> {
    this.#stopRenewing();
    const { id } = this.#node ?? {};
    this.#node = null;
    if (id !== undefined) await this.#given.journal.leave(id);
  }

  async buryDead(): Promise<void> {
    const { journal, log } = this.#given;
    for (const { id, pid, host, seenAt } of await this.#dead()) {
      if (id === this.#node?.id) continue;
      log.warn({ nodeId: id, pid, host, seenAt }, 'a node is gone');
      await journal.leave(id);
    }
  }

  /** Who was silent for so long that it was taken off the list enters again. */
  async #renew(): Promise<void> {
    const { journal, clock } = this.#given;
    if (this.#node && !(await journal.renew(this.#node.id, clock.now()))) await this.#enterAgain();
  }

  async #enterAgain(): Promise<void> {
    const { journal, clock } = this.#given;
    if (this.#node) await journal.enter({ ...this.#node, seenAt: clock.now() });
  }

  /** A silent node that still owns a run stays: whoever takes the run must know that it may be frozen. */
  async #dead(): Promise<SeenNode[]> {
    const { journal, clock } = this.#given;
    const now = Date.parse(clock.now());
    const nodes = await journal.nodes();
    const isForgotten = (node: SeenNode) => silenceMs(node, now) > FORGET_MS;
    const owners = nodes.some(isForgotten) ? (await journal.underWay()).map(({ owner }) => owner) : [];
    return nodes.filter((node) => isGone(node) || (isForgotten(node) && !owners.includes(node.id)));
  }
}
