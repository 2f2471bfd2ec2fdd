import { type Draft, keepDraft } from '../drafts.ts';
import { plainText } from '../hidden-characters.ts';
import { go } from '../router.ts';
import { Icon } from '../shell/icons.tsx';
import { showCountdown } from '../text/show-time.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { useNow } from '../use-now.ts';
import { undoEntry } from './decide.ts';
import type { Progress } from './progress.ts';
import { newestUndoable, type StripEntry } from './strip-entry.ts';
import { useDesk, useDeskStore } from './use-desk.ts';

/** How many lines are shown at once. */
const SHOWN = 3;
/** How much of what is undone its button names. */
const NAMED = 80;

/** What was decided just now, and how far it has come. Never a toast: it stays in its place. */
export function Strip() {
  const strip = useDesk((state) => state.strip);
  const shown = strip.slice(0, SHOWN);
  if (shown.length === 0) return null;
  const newest = newestUndoable(strip, Date.now());
  return (
    <aside className="strip" aria-label="Decided just now">
      <ul aria-live="polite">
        {shown.map((entry) => (
          <li key={entry.key}>
            <Line entry={entry} isNewest={entry === newest} />
          </li>
        ))}
      </ul>
    </aside>
  );
}

function Line({ entry, isNewest }: { entry: StripEntry; isNewest: boolean }) {
  const { type, label, progress, hold, kept } = entry;
  const failed = progress.step === 'failed';
  return (
    <>
      {failed ? <Icon name="alert" /> : <Steps progress={progress} />}
      <b className="cut">
        <VisibleText text={label} />
        {failed ? ':' : ''}
      </b>
      <span
        className={failed ? 'strip-words cut' : 'strip-words'}
        title={failed ? plainText(wordsOf(entry)) : undefined}
      >
        <VisibleText text={wordsOf(entry)} />
      </span>
      {type === 'lost' && hasWords(kept) && <span className="strip-words">Your words are kept.</span>}
      {failed && hold && (
        <button type="button" className="link" onClick={() => openAgain(entry)}>
          {type === 'lost' ? (hasWords(kept) ? 'Show them' : 'Show it') : 'Open it again'}
        </button>
      )}
      <Undo entry={entry} isNewest={isNewest} />
    </>
  );
}

function wordsOf({ progress, undo }: StripEntry): string {
  if (undo === 'sending') return 'undo: sending';
  if (undo === 'undoing') return 'undo: recorded, running';
  if (undo === 'undone') return 'undone';
  if (progress.step === 'sending') return 'sending';
  if (progress.step === 'failed') return progress.words;
  if (progress.seq === 0) return progress.words;
  return progress.step === 'recorded'
    ? `recorded #${progress.seq}${progress.words === '' ? '' : `, ${progress.words}`}`
    : `${progress.words}, recorded #${progress.seq}`;
}

const STEPS: readonly Progress['step'][] = ['sending', 'recorded', 'running', 'done'];

function Steps({ progress }: { progress: Progress }) {
  const at = STEPS.indexOf(progress.step);
  return (
    <span className="steps" aria-hidden="true">
      {STEPS.map((step, index) => (
        <i key={step} className={index < at || progress.step === 'done' ? 'on' : index === at ? 'now' : undefined} />
      ))}
    </span>
  );
}

function Undo({ entry, isNewest }: { entry: StripEntry; isNewest: boolean }) {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const now = useNow(1_000);
  const { undoable, undo, key, label } = entry;
  if (!undoable || undo !== undefined) return null;
  const left = Date.parse(undoable.until) - now;
  if (left <= 0) return null;
  return (
    <>
      <button type="button" className="link" disabled={!live} onClick={() => void undoEntry(store, key)}>
        Undo
        <span className="vh">: {plainText(label).slice(0, NAMED)}</span> {isNewest && <kbd>u</kbd>}
      </button>
      <span className="quiet">{showCountdown(left)} left</span>
    </>
  );
}

function openAgain({ hold, kept }: StripEntry): void {
  if (!hold) return;
  // The words belong to what was looked at then.
  if (kept) keepDraft(localStorage, hold, kept);
  go({ page: 'hold', holdId: hold.id });
}

function hasWords(kept: Draft | undefined): boolean {
  return Boolean(kept && (kept.reason || kept.approval || kept.comment || kept.fields));
}
