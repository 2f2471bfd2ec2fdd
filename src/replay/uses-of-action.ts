import type { CrewConfigData } from '../crew/crew-config.ts';
import type { RunEvent, RunEventOf } from '../crew/events.ts';
import type { ActionId } from '../ids.ts';

/** Something that had an action's result before it: a later answer in its task, a task that started from what came of it, or its action. */
export interface Use {
  readonly kind: 'answer' | 'task' | 'action';
  readonly task: string;
  readonly seq: number;
}

export interface Uses {
  /** In order, the first 100; empty: nothing has seen the result yet. */
  readonly usedBy: readonly Use[];
  /** How many there are in all. */
  readonly useCount: number;
  /** Where to fork to take the run back to before its agent asked for the action; null where that is not in the journal. */
  readonly takeBackSeq: number | null;
}

/** What used an action's result, directly or through the outputs that came of it. Undoing the action does not undo any of that. */
export function usesOfAction(events: readonly RunEvent[], actionId: ActionId): Uses {
  const proposed = events.find(
    (event): event is RunEventOf<'action.proposed'> =>
      event.type === 'action.proposed' && event.data.actionId === actionId,
  );
  const done = events.find((event) => event.type === 'action.succeeded' && event.data.actionId === actionId);
  if (!proposed) return UNKNOWN_USES;
  const asked = events.findLast(
    (event) => event.type === 'model.responded' && event.seq < proposed.seq && event.data.task === proposed.data.task,
  );
  const takeBackSeq = asked ? asked.seq - 1 : null;
  const uses = done ? usesAfter(events, done.seq, proposed.data.task) : [];
  return { usedBy: uses.slice(0, MAX_USES), useCount: uses.length, takeBackSeq };
}

/** Of an action that the journal does not tell of (any more). */
export const UNKNOWN_USES: Uses = { usedBy: [], useCount: 0, takeBackSeq: null };

/** A long run would say as much of each of its actions as its journal is long. */
const MAX_USES = 100;

function usesAfter(events: readonly RunEvent[], after: number, task: string): Use[] {
  const uses: Use[] = [];
  /** Tasks that have used it. */
  const using = new Set<string>();
  const use = (kind: Use['kind'], by: string, seq: number) => {
    using.add(by);
    uses.push({ kind, task: by, seq });
  };
  /** Tasks that know it. */
  const knowing = new Set([task]);
  const completed = new Set<string>();
  let config: CrewConfigData | null = null;
  for (const event of events) {
    if (event.type === 'run.started' || event.type === 'run.resumed') config = event.data.config;
    if (event.seq <= after) continue;
    const key = 'task' in event.data ? event.data.task : null;
    if (event.type === 'task.completed' && knowing.has(event.data.task)) completed.add(event.data.task);
    if (event.type === 'task.started' && startsFrom(config, event.data.task, completed)) {
      knowing.add(event.data.task);
      use('task', event.data.task, event.seq);
    }
    if (key === null || !knowing.has(key)) continue;
    if (event.type === 'model.responded') use('answer', key, event.seq);
    // An action of the task that ran beside this one did not know of it.
    if (event.type === 'action.started' && using.has(key)) use('action', key, event.seq);
  }
  return uses;
}

function startsFrom(config: CrewConfigData | null, task: string, outputs: ReadonlySet<string>): boolean {
  const { context = [], optionalContext = [] } = config?.tasks[task] ?? {};
  return [...context, ...optionalContext].some((upstream) => outputs.has(upstream));
}
