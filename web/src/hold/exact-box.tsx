import { type ReactNode, useState } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { anyUnseen, unseenIn } from '../hidden-characters.ts';
import { CopyId } from '../text/copy-id.tsx';
import { isObject, prettyJson, showJson } from '../text/show-json.ts';
import { TextBlock } from '../text/text-block.tsx';
import { HiddenCount, VisibleText } from '../text/visible-text.tsx';
import { WordDiff } from '../text/word-diff-view.tsx';
import { type ProposalRow, rowsOf, subjectOf } from './proposal-rows.ts';

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
  const changed = rows?.filter((row) => row.changed).length ?? 0;
  return (
    <section className="exact" aria-labelledby="exact">
      <header>
        <h2 id="exact">{HEADS[hold.kind]}</h2>
        {hold.previous !== null && (
          <span className="tag chg">
            {rows === null
              ? `against revision ${hold.revision - 1}`
              : changed === 0
                ? `same as revision ${hold.revision - 1}`
                : `${changed} of ${rows.length} changed since revision ${hold.revision - 1}`}
          </span>
        )}
        {rows === null && <HiddenCount unseen={unseenIn(subjectOf(hold, hold.proposal))} />}
        <Bound hold={hold} />
      </header>
      {rows === null ? <Whole hold={hold} /> : <Arguments hold={hold} rows={rows} />}
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

function Arguments({ hold, rows }: { hold: Hold; rows: readonly ProposalRow[] }) {
  if (rows.length === 0) return <p className="whole quiet">No arguments.</p>;
  const cause = changeCause(hold);
  return (
    <table className="args">
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} className={row.changed ? 'changed' : undefined}>
            <th scope="row">
              <VisibleText text={row.key} />
            </th>
            <td className={isLong(row.value) ? 'val val-long' : 'val'}>
              <RowValue row={row} />
            </td>
            <td className="note">
              {anyUnseen(row.unseen) ? <HiddenCount unseen={row.unseen} /> : row.changed ? cause : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RowValue({ row }: { row: ProposalRow }): ReactNode {
  const { value, changed, previous } = row;
  if (!changed) return <Value value={value} />;
  if (value === undefined) {
    return (
      <span className="was was-alone">
        was{' '}
        <s>
          <Value value={previous} />
        </s>
        , left out now
      </span>
    );
  }
  if (typeof value === 'string' && typeof previous === 'string' && isLong(value))
    return <WordDiff from={previous} to={value} />;
  return (
    <>
      <ins>
        <Value value={value} />
      </ins>
      <span className="was">
        {previous === undefined ? (
          'was not there'
        ) : (
          <>
            was{' '}
            <s>
              <Value value={previous} />
            </s>
          </>
        )}
      </span>
    </>
  );
}

/** A value as it is: text without quotes, the rest as JSON. */
export function Value({ value }: { value: unknown }): ReactNode {
  if (typeof value === 'string') {
    if (value === '') return <span className="quiet">empty text</span>;
    return value.length > 280 ? <TextBlock text={value} /> : <VisibleText text={value} />;
  }
  if (value === undefined) return <span className="quiet">not there</span>;
  const line = showJson(value);
  return line.length > 100 && typeof value === 'object' ? (
    <pre className="pretty">
      <VisibleText text={prettyJson(value)} />
    </pre>
  ) : (
    <VisibleText text={line} />
  );
}

function isLong(value: unknown): boolean {
  if (typeof value === 'string') return value.length > 80 || value.includes('\n');
  return typeof value === 'object' && value !== null && showJson(value).length > 60;
}

/** A subject that is no object: mostly a text, against the one before where there was one. */
function Whole({ hold }: { hold: Hold }) {
  const [plain, setPlain] = useState(false);
  const subject = subjectOf(hold, hold.proposal);
  if (typeof subject !== 'string') {
    return (
      <div className="whole">
        <Value value={subject} />
      </div>
    );
  }
  const before = hold.previous === null ? undefined : subjectOf(hold, hold.previous.proposal);
  const compare = typeof before === 'string' && before !== subject;
  return (
    <div className="whole">
      {compare && (
        <button type="button" className="link textblock-switch" aria-pressed={plain} onClick={() => setPlain(!plain)}>
          {plain ? `Show what changed since revision ${hold.revision - 1}` : 'Show without the changes'}
        </button>
      )}
      {compare && !plain ? <WordDiff from={before} to={subject} /> : <TextBlock text={subject} />}
    </div>
  );
}

function changeCause({ history }: Hold): string {
  const last = history.findLast(({ verdict }) => verdict === 'reject' || verdict === 'modify');
  if (!last) return 'changed';
  const who = last.by.replace(/^user:/, '');
  return last.verdict === 'reject' ? `changed after ${who}'s rejection` : `changed by ${who}`;
}

export function hasRows(hold: Hold): boolean {
  return isObject(subjectOf(hold, hold.proposal));
}
