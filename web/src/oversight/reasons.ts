import type { ActionType } from './use-action-types.ts';

/** One reason's code, over all action types. */
export interface RejectedFor {
  readonly code: string;
  readonly count: number;
  /** What somebody wrote, where anybody did. */
  readonly said: string | null;
  /** The types that it was given for, the most frequent first. */
  readonly types: readonly { readonly name: string; readonly count: number }[];
}

/** What rejected and changed proposals of one type have in common beside the reason that was given. */
export interface InCommon {
  readonly key: string;
  readonly name: string;
  readonly by: 'agent' | 'argument' | 'changed';
  readonly what: string;
  readonly count: number;
  /** Of how many that were decided and have it in common; for what was changed, of all. */
  readonly of: number;
  readonly said: string | null;
}

type Recorded = Pick<ActionType, 'key' | 'tool' | 'task' | 'reasons'> & {
  readonly decisions: Pick<ActionType['decisions'], 'total'>;
};

export function nameOf({ tool, task, key }: Pick<ActionType, 'tool' | 'task' | 'key'>): string {
  return tool ?? task ?? key;
}

/** Why people reject or change: the reasons that they chose, the most frequent first. Agents and arguments are no reasons. */
export function rejectedFor(types: readonly Recorded[]): RejectedFor[] {
  const byCode = new Map<string, RejectedFor>();
  for (const type of types) {
    for (const { by, what: code, count, said } of type.reasons) {
      if (by !== 'code') continue;
      const known = byCode.get(code) ?? { code, count: 0, said: null, types: [] };
      byCode.set(code, {
        ...known,
        count: known.count + count,
        said: known.said ?? said[0] ?? null,
        types: withCount(known.types, nameOf(type), count),
      });
    }
  }
  return [...byCode.values()].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

/** Patterns that somebody can act on. An agent is one only where a type has another to compare it with. */
export function inCommon(types: readonly Recorded[]): InCommon[] {
  return types
    .flatMap((type) => {
      const agents = type.reasons.filter(({ by }) => by === 'agent').length;
      return type.reasons.flatMap(({ by, what, count, of, said }): InCommon[] =>
        by === 'code' || (by === 'agent' && agents < 2)
          ? []
          : [
              {
                key: type.key,
                name: nameOf(type),
                by,
                what,
                count,
                // Every change is one of a change; it says more of how many were decided.
                of: by === 'changed' ? type.decisions.total : of,
                said: said[0] ?? null,
              },
            ],
      );
    })
    .sort((a, b) => b.count - a.count || b.count / b.of - a.count / a.of);
}

function withCount(types: RejectedFor['types'], name: string, count: number): RejectedFor['types'] {
  const before = types.find((type) => type.name === name)?.count ?? 0;
  return [...types.filter((type) => type.name !== name), { name, count: before + count }].sort(
    (a, b) => b.count - a.count,
  );
}
