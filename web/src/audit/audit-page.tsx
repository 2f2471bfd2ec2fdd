import { useMemo, useRef } from 'react';
import { go } from '../router.ts';
import { showPerson } from '../text/show-person.ts';
import { useKeys } from '../use-keys.ts';
import { useTitle } from '../use-title.ts';
import { AuditFilters } from './audit-filters.tsx';
import { type AuditQuery, EVERYTHING, readQuery, writeQuery } from './audit-query.ts';
import { AuditTable } from './audit-table.tsx';
import { ExportDecisions } from './export-decisions.tsx';
import { type Audit, useAudit } from './use-audit.ts';
import { VerifyChains } from './verify-chains.tsx';

/** Every decision: who, on what, and why. @param query what follows the `?` of the address */
export default function AuditPage({ query: address }: { query: string }) {
  const query = useMemo(() => readQuery(address), [address]);
  const audit = useAudit(query);
  const input = useRef<HTMLInputElement>(null);
  useTitle('Audit');
  useKeys({ '/': () => input.current?.focus() });
  const rows = audit.rows ?? [];
  const search = (wanted: AuditQuery) => go({ page: 'audit', query: writeQuery(wanted) }, { replace: true });
  return (
    <main className="page greys">
      <div className="wrap">
        <div className="pagehead">
          <h1>Audit</h1>
          <p>Every decision: who, on what, and why.</p>
          <VerifyChains />
        </div>
        <AuditFilters
          query={query}
          input={input}
          people={distinct(rows.flatMap(({ people }) => people.map(showPerson)))}
          crews={distinct(rows.flatMap(({ crew }) => (crew === null ? [] : [crew])))}
          onQuery={search}
        />
        <div className="audit-count">
          <span className="soft small" role="status">
            {countWords(audit)}
          </span>
          {audit.newer > 0 && (
            <button type="button" className="link small" onClick={audit.again}>
              {audit.newer} decided since, show
            </button>
          )}
          <span className="push" />
          <ExportDecisions query={query} nothing={rows.length === 0} />
        </div>
        {audit.problem !== null && (
          <p className="err" role="alert">
            {audit.problem}
          </p>
        )}
        <section className="panel scroll-x" aria-label="Decisions">
          {rows.length === 0 ? (
            <Nothing audit={audit} query={query} onEverything={() => search(EVERYTHING)} />
          ) : (
            <AuditTable rows={rows} />
          )}
        </section>
        {audit.more && (
          <button type="button" className="btn more-button" disabled={audit.reading} onClick={audit.readOn}>
            {audit.reading ? 'Looking further back…' : 'Older ones'}
          </button>
        )}
      </div>
    </main>
  );
}

function Nothing({ audit, query, onEverything }: { audit: Audit; query: AuditQuery; onEverything: () => void }) {
  if (audit.rows === null || audit.reading) return <p className="panel-empty quiet">Looking through the decisions…</p>;
  if (writeQuery(query) === '') return <p className="panel-empty quiet">Nothing was decided yet.</p>;
  return (
    <p className="panel-empty quiet">
      No decision fits.{' '}
      <button type="button" className="link" onClick={onEverything}>
        Show all of them
      </button>
    </p>
  );
}

function countWords({ rows, reading, more }: Audit): string {
  if (rows === null) return 'Reading…';
  const found = rows.length.toLocaleString('en-US');
  if (reading) return `${found} so far, looking further back…`;
  return more
    ? `The newest ${found}; there are older ones`
    : `${found} ${rows.length === 1 ? 'decision' : 'decisions'}`;
}

function distinct(all: readonly string[]): string[] {
  return [...new Set(all)].sort();
}
