import { describe, expect, test } from 'vitest';
import { inCommon, rejectedFor } from '../../web/src/oversight/reasons.ts';

type Pattern = Parameters<typeof rejectedFor>[0][number]['reasons'][number];
const pattern = (by: Pattern['by'], what: string, count: number, said: string[] = [], of = count): Pattern => ({
  by,
  what,
  count,
  of,
  said,
});
const type = (tool: string, reasons: Pattern[]) => ({
  key: `desk/${tool}/1`,
  tool,
  task: null,
  reasons,
  decisions: { total: 40 },
});

describe('why people reject', () => {
  const types = [
    type('send_mail', [
      pattern('agent', 'clerk', 8, ['Too long.']),
      pattern('code', 'wrong-content', 6, ['Promises a date.']),
      pattern('argument', 'amountUsd from 200 to 480', 2, ['Too much.'], 3),
      pattern('code', 'policy', 2),
    ]),
    type('publish_post', [
      pattern('code', 'wrong-content', 2, ['Last year.']),
      pattern('changed', '/body', 4, [], 4),
      pattern('agent', 'writer', 2, ['Last year.'], 9),
      pattern('agent', 'intern', 4, [], 5),
    ]),
  ];

  test('is said by the reasons that they chose: never by the name of an agent or of an argument', () => {
    expect(rejectedFor(types)).toEqual([
      {
        code: 'wrong-content',
        count: 8,
        said: 'Promises a date.',
        types: [
          { name: 'send_mail', count: 6 },
          { name: 'publish_post', count: 2 },
        ],
      },
      { code: 'policy', count: 2, said: null, types: [{ name: 'send_mail', count: 2 }] },
    ]);
  });

  test('has in common what can be acted on: an agent only where another does the same', () => {
    expect(inCommon(types).map(({ name, by, what, of }) => `${name} ${by} ${what} ${of}`)).toEqual([
      'publish_post agent intern 5',
      'publish_post changed /body 40',
      'send_mail argument amountUsd from 200 to 480 3',
      'publish_post agent writer 9',
    ]);
  });
});
