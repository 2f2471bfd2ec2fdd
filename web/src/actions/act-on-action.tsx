import { useDeskStore } from '../desk/use-desk.ts';
import { ActDialog } from '../shell/act-dialog.tsx';
import { actOf, type Deed, type Finding, type Ran } from './ran.ts';

interface ActOnActionProps {
  readonly action: Ran;
  readonly deed: Deed;
  readonly onClose: (done: boolean) => void;
}

const MEANS: Readonly<Record<Finding, string>> = {
  good: 'It counts as one clean item of this action type.',
  bad: 'It counts as a bad item of this action type, and costs points on the way to less oversight. Nothing is undone by it.',
  critical:
    'It takes the action type back to its own tier at once, whatever its record: from then on each call is asked about again.',
};

/** Asks why before an action that ran by itself is undone or judged. */
export default function ActOnAction({ action, deed, onClose }: ActOnActionProps) {
  const store = useDeskStore();
  const { runId, actionId } = action;
  const what = actOf(action);
  const about = { act: deed, on: actionId };
  if (deed === 'undo') {
    return (
      <ActDialog
        title={`Undo “${what}”?`}
        reason={{ label: 'Why', missing: 'Say why first; it stays in the journal.', about }}
        button={{ label: 'Undo it' }}
        leave="Leave it done"
        onAct={async (reason) => {
          await store.client.actions.undo(runId, actionId, reason);
        }}
        onClose={onClose}
      >
        <p>The tool takes its own effect back. {usedWords(action)}</p>
      </ActDialog>
    );
  }
  return (
    <ActDialog
      title={`${FOUND[deed]}: “${what}”?`}
      reason={
        deed === 'good'
          ? { label: 'Why (optional)', optional: true, about }
          : { label: 'What is wrong with it', missing: 'Say what is wrong; it stays in the journal.', about }
      }
      button={{ label: `Record it as ${deed}`, danger: deed !== 'good' }}
      leave="Not now"
      onAct={async (reason) => {
        await store.client.actions.audit(runId, actionId, { finding: deed, ...(reason === '' ? {} : { reason }) });
      }}
      onClose={onClose}
    >
      <p>{MEANS[deed]}</p>
    </ActDialog>
  );
}

const FOUND: Readonly<Record<Finding, string>> = { good: 'Was right', bad: 'Was wrong', critical: 'Did harm' };

function usedWords({ usedBy, useCount = 0 }: Ran): string {
  if (usedBy === undefined) return 'What was made of its result since is not undone with it.';
  if (usedBy.length === 0) return 'Nothing was made of its result so far.';
  const tasks = [...new Set(usedBy.map(({ task }) => task))].join(', ');
  return `What was made of its result is not undone with it: ${useCount.toLocaleString('en-US')} later ${useCount === 1 ? 'step' : 'steps'} of ${tasks}${useCount > usedBy.length ? ' and perhaps others' : ''}.`;
}
