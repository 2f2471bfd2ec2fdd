import { describe, expect, test } from 'vitest';
import type { NodeRow, TokenRow } from '../../../src/journal/journal.ts';
import { AT, OWNER, runId, summaryOf } from '../../support/sample-journal.ts';
import { journalDesk, later, NOW_MS, type OpenJournal, run } from './journal-desk.ts';

/** Nodes and tokens. */
export function nodes(name: string, open: OpenJournal): void {
  const desk = journalDesk(open);

  describe(`${name}: nodes and tokens`, () => {
    test('a node is seen from entering to leaving', async () => {
      const about = { version: '1.2.3', crews: ['desk'], atOnce: { runs: 9, crews: { desk: 2 }, models: {} } };
      await desk.journal.enter(nodeRow('node_a', { about }));
      await desk.journal.enter(nodeRow('node_b', { url: null, startedAt: later(1) }));
      expect(await desk.journal.renew('node_a', later(5_000))).toBe(true);
      expect(await desk.journal.renew('node_gone', later(5_000))).toBe(false);
      const nodes = await desk.journal.nodes();
      expect(nodes).toMatchObject([
        nodeRow('node_a', { seenAt: later(5_000), about }),
        nodeRow('node_b', { url: null, startedAt: later(1) }),
      ]);
      // By the clock of the store, where it has one.
      for (const { silentMs, seenAt } of nodes)
        if (silentMs !== null) expect(silentMs).toBe(Math.max(0, NOW_MS - Date.parse(seenAt)));
      await desk.journal.leave('node_a');
      expect((await desk.journal.nodes()).map(({ id }) => id)).toEqual(['node_b']);
    });

    test('runs with work to do are told with the node that drives them, and those at rest are not', async () => {
      await desk.begin(run, { owner: null });
      await desk.begin(runId('two'));
      await desk.begin(runId('three'));
      await desk.journal.rest(runId('three'), 1, await desk.hashOf(runId('three')), summaryOf(runId('three')));
      expect(await desk.journal.underWay()).toEqual([
        { runId: run, crew: summaryOf(run).crew, owner: null },
        { runId: runId('two'), crew: summaryOf(run).crew, owner: OWNER },
      ]);
    });

    test('a token is found by its hash and revoked once', async () => {
      const { tokens } = desk.journal;
      await tokens.add(tokenRow('t1'));
      await tokens.add(tokenRow('t2', { expiresAt: later(1), roles: [] }));
      expect(await tokens.byHash('hash of t1')).toEqual(tokenRow('t1'));
      expect(await tokens.byHash('t1')).toBeNull();
      expect(await tokens.revoke('t1', AT)).toBe(true);
      expect(await tokens.revoke('t1', later(9))).toBe(false);
      expect(await tokens.revoke('t3', AT)).toBe(false);
      expect(await tokens.list()).toEqual([
        tokenRow('t1', { revokedAt: AT }),
        tokenRow('t2', { expiresAt: later(1), roles: [] }),
      ]);
    });
  });
}

function nodeRow(id: string, changes: Partial<NodeRow> = {}): NodeRow {
  return { id, pid: 7, host: 'h', url: 'http://127.0.0.1:1', startedAt: AT, seenAt: AT, ...changes };
}

function tokenRow(id: string, changes: Partial<TokenRow> = {}): TokenRow {
  const given = { id, hash: `hash of ${id}`, user: 'user:ana', roles: ['reviewer', 'admin'], groups: ['leads'] };
  return { ...given, createdAt: AT, expiresAt: null, revokedAt: null, ...changes };
}
