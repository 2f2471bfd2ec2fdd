import { messageOf } from '../errors.ts';
import type { RunId } from '../ids.ts';
import type { HandOut, Taken } from '../journal/hand-out.ts';
import type { Journal, NodeRow } from '../journal/journal.ts';
import type { Clock } from './clock.ts';
import type { RunnerLog } from './context.ts';
import { isAlive, isGone } from './node-life.ts';

const RENEW_MS = 5_000;
/** A node that is merely silent stays on the list so long: it may be frozen, and then what it began is not over. */
const FORGET_MS = 3_600_000;

interface Given {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: RunnerLog;
  readonly wants: (runId: RunId) => boolean;
}

/**
 * Hands out the runs of a journal that the processes of one machine share: by looking through the rows that are marked. Those of a
 * node whose process is gone, or which was silent for 15 seconds, can be had.
 */
export class EmbeddedHandOut implements HandOut {
  readonly countsCrews = false;
  readonly leads = true;
  readonly #given: Given;
  #node: NodeRow | null = null;
  #stopRenewing: () => void = () => undefined;

  constructor(given: Given) {
    this.#given = given;
  }

  async join(node: NodeRow): Promise<void> {
    const { journal, clock, log } = this.#given;
    this.#node = node;
    await this.#buryDead();
    await journal.enter(node);
    this.#stopRenewing = clock.every(RENEW_MS, () => {
      journal
        .renew(node.id, clock.now())
        .catch((error: unknown) => log.error({ err: error }, `node not renewed: ${messageOf(error)}`));
    });
  }

  async take(limit: number, crews: ReadonlyMap<string, number>): Promise<Taken[]> {
    const { journal, clock, wants } = this.#given;
    const now = Date.parse(clock.now());
    const alive = (await journal.nodes()).filter((node) => isAlive(node, now)).map(({ id }) => id);
    const room = new Map(crews);
    const wanted: RunId[] = [];
    for (const runId of await journal.orphans(alive)) {
      if (wanted.length >= limit) break;
      if (!wants(runId)) continue;
      const crew = (await journal.run(runId))?.summary.crew ?? '';
      const left = room.get(crew) ?? 0;
      if (left <= 0) continue;
      room.set(crew, left - 1);
      wanted.push(runId);
    }
    const claims = await Promise.all(wanted.map((runId) => this.claim(runId)));
    return claims.filter((claim) => claim !== null);
  }

  async claim(runId: RunId): Promise<Taken | null> {
    const claimed = await this.#given.journal.claim(runId, this.#node?.id ?? '');
    return claimed && { runId, ...claimed };
  }

  async sweep(): Promise<void> {
    await this.#buryDead();
  }

  async leave(): Promise<void> {
    this.#stopRenewing();
    if (this.#node) await this.#given.journal.leave(this.#node.id);
  }

  async #buryDead(): Promise<void> {
    const { journal, clock, log } = this.#given;
    const now = Date.parse(clock.now());
    for (const node of await journal.nodes()) {
      const isForgotten = now - Date.parse(node.seenAt) > FORGET_MS;
      if (node.id === this.#node?.id || !(isGone(node) || isForgotten)) continue;
      log.warn({ nodeId: node.id, pid: node.pid, seenAt: node.seenAt }, 'a node is gone');
      await journal.leave(node.id);
    }
  }
}
