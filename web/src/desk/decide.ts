import { type Decision, type Hold, HoldpointError, isHoldpointError } from '../../../src/client/index.ts';
import { type Draft, keepDraft } from '../drafts.ts';
import type { DeskStore } from './desk-store.ts';
import { tellWinner, type Winner } from './lost-race.ts';
import { afterAck, afterEvent, type Followed } from './progress.ts';

export interface DecideOptions {
  /** What the strip calls it. */
  readonly label: string;
  readonly draft: Draft;
}

let entries = 0;

/**
 * Sends a decision and follows it to its end in the strip. Resolves once the server has recorded it.
 * @throws {HoldpointError} what the server refused it for, after the strip was told; a lost race is no error: the strip says who won.
 */
export async function decideHold(
  store: DeskStore,
  hold: Hold,
  decision: Decision,
  { label, draft }: DecideOptions,
): Promise<void> {
  const key = `decision:${++entries}`;
  const sentMs = Date.now();
  store.putEntry({ key, type: 'decision', label, progress: { step: 'sending' }, hold });
  store.setSending(hold.id, true);
  try {
    const { hold: now, recordedSeq } = await store.client.decide(hold, decision);
    const followed: Followed = { hold, verdict: decision.verdict, seq: recordedSeq };
    keepDraft(localStorage, hold, {});
    store.putHold(now);
    store.changeEntry(key, afterAck(followed, now));
    if (now.status !== 'open') follow(store, key, followed);
  } catch (error) {
    if (isHoldpointError(error, 'HOLD_ALREADY_DECIDED')) return lose(store, { key, hold, draft, sentMs, error });
    const words = error instanceof HoldpointError ? error.message : String(error);
    store.changeEntry(key, { progress: { step: 'failed', words }, kept: draft });
    throw error;
  } finally {
    store.setSending(hold.id, false);
  }
}

function follow(store: DeskStore, key: string, followed: Followed): void {
  const { runId } = followed.hold;
  if (runId === null) return;
  const stop = store.client.runs.follow(
    runId,
    (event) => {
      const step = afterEvent(followed, event);
      if (step === null) return;
      store.changeEntry(key, step);
      if (step.progress.step === 'done') queueMicrotask(stop);
    },
    { after: followed.seq },
  );
}

function lose(
  store: DeskStore,
  { key, hold, draft, sentMs, error }: { key: string; hold: Hold; draft: Draft; sentMs: number; error: HoldpointError },
): void {
  const winner = error.details as Winner;
  store.changeEntry(key, {
    type: 'lost',
    progress: { step: 'failed', words: tellWinner(winner, sentMs) },
    kept: draft,
  });
  void store.client.holds.get(hold.id).then(
    ({ hold: now }) => store.putHold(now),
    () => undefined,
  );
}

/** Takes back what a decision (or a supervised action) did, and follows that. */
export async function undoEntry(store: DeskStore, key: string): Promise<void> {
  const entry = store.state.strip.find((known) => known.key === key);
  const { undoable } = entry ?? {};
  if (!undoable || entry?.undo !== undefined) return;
  const { runId, actionId } = undoable;
  store.changeEntry(key, { undo: 'sending' });
  try {
    const { recordedSeq } = await store.client.actions.undo(runId, actionId, 'Undone on the review page.');
    store.changeEntry(key, { undo: 'undoing' });
    const stop = store.client.runs.follow(
      runId,
      ({ type, data }) => {
        if ((data as { actionId?: string } | undefined)?.actionId !== actionId) return;
        if (type === 'action.undone') store.changeEntry(key, { undo: 'undone' });
        else if (type === 'action.undo-failed')
          store.changeEntry(key, {
            undo: undefined,
            progress: { step: 'failed', words: 'the undo failed; see the run' },
          });
        else return;
        queueMicrotask(stop);
      },
      { after: recordedSeq },
    );
  } catch (error) {
    const words = error instanceof HoldpointError ? error.message : String(error);
    store.changeEntry(key, { undo: undefined, undoable: undefined, progress: { step: 'failed', words } });
  }
}
