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

/** What the tool can take back, but for what is supervised and so is listed by the server. */
export function reversibleOf({ summary: { id: runId }, actions }: RunState): readonly Ran[] {
  const ran = actions.filter(({ tier, undoUntil }) => tier !== 'supervised' && undoUntil !== null).reverse();
  return ran.map(({ id, task, tool, state, input, output, impact, undoUntil, audits = [] }) => {
    // The fold made the id.
    const actionId = id as Ran['actionId'];
    return { runId, task, actionId, tool, input, output, impact, undoUntil, state, audits };
  });
}
