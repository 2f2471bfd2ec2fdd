import { useState } from 'react';
import type { Stop } from '../desk/desk-state.ts';
import { useDeskStore } from '../desk/use-desk.ts';
import { showPerson } from '../text/show-person.ts';
import { ActDialog } from './act-dialog.tsx';

interface ResumeAllDialogProps {
  readonly stop: Stop;
  readonly onClose: () => void;
}

/** Says what goes on once the stop is lifted, and asks why it is. */
export default function ResumeAllDialog({ stop, onClose }: ResumeAllDialogProps) {
  const store = useDeskStore();
  const [keepParked, setKeepParked] = useState(false);
  return (
    <ActDialog
      title="Lift the stop?"
      reason={{
        label: 'Why',
        missing: 'Say why first; it stays in the journal.',
        about: { act: 'resume-all', on: String(stop.seq) },
      }}
      button={{ label: keepParked ? 'Lift the stop' : 'Lift the stop, and let the runs go on' }}
      leave="Leave everything stopped"
      onAct={async (reason) => {
        await store.client.runs.resumeAll(reason, keepParked ? { keepParked: true } : {});
        store.putStop(await store.client.runs.stop());
      }}
      onClose={onClose}
    >
      <p>
        Runs may start again. Those that the stop of {showPerson(stop.by)} parked go on where they were, with what was
        decided meanwhile. A run whose crew changed since is still asked about.
      </p>
      <label className="row choice-row">
        <input type="checkbox" checked={keepParked} onChange={(event) => setKeepParked(event.target.checked)} />
        Leave them parked: each then waits for a person of its own.
      </label>
    </ActDialog>
  );
}
