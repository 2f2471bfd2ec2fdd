import { lazy, Suspense, useState } from 'react';
import { useMayOperate } from '../use-may-operate.ts';

const CancelRunDialog = lazy(() => import('./cancel-run-dialog.tsx'));

/** Ends a run for good: apart from the verbs, and only for who may. */
export function CancelRun({ runId, crew, button = false }: { runId: string; crew: string; button?: boolean }) {
  const may = useMayOperate();
  const [open, setOpen] = useState(false);
  if (!may) return null;
  return (
    <>
      <button type="button" className={button ? 'btn small-btn' : 'link cancel-link'} onClick={() => setOpen(true)}>
        Cancel run…
      </button>
      {open && (
        <Suspense>
          <CancelRunDialog runId={runId} crew={crew} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
