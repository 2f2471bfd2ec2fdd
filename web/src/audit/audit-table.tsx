import { Fragment, memo, useState } from 'react';
import { wordsOfCode } from '../hold/reason-codes.ts';
import { Icon, Mark } from '../shell/icons.tsx';
import type { MarkName } from '../shell/mark-name.ts';
import { CopyId } from '../text/copy-id.tsx';
import { At } from '../text/moments.tsx';
import { showPerson } from '../text/show-person.ts';
import { VisibleText } from '../text/visible-text.tsx';
import type { Outcome } from './audit-query.ts';
import type { AuditRow } from './audit-row.ts';
import { OpenedRow } from './opened-row.tsx';

const MARKS: Readonly<Record<Outcome, MarkName>> = {
  approved: 'completed',
  modified: 'modified',
  rejected: 'failed',
  answered: 'completed',
  expired: 'waiting',
  cancelled: 'skipped',
};
/** Who, verdict and so on; an opened row spans them all. */
const COLUMNS = 6;

export function AuditTable({ rows }: { rows: readonly AuditRow[] }) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <table className="table audit">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">Verdict</th>
          <th scope="col">What</th>
          <th scope="col" className="wide">
            Why
          </th>
          <th scope="col" className="roomy">
            Digest shown
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Fragment key={row.key}>
            <Line row={row} open={open === row.key} onOpen={setOpen} />
            {open === row.key && (
              <tr className="opened">
                <td colSpan={COLUMNS}>
                  <OpenedRow row={row} />
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

interface LineProps {
  readonly row: AuditRow;
  readonly open: boolean;
  readonly onOpen: (key: string | null) => void;
}

const Line = memo(function Line({ row, open, onOpen }: LineProps) {
  const mark = MARKS[row.outcome];
  return (
    <tr className={open ? 'is-open' : undefined}>
      <td>
        <button type="button" className="expand" aria-expanded={open} onClick={() => onOpen(open ? null : row.key)}>
          <Icon name={open ? 'down' : 'right'} small />
          <At at={row.at} />
        </button>
      </td>
      <td>{row.people.length > 0 ? row.people.map(showPerson).join(', ') : <span className="quiet">nobody</span>}</td>
      <td>
        <span className={`state st-${mark}`}>
          <Mark name={mark} />
          {row.outcome === 'cancelled' ? 'withdrawn' : row.outcome}
        </span>
      </td>
      <th scope="row" className="what">
        <span className="cut block">
          <VisibleText text={row.act} />
        </span>
        <span className="key">{[row.crew, row.task].filter(Boolean).join(' / ')}</span>
      </th>
      <td className="wide why">
        {row.reasonCode ? (
          wordsOfCode(row.reasonCode)
        ) : (
          <span className="cut block">{row.reason ? <VisibleText text={row.reason} /> : ''}</span>
        )}
      </td>
      <td className="roomy">
        {row.digest === null ? (
          <span className="quiet">in the journal</span>
        ) : (
          <CopyId id={row.digest} shown={row.digest.slice(0, 12)} what="the whole digest" />
        )}
      </td>
    </tr>
  );
});
