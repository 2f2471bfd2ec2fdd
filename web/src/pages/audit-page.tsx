import { Fragment, useCallback, useEffect, useRef, useState } from 'react';
import type { Hold, HoldStatus } from '../../../src/client/index.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { plainText } from '../hidden-characters.ts';
import { shortAct } from '../hold/act-sentence.ts';
import { subjectOf } from '../hold/proposal-rows.ts';
import { wordsOfCode } from '../hold/reason-codes.ts';
import { matchesFilter } from '../queue/queue-order.ts';
import { linkTo } from '../router.ts';
import { Verified } from '../runs/journal-list.tsx';
import { Icon, Mark, type MarkName } from '../shell/icons.tsx';
import { CopyId } from '../text/copy-id.tsx';
import { At } from '../text/moments.tsx';
import { prettyJson } from '../text/show-json.ts';
import { shortId, showPerson } from '../text/show-person.ts';
import { VisibleText } from '../text/visible-text.tsx';
import { useKeys } from '../use-keys.ts';
import { useTitle } from '../use-title.ts';

const VERDICTS: Readonly<Partial<Record<HoldStatus, MarkName>>> = {
  approved: 'completed',
  modified: 'modified',
  rejected: 'failed',
  answered: 'completed',
  expired: 'waiting',
  cancelled: 'skipped',
};

/** Every hold that was closed: by whom, on what, and why. */
export default function AuditPage() {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [status, setStatus] = useState<HoldStatus | ''>('');
  const [words, setWords] = useState('');
  const [listed, setListed] = useState<readonly Hold[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useTitle('Audit');
  useKeys({ '/': () => input.current?.focus() });
  const read = useCallback(
    async (after: string | null) => {
      try {
        const page = await store.client.holds.list({
          limit: 200,
          ...(status === '' ? {} : { status }),
          ...(after === null ? {} : { cursor: after }),
        });
        setListed((before) => [...(after === null ? [] : (before ?? [])), ...page.holds]);
        setCursor(page.cursor);
        setProblem(null);
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error));
      }
    },
    [store, status],
  );
  useEffect(() => {
    if (live) void read(null);
  }, [read, live]);
  const closed = (listed ?? []).filter((hold) => hold.status !== 'open');
  const shown = closed
    .filter((hold) => matchesFilter(hold, words) || saysWho(hold, words))
    .sort((a, b) => ((a.closedAt ?? '') < (b.closedAt ?? '') ? 1 : -1));
  return (
    <main className="page greys">
      <div className="wrap">
        <div className="pagehead">
          <h1>Audit</h1>
          <p>Every decision: who, on what, and why.</p>
        </div>
        <div className="audit-filters">
          <label className="filter">
            <Icon name="search" small />
            <span className="vh">Words, person, digest</span>
            <input
              ref={input}
              type="search"
              placeholder="Words, person, digest"
              value={words}
              onChange={(event) => setWords(event.target.value)}
            />
            <kbd>/</kbd>
          </label>
          <label className="small soft">
            Verdict{' '}
            <select
              className="select"
              value={status}
              onChange={(event) => setStatus(event.target.value as HoldStatus | '')}
            >
              <option value="">any</option>
              {Object.keys(VERDICTS).map((of) => (
                <option key={of}>{of}</option>
              ))}
            </select>
          </label>
          <span className="push soft small" role="status">
            {listed === null ? 'Reading…' : `${shown.length} shown${cursor === null ? '' : ', there are older ones'}`}
          </span>
          <button type="button" className="btn small-btn" disabled={shown.length === 0} onClick={() => save(shown)}>
            Export NDJSON
          </button>
        </div>
        {problem && (
          <p className="err" role="alert">
            {problem}
          </p>
        )}
        <section className="panel scroll-x" aria-label="Decisions">
          {shown.length === 0 ? (
            <p className="panel-empty quiet">
              {listed === null
                ? 'Reading the decisions…'
                : closed.length === 0
                  ? 'Nothing was decided yet.'
                  : 'No decision says that.'}
            </p>
          ) : (
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Who</th>
                  <th scope="col">Verdict</th>
                  <th scope="col">What</th>
                  <th scope="col">Why</th>
                  <th scope="col">Digest shown</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((hold) => (
                  <Fragment key={hold.id}>
                    <Row
                      hold={hold}
                      open={open === hold.id}
                      onOpen={() => setOpen(open === hold.id ? null : hold.id)}
                    />
                    {open === hold.id && <Opened hold={hold} />}
                  </Fragment>
                ))}
              </tbody>
            </table>
          )}
        </section>
        {cursor !== null && (
          <button type="button" className="btn more-button" onClick={() => void read(cursor)}>
            Read older ones
          </button>
        )}
      </div>
    </main>
  );
}

