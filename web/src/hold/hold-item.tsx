import { useState } from 'react';
import type { Decision, Hold, Verdict } from '../../../src/client/index.ts';
import { isHoldpointError } from '../../../src/client/index.ts';
import { decideHold } from '../desk/decide.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { type Draft, keepDraft, readDraft } from '../drafts.ts';
import { EditPanel } from '../edit/edit-panel.tsx';
import { evaluate, firstTab, type Problem, serverProblems, type Written } from '../edit/edit-state.ts';
import { fieldsOf } from '../edit/schema-form.ts';
import { useKeys } from '../use-keys.ts';
import { useNow } from '../use-now.ts';
import { shortAct } from './act-sentence.ts';
import { ApproveRow } from './approve-row.tsx';
import { CommentRow } from './comment-row.tsx';
import { DecisionBar } from './decision-bar.tsx';
import { Evidence } from './evidence.tsx';
import { ExactBox } from './exact-box.tsx';
import { HoldHead } from './hold-head.tsx';
import { editableOf } from './proposal-rows.ts';
import { RejectRow } from './reject-row.tsx';
import { RespondPanel } from './respond-panel.tsx';
import { choicesOf, evaluateAnswer, optionsOf, startWriting } from './respond-state.ts';
import { RulesAndPeople } from './rules-and-people.tsx';
import { useFocusBack } from './use-focus-back.ts';
import type { HoldDetail } from './use-hold-detail.ts';
import { useSeen } from './use-seen.ts';

export type Mode = 'read' | 'edit' | 'approve' | 'reject' | 'comment';

interface HoldItemProps {
  readonly detail: HoldDetail;
  readonly onDecided: (hold: Hold) => void;
}

