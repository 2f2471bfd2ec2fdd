import { useCallback, useEffect, useRef, useState } from 'react';
import type { DeskStore } from '../desk/desk-store.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { type AuditQuery, isUndecided, searchFor } from './audit-query.ts';
import { type AuditRow, rowOfDecision, rowOfHold } from './audit-row.ts';

/** Lines that a step adds at least, if there are as many. */
const STEP = 50;
/** Decisions that the server looks through at a time, where only few of them may fit. */
const FAR = 200;

export interface Audit {
  /** Null while the first are being read. */
  readonly rows: readonly AuditRow[] | null;
  readonly reading: boolean;
  readonly more: boolean;
  readonly problem: string | null;
  /** Decisions since the search began, which it does not show. */
  readonly newer: number;
  readonly readOn: () => void;
  readonly again: () => void;
}

interface Found {
  readonly rows: readonly AuditRow[];
  readonly cursor: string | null;
}

/** One page of what is looked for, the last decision first; of what nobody decided, the newest hold. */
export async function readAudit(
  store: DeskStore,
  query: AuditQuery,
  given: { readonly limit: number; readonly cursor: string | null },
): Promise<Found> {
  const page = { limit: given.limit, ...(given.cursor === null ? {} : { cursor: given.cursor }) };
  const { crew, ...search } = searchFor(query);
  const of = crew === undefined ? {} : { crew };
  if (isUndecided(query.outcome)) {
    const { holds, cursor } = await store.client.holds.list({ ...page, ...of, status: query.outcome });
    return { rows: holds.map(rowOfHold), cursor };
  }
  const { decisions, cursor } = await store.client.decisions.search({ ...page, ...of, ...search });
  return { rows: decisions.map(rowOfDecision), cursor };
}

/** What is looked for, step by step: never more than was asked for, and nothing of an earlier search in a later one. */
export function useAudit(query: AuditQuery): Audit {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [rows, setRows] = useState<readonly AuditRow[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [reading, setReading] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [newer, setNewer] = useState(0);
  const [round, setRound] = useState(0);
  const search = useRef(0);
  const answered = useRef<string | null>(null);
  const wanted = `${JSON.stringify(query)} ${round}`;

  const step = useCallback(
    async (from: string | null, before: readonly AuditRow[]) => {
      const mine = ++search.current;
      const limit = query.text === '' ? STEP : FAR;
      setReading(true);
      setProblem(null);
      let [found, at] = [before, from];
      try {
        // An answer may hold few of a page, or none, while there is more to look through.
        do {
          const next = await readAudit(store, query, { limit, cursor: at });
          if (mine !== search.current) return;
          [found, at] = [[...found, ...next.rows], next.cursor];
          setRows(found);
          setCursor(at);
          answered.current = wanted;
        } while (at !== null && found.length < before.length + STEP);
      } catch (error) {
        if (mine !== search.current) return;
        setProblem(error instanceof Error ? error.message : String(error));
      }
      setReading(false);
    },
    [store, query, wanted],
  );
  useEffect(() => {
    // A connection that comes back does not take from a reader what is there.
    if (!live || answered.current === wanted) return;
    setNewer(0);
    void step(null, []);
    return () => {
      search.current++;
      setReading(false);
    };
  }, [step, live, wanted]);
  useEffect(
    () => store.client.on('hold:closed', ({ decidedBy }) => setNewer((now) => now + Number(decidedBy.length > 0))),
    [store],
  );
  return {
    rows,
    reading,
    more: cursor !== null,
    problem,
    newer,
    readOn: () => void step(cursor, rows ?? []),
    again: () => setRound(round + 1),
  };
}
