import { setImmediate as nextTurn } from 'node:timers/promises';
import { HoldpointError } from '../errors.ts';
import { type DecisionFilter, type PastDecision, says } from '../hooks/past-decision.ts';
import type { Journal } from '../journal/journal.ts';

export interface DecisionSearch extends DecisionFilter {
  readonly crew?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Pages looked through for one answer at most, so that a text that nothing has cannot keep the journal busy. */
const MAX_PAGES = 20;

/**
 * Past decisions, the last one first, at most `limit`. A page may be short, or empty, and still have a `cursor`: there is more to
 * look through. @throws `BAD_REQUEST` for what is no time or no cursor
 */
export async function searchDecisions(
  journal: Journal,
  { crew, limit, cursor: start, ...given }: DecisionSearch,
): Promise<{ decisions: PastDecision[]; cursor: string | null }> {
  const { text, ...filter } = { ...given, from: timeOf('from', given.from), to: timeOf('to', given.to) };
  let cursor: string | undefined = start;
  for (let pages = 1; ; pages++) {
    const page = await journal.decided({ ...filter, crew, limit, cursor });
    const found = page.items.filter((item) => text === undefined || says(item, text));
    const decisions = found.map(({ decision }) => decision);
    if (decisions.length > 0 || page.cursor === null || pages >= MAX_PAGES) return { decisions, cursor: page.cursor };
    cursor = page.cursor;
    await nextTurn();
  }
}

function timeOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new HoldpointError(
    'BAD_REQUEST',
    `\`${name}\` is no time: ${JSON.stringify(text)}. Write 2026-03-01 or 2026-03-01T08:00:00Z.`,
  );
}
