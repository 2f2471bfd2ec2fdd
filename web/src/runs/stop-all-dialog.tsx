import { useDeskStore } from '../desk/use-desk.ts';
import { ActDialog } from '../shell/act-dialog.tsx';

/** Says what stands still before it does, and asks why: everybody reads that until it is lifted. */
export default function StopAllDialog({ onClose }: { readonly onClose: () => void }) {
  const store = useDeskStore();
  return (
    <ActDialog
      title="Stop everything?"
      reason={{
        label: 'Why',
        missing: 'Say why first; everybody reads it on every view.',
        about: { act: 'stop-all', on: 'everything' },
      }}
      button={{ label: 'Stop everything', danger: true }}
      leave="Let it run"
      onAct={async (reason) => {
        await store.client.runs.stopAll(reason);
        store.putStop(await store.client.runs.stop());
      }}
      onClose={onClose}
    >
      <p>
        Every run of this database is parked, on whatever node, and none starts. An action that has begun ends and is
        recorded; no other begins. Holds stay open, and what is decided is kept. Nothing is lost: an operator lifts it
        again.
      </p>
    </ActDialog>
  );
}
