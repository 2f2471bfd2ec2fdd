import type { Draft } from '../events.ts';
import type { RunState } from '../run-state.ts';
import type { DeriveContext } from './context.ts';
import { holdRun } from './end-run.ts';

/**
 * A run that asks for too much attention gets less of it: past `maxHolds` it stops with one hold of the run instead of the
 * next one. Letting it go on approves nothing; it may then open as many again.
 */
export function capHolds(context: DeriveContext, drafts: readonly Draft[]): readonly Draft[] {
  const { state } = context;
  const opens = drafts.some((event) => event.type === 'hold.opened' && event.data.kind !== 'run');
  if (!opens) return drafts;
  const { maxHolds } = state.config;
  const opened = state.holds.all().filter((hold) => hold.kind !== 'run').length;
  const allowed = maxHolds * (1 + timesRenewed(state));
  if (opened < allowed) return drafts;
  const detail = `The run has opened ${opened} holds, and its crew allows ${maxHolds} before somebody looks at the run as a whole.`;
  return [holdRun(context, { code: 'policy', detail }, { holds: opened, maxHolds })];
}

function timesRenewed({ holds }: RunState): number {
  return holds
    .all()
    .filter((hold) => hold.kind === 'run' && hold.status === 'answered' && hold.reasons[0]?.code === 'policy').length;
}
