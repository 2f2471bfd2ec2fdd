/** A clean or bad item of evidence, with who saw it and when. */
export interface Item {
  readonly runId: string;
  readonly id: string;
  readonly proposedAt: string;
  readonly bad: boolean;
  /** Somebody looked at it after it ran. */
  readonly audited: boolean;
  readonly at: string;
  readonly looks: readonly { readonly by: string; readonly at: string }[];
}

/** Nobody reads and decides twice within a second: what comes faster was one look at many. */
const BATCH_MS = 1_000;

/**
 * Items that are one piece of evidence become one: all of a run, since an agent repeats itself there, and all that a person
 * decided in one go. Such a group is bad if any of it is. The answer does not depend on the order of `items`; oldest first.
 */
export function countOnce(items: readonly Item[]): Item[] {
  const sorted = [...items].sort(byTime);
  const groups = new Groups(sorted.length);
  const ofRun = new Map<string, number>();
  const lookedAt = new Map<string, { ms: number; index: number }[]>();
  for (const [index, { runId, looks }] of sorted.entries()) {
    groups.join(index, ofRun.get(runId) ?? index);
    ofRun.set(runId, index);
    for (const { by, at } of looks) {
      const seen = lookedAt.get(by) ?? [];
      seen.push({ ms: Date.parse(at), index });
      lookedAt.set(by, seen);
    }
  }
  for (const seen of lookedAt.values()) {
    seen.sort((a, b) => a.ms - b.ms);
    for (const [place, look] of seen.entries()) {
      const before = seen[place - 1];
      if (before && look.ms - before.ms < BATCH_MS) groups.join(look.index, before.index);
    }
  }
  const merged = new Map<number, Item>();
  for (const [index, item] of sorted.entries()) {
    const root = groups.rootOf(index);
    const known = merged.get(root);
    merged.set(root, known ? merge(known, item) : item);
  }
  return [...merged.values()].sort(byTime);
}

function merge(a: Item, b: Item): Item {
  const { runId, id, proposedAt } = a;
  return {
    ...{ runId, id, proposedAt, bad: a.bad || b.bad, audited: a.audited || b.audited },
    at: a.at > b.at ? a.at : b.at,
    looks: [...a.looks, ...b.looks],
  };
}

function byTime(a: Item, b: Item): number {
  return compare(a.at, b.at) || compare(a.runId, b.runId) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Disjoint sets of numbers from 0. */
class Groups {
  readonly #parents: number[];

  constructor(size: number) {
    this.#parents = Array.from({ length: size }, (_, index) => index);
  }

  rootOf(index: number): number {
    let root = index;
    for (;;) {
      const parent = this.#parents[root] ?? root;
      if (parent === root) break;
      root = parent;
    }
    this.#parents[index] = root;
    return root;
  }

  join(a: number, b: number): void {
    this.#parents[this.rootOf(a)] = this.rootOf(b);
  }
}
