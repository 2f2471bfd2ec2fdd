import type { CSSProperties, ReactNode } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { anyUnseen } from '../hidden-characters.ts';
import { showPerson } from '../text/show-person.ts';
import { isLong, isVeryLong, Value } from '../text/value.tsx';
import { HiddenCount, VisibleText } from '../text/visible-text.tsx';
import { WordDiff } from '../text/word-diff-view.tsx';
import type { ProposalRow } from './proposal-rows.ts';

/** Every argument in a row of its own. A very long one scrolls in its place, so that it cannot push another out of view. */
export function ArgumentTable({ hold, rows }: { hold: Hold; rows: readonly ProposalRow[] }) {
  if (rows.length === 0) return <p className="whole quiet">No arguments.</p>;
  const long = rows.filter(({ value }) => isVeryLong(value)).length;
  return (
    <table className="args" style={{ '--long-rows': Math.max(1, long) } as CSSProperties}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} className={row.changed ? 'changed' : undefined}>
            <th scope="row">
              <VisibleText text={row.key} />
            </th>
            <td>
              <div className="arg">
                <Shown row={row} isAlone={rows.length === 1} />
                <Note row={row} hold={hold} />
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Shown({ row, isAlone }: { row: ProposalRow; isAlone: boolean }) {
  const className = isLong(row.value) ? 'val val-long' : 'val';
  if (isAlone || !isVeryLong(row.value)) {
    return (
      <div className={className}>
        <RowValue row={row} />
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={`${className} val-scrolls`} tabIndex={0} aria-label={`${row.key}, all of it`}>
      <RowValue row={row} />
    </section>
  );
}

function Note({ row, hold }: { row: ProposalRow; hold: Hold }) {
  const size = isVeryLong(row.value) ? sizeOf(row.value) : null;
  if (!row.changed && size === null && !anyUnseen(row.unseen)) return null;
  return (
    <p className="note">
      {row.changed && <span>{changeCause(hold)}</span>}
      <HiddenCount unseen={row.unseen} />
      {size !== null && <span>{size}</span>}
    </p>
  );
}

function sizeOf(value: unknown): string {
  const length = (typeof value === 'string' ? value : JSON.stringify(value)).length;
  return `${length.toLocaleString('en-US')} characters; it scrolls`;
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

function changeCause({ history }: Hold): string {
  const last = history.findLast(({ verdict }) => verdict === 'reject' || verdict === 'modify');
  if (!last) return 'changed';
  const who = showPerson(last.by);
  return last.verdict === 'reject' ? `changed after ${who}'s rejection` : `changed by ${who}`;
}
