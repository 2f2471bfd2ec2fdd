import { expect, test } from 'vitest';
import type { HoldRecord } from '../../src/hooks/hold.ts';
import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { searchDecisions } from '../../src/runner/search-decisions.ts';
import { countTurns } from '../support/count-turns.ts';
import { appendOf, holdOf, runId } from '../support/sample-journal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = runId('decided');
const MANY = 4_100;

/** Of which only the first was made by `user:eva`. */
async function openDecided() {
  const folder = await temporaryFolder();
  const journal = await openSqliteJournal({ path: `${folder.path}/holdpoint.db` });
  const decided = (n: number): HoldRecord => {
    const by = n === 0 ? 'user:eva' : 'user:ana';
    const at = new Date(Date.parse('2026-03-01T10:00:00.000Z') + n).toISOString();
    const made = { by, verdict: 'approve' as const, at, reason: null, reasonCode: null };
    return holdOf(run, n, { status: 'approved', history: [made], decidedBy: [by] });
  };
  await journal.append(appendOf(run, { holds: Array.from({ length: MANY }, (_, n) => decided(n)) }).batch);
  const close = async () => {
    await journal.close();
    await folder.remove();
  };
  return { journal, [Symbol.asyncDispose]: close };
}

test('who decided seldom is not looked for in all decisions at once', async () => {
  await using many = await openDecided();
  const { journal } = many;
  const first = await journal.decided({ by: 'user:eva' });
  expect(first).toEqual({ items: [], cursor: expect.any(String) });
  const pages = [first];
  for (let last = first; last.cursor !== null; last = pages.at(-1) ?? first)
    pages.push(await journal.decided({ by: 'user:eva', cursor: last.cursor }));
  expect(pages.map(({ items }) => items.length)).toEqual([0, 0, 1]);
  const search = () => searchDecisions(journal, { by: 'user:eva' });
  expect(await search()).toMatchObject({ decisions: [{ by: 'user:eva' }], cursor: null });
  expect(await countTurns(search)).toBe(2);
});

test('each decision is found once, whatever is asked for', async () => {
  await using many = await openDecided();
  for (const query of [{}, { by: 'user:ana' }, { verdict: 'approve' as const, crew: 'desk' }]) {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await many.journal.decided({ ...query, limit: 200, cursor });
      found.push(...page.items.map(({ hold }) => hold.id));
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    const all = Array.from({ length: MANY }, (_, n) => holdOf(run, n).id).reverse();
    expect(found).toEqual('by' in query ? all.slice(0, -1) : all);
  }
});