function Row({ hold, open, onOpen }: { hold: Hold; open: boolean; onOpen: () => void }) {
  const mark = VERDICTS[hold.status] ?? 'waiting';
  const last = hold.decidedBy.length > 0 ? hold.history.at(-1) : undefined;
  return (
    <tr>
      <td>
        <button type="button" className="expand" aria-expanded={open} onClick={onOpen}>
          <Icon name={open ? 'down' : 'right'} small />
          {hold.closedAt !== null && <At at={hold.closedAt} />}
        </button>
      </td>
      <td>{hold.decidedBy.length > 0 ? hold.decidedBy.map(showPerson).join(', ') : 'system'}</td>
      <td>
        <span className={`state st-${mark}`}>
          <Mark name={mark} />
          {hold.status}
        </span>
      </td>
      <th scope="row" className="what">
        <span className="cut block">
          <VisibleText text={shortAct(hold)} />
        </span>
        <span className="key">
          {hold.crew} / {hold.task}
        </span>
      </th>
      <td>
        {last?.reasonCode ? (
          wordsOfCode(last.reasonCode)
        ) : last?.reason ? (
          <VisibleText text={last.reason.slice(0, 60)} />
        ) : (
          ''
        )}
      </td>
      <td>
        <CopyId id={hold.digest} shown={hold.digest.slice(0, 12)} what="the whole digest" />
      </td>
    </tr>
  );
}

function Opened({ hold }: { hold: Hold }) {
  const last = hold.history.at(-1);
  return (
    <tr className="audit-open">
      <td colSpan={6}>
        <dl>
          <dt>Who</dt>
          <dd>{hold.decidedBy.length > 0 ? hold.decidedBy.join(', ') : 'nobody'}</dd>
          <dt>What was shown</dt>
          <dd>
            Revision {hold.revision}, digest <code>{hold.digest.slice(0, 12)}</code>.{' '}
            <a {...linkTo({ page: 'hold', holdId: hold.id })}>See it as it was shown</a>
          </dd>
          <dt>Proposal</dt>
          <dd>
            <pre className="pretty">
              <VisibleText text={asText(subjectOf(hold, hold.proposal))} />
            </pre>
          </dd>
          {last?.diff !== undefined && (
            <>
              <dt>Changed</dt>
              <dd>
                <pre className="pretty">
                  <VisibleText text={prettyJson(last.diff)} />
                </pre>
              </dd>
            </>
          )}
          <dt>Why</dt>
          <dd>
            {last?.reasonCode && <span className="tag">{wordsOfCode(last.reasonCode)}</span>}{' '}
            {last?.reason ? <VisibleText text={`“${last.reason}”`} /> : 'no words'}
          </dd>
          <dt>Held because</dt>
          <dd>
            <VisibleText text={hold.reasons.map(({ code, detail }) => `${code}: ${detail}`).join('; ')} />
          </dd>
          {hold.runId !== null && (
            <>
              <dt>Recorded</dt>
              <dd className="row">
                <a {...linkTo({ page: 'run', runId: hold.runId })}>run {shortId(hold.runId)}</a> #{hold.seq}{' '}
                <Verified runId={hold.runId} lastSeq={hold.seq} />
              </dd>
            </>
          )}
        </dl>
      </td>
    </tr>
  );
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : prettyJson(value);
}

function saysWho({ decidedBy, history, digest }: Hold, words: string): boolean {
  const said = [...decidedBy, digest, ...history.map(({ reason, reasonCode }) => `${reason} ${reasonCode}`)]
    .join(' ')
    .toLowerCase();
  return words.trim() !== '' && said.includes(words.trim().toLowerCase());
}

/** A line a decision, as the server gave it. */
function save(holds: readonly Hold[]): void {
  const text = holds.map((hold) => `${JSON.stringify(hold)}\n`).join('');
  const address = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = plainText(`holdpoint-decisions-${new Date().toISOString().slice(0, 10)}.ndjson`);
  link.click();
  URL.revokeObjectURL(address);
}
