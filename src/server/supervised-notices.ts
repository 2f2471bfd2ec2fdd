import { setTimeout as wait } from 'node:timers/promises';
import type { ActionId, RunId } from '../ids.ts';
import type { Engine } from '../runner/engine.ts';
import type { Broadcast } from './broadcasts.ts';
import type { ServerLog } from './server-log.ts';
import { supervisedActions } from './supervised-actions.ts';

interface Given {
  readonly engine: Pick<Engine, 'stateAt'>;
  readonly broadcast: Broadcast;
  readonly log: ServerLog;
}

/** How many times as long as a reading took nothing is read of its run, so that a long one that acts all the time does not keep the server busy. */
const REST = 10;

/** Tells of actions that ran without anybody being asked, so that a person can still undo them. Of a run in one reading at a time. */
export class SupervisedNotices {
  readonly #given: Given;
  readonly #ran = new Map<RunId, Set<ActionId>>();

  constructor(given: Given) {
    this.#given = given;
  }

  add(runId: RunId, actions: Iterable<ActionId>): void {
    const before = this.#ran.get(runId);
    const waiting = before ?? new Set<ActionId>();
    for (const action of actions) waiting.add(action);
    if (before || waiting.size === 0) return;
    this.#ran.set(runId, waiting);
    void this.#tellOf(runId, waiting);
  }

  async #tellOf(runId: RunId, waiting: Set<ActionId>): Promise<void> {
    while (waiting.size > 0) {
      const ran = new Set(waiting);
      waiting.clear();
      const began = performance.now();
      await this.#tell(runId, ran);
      await wait(REST * (performance.now() - began), undefined, { ref: false });
    }
    this.#ran.delete(runId);
  }

  async #tell(runId: RunId, ran: ReadonlySet<ActionId>): Promise<void> {
    const { engine, broadcast, log } = this.#given;
    try {
      const { actions } = await engine.stateAt(runId);
      for (const action of supervisedActions(runId, actions).reverse()) {
        const { state: _state, audits: _audits, undoFailure: _undoFailure, ...notice } = action;
        if (ran.has(notice.actionId)) broadcast('notice:supervised', notice);
      }
    } catch (err) {
      log.error({ err, runId }, 'a supervised action was not announced; `actions:list` has it');
    }
  }
}