/** One hold, everything that its decision needs, and the decision. */
export function HoldItem({ detail, onDecided }: HoldItemProps) {
  const { hold, may, why } = detail;
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const me = useDesk((state) => state.me.user);
  const now = useNow(1_000);
  const [draft, setDraftNow] = useState<Draft>(() => readDraft(localStorage, hold));
  const [mode, setMode] = useState<Mode>('read');
  useFocusBack(mode);
  const [choice, setChoice] = useState<string | null>(null);
  const [refused, setRefused] = useState<readonly Problem[]>([]);
  const [notice, setNotice] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const seen = useSeen(`${hold.id} ${hold.digest}`, true);
  const setDraft = (next: Draft) => {
    setDraftNow(next);
    keepDraft(localStorage, hold, next);
  };

  const open = hold.status === 'open';
  const original = editableOf(hold);
  const responds = hold.allowed.includes('respond');
  const [tab, setTab] = useState(() => (responds ? startWriting(hold).tab : tabOf(hold, draft)));
  const written: Written = { tab, fields: draft.fields ?? {} };
  const edited = responds ? evaluateAnswer(hold, written) : evaluate(original, hold.schema, written);
  const problems = [...edited.problems, ...refused];
  const write = (next: Written) => {
    setRefused([]);
    setTab(next.tab);
    setDraft({ ...draft, fields: next.fields });
  };

  const send = async (decision: Decision, { moveOn }: { moveOn: boolean }) => {
    if (!live || sending) return;
    setNotice(null);
    const given = decideHold(store, hold, decision, { label: shortAct(hold), draft });
    if (moveOn) {
      onDecided(hold);
      // The strip says what the server refused, and leads back here.
      await given.catch(() => undefined);
      return;
    }
    setSending(true);
    try {
      await given;
      onDecided(hold);
    } catch (error) {
      const known = fieldsOf(hold.schema)?.map(({ key }) => key) ?? [];
      if (isHoldpointError(error, 'VALUE_INVALID')) setRefused(serverProblems(error.details, error.message, known));
      else setNotice(error instanceof Error ? error.message : String(error));
    } finally {
      setSending(false);
    }
  };

  const claimHolder = hold.claimedUntil !== null && Date.parse(hold.claimedUntil) > now ? hold.claimedBy : null;
  const claim = async (takeOver: boolean) => {
    try {
      store.putHold(await store.client.claim(hold, takeOver ? { takeOver } : {}));
    } catch (error) {
      setNotice(error instanceof Error ? error.message : String(error));
    }
  };
  const release = async () => {
    try {
      store.putHold(await store.client.release(hold));
    } catch (error) {
      setNotice(error instanceof Error ? error.message : String(error));
    }
  };
  const reasonGiven = draft.reason?.trim() ? { reason: draft.reason.trim() } : {};

  const needsReason = (verdict: Verdict) => hold.review.reasonRequired.includes(verdict);
  const approve = () =>
    needsReason('approve') ? setMode('approve') : void send({ verdict: 'approve' }, { moveOn: true });
  const approveEdit = () =>
    void send({ verdict: 'modify', value: edited.value as Decision['value'], ...reasonGiven }, { moveOn: false });
  const respond = () =>
    void send({ verdict: 'respond', value: answerOf(hold, choice, edited.value), ...reasonGiven }, { moveOn: false });
  const discard = () => {
    setDraft({ ...draft, fields: undefined, reason: undefined });
    setTab(firstTab(original, hold.schema));
    setRefused([]);
    setMode('read');
  };

  const blocked = !open
    ? 'This hold is closed.'
    : !live
      ? 'Not connected.'
      : may.length === 0
        ? (why ?? 'You may not decide this.')
        : claimHolder !== null && claimHolder !== me && hold.review.quorum === 1
          ? 'claimed'
          : !seen
            ? 'Read it first.'
            : sending
              ? 'Sending…'
              : null;
  const can = (verdict: Verdict) => open && hold.allowed.includes(verdict) && may.includes(verdict);
  const choices = hold.kind === 'question' ? optionsOf(hold) : choicesOf(hold);
  useKeys({
    e: mode === 'read' && can('modify') ? () => setMode('edit') : undefined,
    r: mode === 'read' && can('reject') ? () => setMode('reject') : undefined,
    c: mode === 'read' && open ? () => setMode('comment') : undefined,
    m:
      mode === 'read' && open && live && may.length > 0 && claimHolder !== me
        ? () => void claim(claimHolder !== null)
        : undefined,
    Escape: mode === 'edit' ? discard : undefined,
    ...(mode === 'read' && responds
      ? Object.fromEntries(choices.slice(0, 9).map((key, index) => [String(index + 1), () => setChoice(key)]))
      : {}),
  });

  return (
    <>
      <div className="scroll">
        <HoldHead hold={hold} />
        {mode === 'edit' ? (
          <EditPanel
            hold={hold}
            written={written}
            edited={edited}
            problems={problems}
            reason={draft.reason ?? ''}
            onWrite={write}
            onReason={(reason) => setDraft({ ...draft, reason })}
          />
        ) : (
          <ExactBox hold={hold} />
        )}
        {responds && open && (hold.kind !== 'human' || claimHolder === me) && (
          <RespondPanel
            hold={hold}
            choice={choice}
            written={written}
            edited={edited}
            problems={problems}
            reason={draft.reason ?? ''}
            onChoice={setChoice}
            onWrite={write}
            onReason={(reason) => setDraft({ ...draft, reason })}
          />
        )}
        {!open && <KeptWords draft={draft} onForget={() => setDraft({})} />}
        <div className="evidence">
          <Evidence hold={hold} />
          <RulesAndPeople hold={hold} />
        </div>
      </div>
      {mode === 'reject' && open && (
        <RejectRow
          hold={hold}
          draft={draft}
          blocked={blocked === 'claimed' ? 'Claimed by somebody else; take it over first.' : blocked}
          onDraft={setDraft}
          onSend={(reason, reasonCode) => void send({ verdict: 'reject', reason, reasonCode }, { moveOn: true })}
          onBack={() => setMode('read')}
        />
      )}
      {mode === 'approve' && open && (
        <ApproveRow
          hold={hold}
          reason={draft.approval ?? ''}
          blocked={blocked === 'claimed' ? 'Claimed by somebody else; take it over first.' : blocked}
          onReason={(approval) => setDraft({ ...draft, approval })}
          onSend={(reason) => void send({ verdict: 'approve', reason }, { moveOn: true })}
          onBack={() => setMode('read')}
        />
      )}
      {mode === 'comment' && (
        <CommentRow
          hold={hold}
          text={draft.comment ?? ''}
          onText={(comment) => setDraft({ ...draft, comment })}
          onDone={() => {
            setDraft({ ...draft, comment: undefined });
            setMode('read');
          }}
          onBack={() => setMode('read')}
        />
      )}
      {(mode === 'read' || mode === 'edit' || (!open && mode !== 'comment')) && (
        <DecisionBar
          hold={hold}
          mode={mode}
          blocked={blocked}
          notice={notice}
          edited={edited}
          problems={problems}
          hasWords={Object.keys(draft).length > 0 && Object.values(draft).some(Boolean)}
          reason={draft.reason ?? ''}
          choice={choice}
          claimHolder={claimHolder}
          now={now}
          can={can}
          onApprove={approve}
          onApproveEdit={approveEdit}
          onRespond={respond}
          onMode={setMode}
          onDiscard={discard}
          onClaim={(takeOver) => void claim(takeOver)}
          onRelease={() => void release()}
          onNext={() => onDecided(hold)}
        />
      )}
    </>
  );
}

/** What was written for a decision that somebody else was faster with: to be copied, or thrown away. */
function KeptWords({ draft, onForget }: { draft: Draft; onForget: () => void }) {
  const written = [
    draft.reason,
    draft.approval,
    draft.comment,
    ...Object.entries(draft.fields ?? {}).map(([key, text]) => (key === '' ? text : `${key}: ${text}`)),
  ];
  const words = written.filter((text) => text !== undefined && text !== '').join('\n');
  if (words === '') return null;
  return (
    <section className="answer" aria-labelledby="kept">
      <h2 id="kept">What you wrote</h2>
      <p className="soft small">It was not sent, or did not count. It stays in this browser.</p>
      <pre className="pretty kept">{words}</pre>
      <button type="button" className="link" onClick={onForget}>
        Forget it
      </button>
    </section>
  );
}

function tabOf(hold: Hold, draft: Draft): Written['tab'] {
  const first = firstTab(editableOf(hold), hold.schema);
  return first === 'form' && draft.fields?.[''] !== undefined ? 'raw' : first;
}

function answerOf(hold: Hold, choice: string | null, value: unknown): Decision['value'] {
  if (hold.kind === 'question') return choice ?? (value as string);
  if (hold.kind === 'human') return value as Decision['value'];
  return choice === 'use' ? { choice, value: value as never } : { choice: choice ?? '' };
}
