import { expect, test } from 'vitest';
import { adviceLines, oversightRows, reasonLines } from '../../src/cli/oversight-text.ts';
import { sparkline } from '../../src/cli/sparkline.ts';
import type { Hold } from '../../src/hooks/hold.ts';
import type { ActionType } from '../../src/server/protocol/action-type.ts';
import { cliFolder } from '../support/cli.ts';
import { NEWSROOM } from '../support/cli-crews.ts';

const type: ActionType = {
  ...{ key: 'desk/pay/0123456789ab', kind: 'action', crew: 'desk', task: null, tool: 'pay', model: 'm' },
  ...{ schema: 's', policy: 'p', own: 'approval', raisedTo: null, reversible: true },
  decisions: {
    ...{ total: 74, approved: 73, modified: 0, material: 0, rejected: 1, answered: 0, expired: 0, undone: 0 },
    ...{ audits: { good: 0, bad: 0, critical: 0 }, badRate: 1 / 74, medianTookMs: 60_000, lastAt: null },
  },
  weeks: [],
  reasons: [{ by: 'argument', what: '/amount from 400 to 500', count: 1, of: 1, said: ['too much'] }],
  graduation: {
    ...{ level: 'approval', next: 'supervised', promotable: false, points: 33.98, pointsToPass: 73 },
    missing: ['40 more clean decisions (33 of 73 points).'],
    signed: null,
    evidence: {
      ...{ clean: 73, bad: 1, reviewers: 2, names: ['user:ana', 'user:ben'], days: 15, firstAt: null, lastAt: null },
      ...{ path: [1, 2, -37, -36, 0, 33.9], cusum: 0 },
    },
    ...{ upperBound: 0.0625, demote: null },
  },
  awaitingAudit: [],
};

test('the table has the level, the bound and the points; a plot only where it is asked for', () => {
  expect(oversightRows([type], { plot: false })[1]).toEqual([type.key, 'approval', '74', '1.4%', '6.3%', '33/73', '']);
  expect(oversightRows([type], { plot: true })[1]?.at(-1)).toBe('▃▃▁▁▃▆');
});

test('the lines below say what is missing, or how to sign', () => {
  expect(adviceLines(type)).toEqual([
    'desk/pay/0123456789ab cannot become supervised yet.',
    '  40 more clean decisions (33 of 73 points).',
  ]);
  const ready = { ...type, graduation: type.graduation && { ...type.graduation, promotable: true, missing: [] } };
  expect(adviceLines(ready)).toEqual([expect.stringContaining('holdpoint oversight sign desk/pay/0123456789ab')]);
  expect(reasonLines(type)).toEqual([
    'desk/pay/0123456789ab: 1 rejected or changed of 74 decided',
    '  argument /amount from 400 to 500: 1 of 1 decided',
    '    "too much"',
  ]);
  const rewritten: ActionType['reasons'] = [{ by: 'changed', what: '', count: 1, of: 1, said: [] }];
  expect(reasonLines({ ...type, reasons: rewritten })[1]).toBe('  changed by reviewers: 1 of 1');
});

test('a long history is thinned to one line, its last point kept', () => {
  const line = sparkline(
    Array.from({ length: 200 }, (_, index) => index),
    400,
  );
  expect([...line]).toHaveLength(24);
  expect(line.at(-1)).toBe('▄');
  expect(sparkline([], 73)).toBe('');
});

test('the record is read from the database, and a login without a token signs for nothing', async () => {
  await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
  expect(await folder.run(['oversight'])).toMatchObject({ code: 2 });
  await folder.json(['run', 'newsroom.ts', '--input', 'topic=bees', '--model', 'rehearsal']);
  const [hold] = (await folder.json(['holds'])).lines as unknown as [Hold];
  await folder.run([
    'holds',
    'reject',
    hold.id,
    '--digest',
    hold.digest,
    '--reason',
    'dull',
    '--reason-code',
    'wrong content',
  ]);
  const { code, stderr, lines } = await folder.json(['oversight']);
  expect({ code, stderr, lines }).toMatchObject({
    stderr: '',
    code: 0,
    lines: [{ kind: 'task', task: 'draft', decisions: { total: 1, rejected: 1 }, graduation: null }],
  });
  const shown = await folder.run(['oversight', '--reasons']);
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ {2}reason code wrong content: 1 of 1$/m) });
  expect(shown.stdout).toContain('"dull"');
  const sign = await folder.run(['oversight', 'sign', 'desk/pay/x', '--reason', 'fine']);
  expect(sign).toMatchObject({ code: 2, stderr: expect.stringContaining('FORBIDDEN') });
  const demote = await folder.run(['oversight', 'demote', 'desk/pay/x']);
  expect(demote).toMatchObject({ code: 2, stderr: expect.stringContaining('ACTION_NOT_FOUND') });
});
