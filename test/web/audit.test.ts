import { describe, expect, test } from 'vitest';
import { EVERYTHING, readQuery, searchFor, writeQuery } from '../../web/src/audit/audit-query.ts';
import { changeLines } from '../../web/src/audit/changes.ts';

describe('what is looked for', () => {
  test('stands in the address and is read from it again', () => {
    const query = { ...EVERYTHING, text: 'a&b =c', by: 'ana', outcome: 'rejected', from: '2026-03-01' } as const;
    expect(writeQuery(query)).toBe('text=a%26b+%3Dc&by=ana&outcome=rejected&from=2026-03-01');
    expect(readQuery(writeQuery(query))).toEqual(query);
    expect(writeQuery(EVERYTHING)).toBe('');
  });

  test.each(['outcome=open', 'outcome=constructor', 'from=yesterday', 'to=2026-13-45', 'other=1'])(
    'leaves out what it does not know: %s',
    (query) => expect(readQuery(query)).toEqual(EVERYTHING),
  );

  test('asks the server for whole days of the reader, and for a user by a bare name', () => {
    const asked = searchFor({ ...EVERYTHING, by: ' ana ', from: '2026-02-28', to: '2026-02-28', outcome: 'answered' });
    expect(asked).toMatchObject({ by: 'user:ana', verdict: 'respond' });
    expect(Date.parse(asked.to ?? '') - Date.parse(asked.from ?? '')).toBe(24 * 3_600_000);
    expect(searchFor({ ...EVERYTHING, by: 'local:kim' })).toEqual({ by: 'local:kim' });
    expect(searchFor({ ...EVERYTHING, outcome: 'expired' })).toEqual({});
  });
});

describe('what a modification changed', () => {
  test('comes before what it left, by the names of the arguments', () => {
    const diff = [
      { path: '/input/amountUsd', from: 120, to: 60 },
      { path: '/input/lines/0/a~1b~0c', from: 'x' },
      { path: '/input/note', to: 'new' },
    ];
    const subject = { amountUsd: 120, lines: [{ 'a/b~c': 'x' }], orderId: '81-A' };
    expect(changeLines(diff, subject, true)).toEqual([
      { name: 'amountUsd', changed: true, from: 120, to: 60 },
      { name: 'lines.0.a/b~c', changed: true, from: 'x' },
      { name: 'note', changed: true, to: 'new' },
      { name: 'orderId', changed: false, from: '81-A', to: '81-A' },
    ]);
  });

  test('is the whole where the proposal is a text, and nothing where the journal says nothing', () => {
    expect(changeLines([{ path: '', from: 'a', to: 'b' }], 'a', false)).toEqual([
      { name: '', changed: true, from: 'a', to: 'b' },
    ]);
    expect(changeLines(undefined, 'a', false)).toEqual([]);
    expect(changeLines([{ path: '/description', from: 'a', to: 'b' }], { description: 'a', tools: [] }, false)).toEqual(
      [
        { name: 'description', changed: true, from: 'a', to: 'b' },
        { name: 'tools', changed: false, from: [], to: [] },
      ],
    );
  });
});
