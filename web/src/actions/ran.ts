import type { ListedAction, RunState } from '../../../src/client/index.ts';
import { plainText } from '../hidden-characters.ts';

export type Finding = 'good' | 'bad' | 'critical';
/** What is done with an action after it ran. */
export type Deed = 'undo' | Finding;

/** An action that ran. `usedBy`, `useCount`: what had its result; absent where it is not known. */
export type Ran = Omit<ListedAction, 'usedBy' | 'useCount' | 'takeBackSeq'> &
  Partial<Pick<ListedAction, 'usedBy' | 'useCount'>>;

export function actOf({ tool, impact }: Pick<Ran, 'tool' | 'impact'>): string {
  return plainText(impact?.summary ?? tool);
}

/** What ran and the tool can take back, the newest first: what nobody was asked about, and the rest. */
export function ranBy(state: RunState): { readonly supervised: readonly Ran[]; readonly reversible: readonly Ran[] } {
  const ran = state.actions.filter(({ undoUntil }) => undoUntil !== null).reverse();
  return {
    supervised: listed(
      state,
      ran.filter(({ tier }) => tier === 'supervised'),
    ),
    reversible: listed(
      state,
      ran.filter(({ tier }) => tier !== 'supervised'),
    ),
  };
}

function listed({ summary: { id: runId } }: RunState, actions: RunState['actions']): readonly Ran[] {
  return actions.map(({ id, task, tool, state, input, output, impact, undoUntil, audits = [] }) => {
    // The fold made the id.
    const actionId = id as Ran['actionId'];
    return { runId, task, actionId, tool, input, output, impact, undoUntil, state, audits };
  });
}
