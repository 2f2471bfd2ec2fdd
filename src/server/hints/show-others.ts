import type { RunId } from '../../ids.ts';
import type { Delta, Engine } from '../../runner/engine.ts';
import type { Told } from '../broadcasts.ts';
import type { ServerLog } from '../server-log.ts';
import { ForeignCommits } from './foreign-commits.ts';
import type { Hints } from './hints.ts';
import { TOLD_AGAIN_MS } from './watched-elsewhere.ts';

/** So that they fit into a notification. */
const RUNS_A_MESSAGE = 100;

/** `broadcast` and `updates`: to the sockets of this node. */
interface Given extends Told {
  readonly hints: Hints;
  readonly engine: Engine;
  readonly log: ServerLog;
  readonly sendDelta: (delta: Delta) => void;
  /** Whether anybody is connected here. */
  readonly isAnybodyHere: () => boolean;
  /** The runs that are watched here, or are about to be. */
  readonly watchedHere: () => readonly RunId[];
  readonly wakeWatchers: (runId: RunId) => void;
  /** Ends the connections, whose clients come back by themselves and read everything anew. */
  readonly reconnectAll: () => void;
}

/** Shows the people at this node what the others do. */
export class ShowOthers {
  readonly #given: Given;
  readonly #unhear: () => void;
  readonly #timer: NodeJS.Timeout;

  constructor(given: Given) {
    const foreign = new ForeignCommits(given);
    this.#given = given;
    this.#unhear = given.hints.hear({
      committed: (commits) => {
        for (const commit of commits) {
          given.wakeWatchers(commit.runId);
          if (given.isAnybodyHere()) foreign.add(commit);
        }
      },
      delta: given.sendDelta,
      missed: () => {
        given.reconnectAll();
        this.#tellWatched();
      },
    });
    this.#timer = setInterval(() => this.#tellWatched(), TOLD_AGAIN_MS).unref();
  }

  /** Somebody begins to watch it here: whoever drives it is to stream. */
  watched(runId: RunId): void {
    this.#given.hints.tell('watched', [runId]);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#unhear();
  }

  #tellWatched(): void {
    const runs = [...this.#given.watchedHere()];
    while (runs.length > 0) this.#given.hints.tell('watched', runs.splice(0, RUNS_A_MESSAGE));
  }
}
