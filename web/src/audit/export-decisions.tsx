import { useRef, useState } from 'react';
import type { DeskStore } from '../desk/desk-store.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { saveFile } from '../save-file.ts';
import { type AuditQuery, isUndecided, searchFor } from './audit-query.ts';

/** Everything that is looked for as a file, a line of JSON each as the server gave it: not only what is on the screen. */
export function ExportDecisions({ query, nothing }: { query: AuditQuery; nothing: boolean }) {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [written, setWritten] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const stopped = useRef(false);
  const write = async () => {
    stopped.current = false;
    setProblem(null);
    setWritten(0);
    try {
      const lines: string[] = [];
      for await (const page of pagesOf(store, query)) {
        if (stopped.current) return;
        lines.push(...page.map((item) => `${JSON.stringify(item)}\n`));
        setWritten(lines.length);
      }
      const name = `holdpoint-decisions-${new Date().toISOString().slice(0, 10)}.ndjson`;
      saveFile(name, new Blob(lines), 'application/x-ndjson');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setWritten(null);
    }
  };
  if (written !== null) {
    return (
      <span className="row">
        <span className="soft small">{written.toLocaleString('en-US')} written</span>
        <button
          type="button"
          className="btn small-btn"
          onClick={() => {
            stopped.current = true;
          }}
        >
          Stop the export
        </button>
      </span>
    );
  }
  return (
    <span className="row">
      {problem !== null && (
        <span className="err" role="alert">
          {problem}
        </span>
      )}
      <button type="button" className="btn small-btn" disabled={!live || nothing} onClick={() => void write()}>
        Export NDJSON
      </button>
    </span>
  );
}

/** @param query as in the address */
async function* pagesOf(store: DeskStore, query: AuditQuery): AsyncGenerator<readonly unknown[]> {
  let cursor: string | null = null;
  do {
    const page = { limit: 200, ...(cursor === null ? {} : { cursor }) };
    if (isUndecided(query.outcome)) {
      const crew = query.crew === '' ? {} : { crew: query.crew };
      const found = await store.client.holds.list({ ...page, ...crew, status: query.outcome });
      yield found.holds;
      cursor = found.cursor;
    } else {
      const found = await store.client.decisions.search({ ...page, ...searchFor(query) });
      yield found.decisions;
      cursor = found.cursor;
    }
  } while (cursor !== null);
}
