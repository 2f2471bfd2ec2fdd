import type { RunId } from '../../ids.ts';
import { openedIn } from '../../runner/announcements.ts';
import type { Commit } from '../../runner/engine.ts';
import { supervisedIn } from '../broadcasts.ts';
import type { CommitHint } from './hints.ts';

/** Commits are told at once after a quiet moment, and else together, so often. */
const TOGETHER_MS = 20;
/** So that most messages fit into a notification. */
const RUNS_A_MESSAGE = 40;

/** What this node commits, as the others are told: by run, however many commits of it there were. */
export class CommitHints {
  readonly #tell: (hints: readonly CommitHint[]) => void;
  #pending = new Map<RunId, CommitHint>();
  #timer: NodeJS.Timeout | null = null;

  constructor(tell: (hints: readonly CommitHint[]) => void) {
    this.#tell = tell;
  }

  add(commit: Commit): void {
    const { runId } = commit;
    this.#pending.set(runId, merge(this.#pending.get(runId), hintOf(commit)));
    if (this.#timer) return;
    this.#flush();
    this.#timer = setTimeout(() => this.#tick(), TOGETHER_MS);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#flush();
  }

  #tick(): void {
    this.#timer = this.#pending.size > 0 ? setTimeout(() => this.#tick(), TOGETHER_MS) : null;
    this.#flush();
  }

  #flush(): void {
    const hints = [...this.#pending.values()];
    this.#pending = new Map();
    for (let start = 0; start < hints.length; start += RUNS_A_MESSAGE)
      this.#tell(hints.slice(start, start + RUNS_A_MESSAGE));
  }
}

function hintOf(commit: Commit): CommitHint {
  const { runId, events, holds } = commit;
  const opened = openedIn(events);
  return { runId, holds: holds.map(({ id }) => ({ id, opened: opened.has(id) })), actions: [...supervisedIn(commit)] };
}

/** Both as one; a hold that was opened and changed since was opened. */
export function merge(first: CommitHint | undefined, second: CommitHint): CommitHint {
  if (!first) return second;
  const holds = new Map(first.holds.map((hold) => [hold.id, hold]));
  for (const { id, opened } of second.holds) holds.set(id, { id, opened: opened || (holds.get(id)?.opened ?? false) });
  return { ...second, holds: [...holds.values()], actions: [...new Set([...first.actions, ...second.actions])] };
}
