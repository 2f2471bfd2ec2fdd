import { useRef, useState } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { unseenIn } from '../hidden-characters.ts';
import { CopyId } from '../text/copy-id.tsx';
import { TextBlock } from '../text/text-block.tsx';
import { Value } from '../text/value.tsx';
import { HiddenCount } from '../text/visible-text.tsx';
import { countChanges, wordDiff } from '../text/word-diff.ts';
import { WordDiff } from '../text/word-diff-view.tsx';
import { useKeys } from '../use-keys.ts';
import { ArgumentTable } from './argument-table.tsx';
import { rowsOf, subjectOf } from './proposal-rows.ts';

const HEADS: Readonly<Record<Hold['kind'], string>> = {
  action: 'Exactly this will run',
  human: 'Exactly this is to be done, by you',
  after: 'Exactly this goes on',
  before: 'Exactly this will be asked of the agent',
  question: 'Exactly this is asked',
  escalation: 'Exactly what happened',
  run: 'Exactly what happened',
  oversight: 'Exactly this will change',
};

/** What is decided, whole: the only solid box of the item. Its head says which revision, and the digest that a decision names. */
export function ExactBox({ hold }: { hold: Hold }) {
  const rows = rowsOf(hold);
  if (rows === null) return <WholeBox hold={hold} />;
  const changed = rows.filter((row) => row.changed).length;
  return (
    <section className="exact" aria-labelledby="exact">
      <header>
        <h2 id="exact">{HEADS[hold.kind]}</h2>
        {hold.previous !== null && (
          <span className="tag chg">
            {changed === 0
              ? `same as revision ${hold.revision - 1}`
              : `${changed} of ${rows.length} changed since revision ${hold.revision - 1}`}
          </span>
        )}
        <Bound hold={hold} />
      </header>
      <ArgumentTable hold={hold} rows={rows} />
    </section>
  );
}

/** What a decision is bound to. */
export function Bound({ hold, words = '' }: { hold: Hold; words?: string }) {
  return (
    <span className="push wide">
      {words}revision {hold.revision}, digest{' '}
      <CopyId id={hold.digest} shown={hold.digest.slice(0, 12)} what="the whole digest" />
    </span>
  );
}

/** A subject that is no object: mostly a text, word by word against the one before where there was one. */
function WholeBox({ hold }: { hold: Hold }) {
  const [plain, setPlain] = useState(false);
  const subject = subjectOf(hold, hold.proposal);
  const before = hold.previous === null ? undefined : subjectOf(hold, hold.previous.proposal);
  const compare = typeof subject === 'string' && typeof before === 'string' && before !== subject;
  return (
    <section className="exact" aria-labelledby="exact">
      <header>
        <h2 id="exact">{HEADS[hold.kind]}</h2>
        {compare && <Changes hold={hold} from={before} to={subject} plain={plain} onPlain={setPlain} />}
        {!compare && before !== undefined && <span className="tag chg">same as revision {hold.revision - 1}</span>}
        <HiddenCount unseen={unseenIn(subject)} />
        <Bound hold={hold} />
      </header>
      <div className="whole">
        {compare && !plain ? (
          <WordDiff from={before} to={subject} />
        ) : typeof subject === 'string' ? (
          <TextBlock text={subject} />
        ) : (
          <Value value={subject} />
        )}
      </div>
    </section>
  );
}

interface ChangesProps {
  readonly hold: Hold;
  readonly from: string;
  readonly to: string;
  readonly plain: boolean;
  readonly onPlain: (plain: boolean) => void;
}

/** How much changed, and the way from one change to the next: in a long text most of them are out of view. */
function Changes({ hold, from, to, plain, onPlain }: ChangesProps) {
  const at = useRef(-1);
  const count = countChanges(wordDiff(from, to));
  const next = () => {
    const changes = document.querySelectorAll('.exact .worddiff [data-change]');
    if (changes.length === 0) return;
    at.current = (at.current + 1) % changes.length;
    changes[at.current]?.scrollIntoView({ block: 'center' });
  };
  useKeys({ d: plain ? undefined : next });
  return (
    <>
      <span className="tag chg">
        {count === 1 ? '1 change' : `${count} changes`} since revision {hold.revision - 1}
      </span>
      {!plain && count > 1 && (
        <button type="button" className="link" onClick={next}>
          Next change <kbd>d</kbd>
        </button>
      )}
      <button type="button" className="link" aria-pressed={plain} onClick={() => onPlain(!plain)}>
        {plain ? 'Show the changes' : 'Show without the changes'}
      </button>
    </>
  );
}
