import { useRef, useState } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { HoldpointError } from '../../../src/client/index.ts';
import type { DeskStore } from '../desk/desk-store.ts';
import { tellWinner, type Winner } from '../desk/lost-race.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { shortAct } from '../hold/act-sentence.ts';
import { useSeen } from '../hold/use-seen.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { useKeys } from '../use-keys.ts';
import { BATCH_LIMIT } from './batch.ts';

interface BatchBarProps {
  readonly holds: readonly Hold[];
  readonly onClear: () => void;
  readonly onDone: () => void;
}

/** Several of one type, approved at once: each is named, each is decided on its own digest, and each result is told. */
export function BatchBar({ holds, onClear, onDone }: BatchBarProps) {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const roles = useDesk((state) => state.me.roles);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const seen = useSeen(holds.map(({ digest }) => digest).join(), true);
  const button = useRef<HTMLButtonElement>(null);
  useKeys({ b: () => button.current?.focus() });
  const may = roles.some((role) => role === 'reviewer' || role === 'admin');
  const approve = async () => {
    if (!live || !seen || sending || !may) return;
    setSending(true);
    setProblem(null);
    const sentMs = Date.now();
    try {
      const results = await store.client.decideMany(holds.map((hold) => ({ hold, verdict: 'approve' as const })));
      for (const [index, result] of results.entries()) {
        const hold = holds[index];
        if (!hold) continue;
        store.putEntry({
          key: `batch:${hold.id}:${hold.digest}`,
          type: wasLate(result) ? 'lost' : 'decision',
          label: shortAct(hold),
          hold,
          progress: result.ok
            ? { step: 'recorded', seq: result.data.recordedSeq, words: '' }
            : { step: 'failed', words: wordsOf(result.error, sentMs) },
        });
        if (result.ok) store.putHold(result.data.hold);
      }
      onDone();
    } catch (error) {
      setProblem(error instanceof HoldpointError ? error.message : String(error));
    } finally {
      setSending(false);
    }
  };
  return (
    <section className="batch" aria-label="Approve several">
      <ul>
        {holds.map((hold) => (
          <li key={hold.id} className="cut">
            <VisibleText text={shortAct(hold)} />
          </li>
        ))}
      </ul>
      <div className="row">
        <button
          ref={button}
          type="button"
          className="btn primary"
          aria-disabled={!live || !seen || sending || !may}
          onClick={() => void approve()}
        >
          Approve {holds.length}: {holds[0] && typeWords(holds[0])} <kbd>b</kbd>
        </button>
        <button type="button" className="btn" onClick={onClear}>
          Clear
        </button>
      </div>
      {holds.length === BATCH_LIMIT && <p className="quiet small">At most {BATCH_LIMIT} at a time.</p>}
      {!may && <p className="quiet small">To decide takes the role reviewer.</p>}
      {problem && (
        <p className="err" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

/** While there is nothing to approve together yet: what to touch. */
export function PickMore({ chosen }: { readonly chosen: Hold | undefined }) {
  return (
    <p className="batch soft" role="status">
      {chosen === undefined
        ? 'Touch the boxes of those that you want to approve together: two or more of one type.'
        : `1 chosen. Touch more of ${typeWords(chosen)}; another type begins anew.`}
    </p>
  );
}

function typeWords({ action, task }: Hold): string {
  return action?.tool ?? `outputs of ${task}`;
}

type Result = Awaited<ReturnType<DeskStore['client']['decideMany']>>[number];
type Refusal = Extract<Result, { ok: false }>['error'];

function wasLate(result: Result): boolean {
  return !result.ok && result.error.code === 'HOLD_ALREADY_DECIDED';
}

function wordsOf({ code, message, details }: Refusal, sentMs: number): string {
  return code === 'HOLD_ALREADY_DECIDED' ? tellWinner(details as Winner, sentMs) : message;
}
