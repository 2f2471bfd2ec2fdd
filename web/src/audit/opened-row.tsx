import type { ReactNode } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { subjectOf } from '../hold/proposal-rows.ts';
import { wordsOfCode } from '../hold/reason-codes.ts';
import { linkTo } from '../router.ts';
import { Verified } from '../runs/journal-list.tsx';
import { CopyId } from '../text/copy-id.tsx';
import { isObject } from '../text/show-json.ts';
import { shortId, showPerson } from '../text/show-person.ts';
import { showDuration, showExact } from '../text/show-time.ts';
import { Value } from '../text/value.tsx';
import { VisibleText } from '../text/visible-text.tsx';
import type { AuditRow } from './audit-row.ts';
import { changeLines } from './changes.ts';
import { ChangesBox } from './changes-box.tsx';
import { type Recorded, textIn, useRecorded } from './use-recorded.ts';

/** All that is known of one decision: read from the journal when its row is opened, not before. */
export function OpenedRow({ row }: { row: AuditRow }) {
  const reading = useRecorded(row.holdId);
  if (reading.state === 'reading') return <p className="quiet">Reading the journal…</p>;
  if (reading.state === 'failed') return <p className="err">{reading.problem}</p>;
  const { recorded } = reading;
  const { hold } = recorded;
  const wrapped = hold.kind === 'action' || hold.kind === 'human';
  const subject = subjectOf(hold, hold.proposal);
  const who = row.people.map(showPerson).join(' and ');
  return (
    <div className="audit-two">
      <Facts row={row} recorded={recorded} />
      {row.diff === undefined ? (
        <SubjectBox subject={subject} />
      ) : (
        <ChangesBox heading={`What ${who} changed`} lines={changeLines(row.diff, subject, wrapped)} />
      )}
    </div>
  );
}

function Facts({ row, recorded }: { row: AuditRow; recorded: Recorded }) {
  const { hold, decided, overrodeClaimOf } = recorded;
  const took = Date.parse(row.at) - Date.parse(hold.openedAt);
  const answer = isObject(decided?.data) && row.outcome === 'answered' ? decided.data.value : undefined;
  return (
    <dl>
      <Fact name="Who">
        {row.people.length === 0 ? 'nobody' : <b>{row.people.join(', ')}</b>}
        {overrodeClaimOf !== null && `, over the claim of ${showPerson(overrodeClaimOf)}`}
        {hold.review.votes.length > 1 && `; it took ${hold.review.quorum} votes`}
      </Fact>
      <Fact name="When">
        <time dateTime={row.at}>{showExact(row.at)}</time>, {showDuration(took)} after it was asked
      </Fact>
      <Fact name="What was shown">
        {row.digest === null ? (
          'An earlier revision of it; the journal has its digest. '
        ) : (
          <>
            {row.digest === hold.digest && `Revision ${hold.revision}, `}digest{' '}
            <CopyId id={row.digest} shown={row.digest.slice(0, 12)} what="the whole digest" />.{' '}
          </>
        )}
        <a {...linkTo({ page: 'hold', holdId: row.holdId })}>See it as it was shown</a>
      </Fact>
      <Fact name="Why">
        {row.reasonCode && <span className="tag">{wordsOfCode(row.reasonCode)}</span>}{' '}
        {row.reason ? <VisibleText text={row.people.length > 0 ? `“${row.reason}”` : row.reason} /> : ''}
        {!row.reason && !row.reasonCode && <span className="quiet">no words</span>}
      </Fact>
      {answer !== undefined && (
        <Fact name="Answer">
          <Value value={answer} />
        </Fact>
      )}
      <Fact name="Held because">
        <VisibleText text={hold.reasons.map(({ code, detail }) => `${code}: ${detail}`).join('; ')} />
      </Fact>
      <WhatRan hold={hold} recorded={recorded} />
      {hold.runId !== null && (
        <Fact name="Recorded">
          run <a {...linkTo({ page: 'run', runId: hold.runId })}>{shortId(hold.runId)}</a>
          {decided !== null && (
            <>
              {' '}
              #{decided.seq}, hash <CopyId id={decided.hash} shown={decided.hash.slice(0, 8)} what="the hash" />
            </>
          )}{' '}
          <Verified runId={hold.runId} lastSeq={hold.seq} />
        </Fact>
      )}
    </dl>
  );
}

/** What the executor was given, beside what was let through: they must be the same. */
function WhatRan({ hold, recorded }: { hold: Hold; recorded: Recorded }) {
  const { started, ended, effectiveDigest } = recorded;
  if (hold.action === null || started === null) return null;
  const ran = textIn(started, 'digest') ?? '';
  return (
    <Fact name="What ran">
      digest <CopyId id={ran} shown={ran.slice(0, 12)} what="the whole digest" />
      {effectiveDigest !== null &&
        (effectiveDigest === ran ? (
          ', equal to what was approved'
        ) : (
          <b className="err"> which is not what was approved</b>
        ))}
      . {ended === null ? 'It has no result yet.' : ended.type === 'action.succeeded' ? 'Done ' : 'Failed '}
      {ended !== null && <time dateTime={ended.at}>{new Date(ended.at).toLocaleTimeString()}</time>}
    </Fact>
  );
}

function SubjectBox({ subject }: { subject: unknown }) {
  return (
    <section className="audit-box" aria-label="What it was about">
      <h2>What it was about</h2>
      {isObject(subject) ? (
        <table className="lines">
          <tbody>
            {Object.entries(subject).map(([name, value]) => (
              <tr key={name}>
                <td />
                <th scope="row">
                  <VisibleText text={name} />
                </th>
                <td>
                  <Value value={value} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <div className="audit-text">
          <Value value={subject} />
        </div>
      )}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
