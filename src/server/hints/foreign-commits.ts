import type { RunId } from '../../ids.ts';
import { announcementsAfter } from '../../runner/announcements.ts';
import type { Engine } from '../../runner/engine.ts';
import { announce, type Told } from '../broadcasts.ts';
import type { ServerLog } from '../server-log.ts';
import { SupervisedNotices } from '../supervised-notices.ts';
import { merge } from './commit-hints.ts';
import type { CommitHint } from './hints.ts';

interface Given extends Told {
  readonly engine: Engine;
  readonly log: ServerLog;
}

/** How many runs are read at once, beside all that the node reads for itself. */
const AT_ONCE = 2;

/** Shows the people at this node what other nodes committed, as the journal has it by then: a busy run is read once for many commits. */
export class ForeignCommits {
  readonly #given: Given;
  readonly #notices: SupervisedNotices;
  readonly #pending = new Map<RunId, CommitHint>();
  #readers = 0;

  constructor(given: Given) {
    this.#given = given;
    this.#notices = new SupervisedNotices(given);
  }

  add(hint: CommitHint): void {
    this.#pending.set(hint.runId, merge(this.#pending.get(hint.runId), hint));
    if (this.#readers < AT_ONCE) void this.#readOn();
  }

  async #readOn(): Promise<void> {
    this.#readers++;
    for (const [runId, hint] of this.#pending) {
      this.#pending.delete(runId);
      await this.#show(hint);
    }
    this.#readers--;
  }

  async #show({ runId, holds: changed, actions }: CommitHint): Promise<void> {
    const { engine, log } = this.#given;
    try {
      const [row, ...holds] = await Promise.all([
        engine.journal.run(runId),
        ...changed.map(({ id }) => engine.journal.hold(id)),
      ]);
      // It was removed meanwhile.
      if (!row) return;
      const opened = new Set(changed.flatMap(({ id, opened }) => (opened ? [id] : [])));
      announce(
        announcementsAfter({ opened, holds: holds.flatMap((hold) => hold ?? []), summary: row.summary }),
        this.#given,
      );
      this.#notices.add(runId, actions);
    } catch (err) {
      log.error({ err, runId }, 'what another node did was not shown; lists have it');
    }
  }
}
