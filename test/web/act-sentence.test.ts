import { describe, expect, test } from 'vitest';
import { approveLabel, moneyOf, rowWords, sentenceOf, shortAct } from '../../web/src/hold/act-sentence.ts';
import { rowsOf } from '../../web/src/hold/proposal-rows.ts';
import { undoWords } from '../../web/src/hold/undo-words.ts';
import { sampleHold } from './sample-hold.ts';

const NOTHING = { hidden: 0, alike: 0, padding: 0 };

describe('the act as a sentence', () => {
  test('writes the amount as people say it, from the very argument', () => {
    expect(sentenceOf(sampleHold())).toBe('Refund $120.00 on order 81-A');
    expect(approveLabel(sampleHold())).toBe('Approve: refund $120.00 on order 81-A');
  });

  test('does not make up a currency that no argument names', () => {
    const hold = sampleHold({
      proposal: { tool: 'ship', input: { parcels: 1200 } },
      impact: { summary: 'Ship 1200 parcels', amount: 1200, reversible: false },
    });
    expect(moneyOf(hold)).toBe('1,200');
    expect(sentenceOf(hold)).toBe('Ship 1,200 parcels');
  });

  test('touches no other number', () => {
    const hold = sampleHold({ impact: { summary: 'Refund order $1205: $120.5', amount: 120, reversible: true } });
    expect(sentenceOf(hold)).toBe('Refund order $1205: $120.5');
  });

  test('names tool and arguments where the tool says nothing', () => {
    expect(sentenceOf(sampleHold({ impact: null }))).toBe('Run issue_refund with orderId 81-A, amountUsd 120');
  });

  test('does the same where only the name of the tool is said, as of a tool without `impact`', () => {
    const hold = sampleHold({ impact: { summary: 'issue_refund', reversible: false } });
    expect(sentenceOf(hold)).toBe('Run issue_refund with orderId 81-A, amountUsd 120');
    expect(approveLabel(hold)).toBe('Approve: run issue_refund with orderId 81-A, amountUsd 120');
    expect(rowWords(hold)).toMatchObject({ verb: 'issue_refund', object: '81-A' });
    expect(shortAct(hold)).toBe('issue_refund');
  });

  test('names every argument, and of a long one the beginning', () => {
    const input = { orderId: '81-A', memo: 'because '.repeat(50) };
    const sentence = sentenceOf(sampleHold({ impact: null, proposal: { tool: 'issue_refund', input } }));
    expect(sentence).toMatch(/^Run issue_refund with orderId 81-A, memo because [a-z ]{45,52}…$/);
  });

  test('promises no undo of what a person is to do outside', () => {
    expect(undoWords(sampleHold(), 600_000)).toEqual({ can: true, words: 'Can be undone for 10 min after it runs' });
    expect(undoWords(sampleHold({ kind: 'human' }), 600_000)).toMatchObject({ can: false });
  });

  test('asks the question itself', () => {
    const hold = sampleHold({ kind: 'question', proposal: { question: 'Which order?' } });
    expect(sentenceOf(hold)).toBe('Which order?');
  });

  test('says that a task failed, and leaves what a schema found wrong to the box', () => {
    const error = {
      code: 'OUTPUT_INVALID',
      message: 'The output has no such form, after 2 retries: ✖ Invalid input\n  ✖ at a',
    };
    const hold = sampleHold({ kind: 'escalation', impact: null, task: 'pay', proposal: { error, output: null } });
    expect(sentenceOf(hold)).toBe('pay cannot go on: The output has no such form, after 2 retries');
  });

  test('writes hidden characters out in a button', () => {
    const hold = sampleHold({ impact: { summary: 'Refund\u202e 021$', reversible: true } });
    expect(approveLabel(hold)).toBe('Approve: refund[U+202E] 021$');
  });

  test('counts the words of a text in its row', () => {
    const hold = sampleHold({
      kind: 'after',
      action: null,
      impact: null,
      task: 'write',
      proposal: 'Three short words',
    });
    expect(rowWords(hold)).toEqual({ verb: 'write', object: 'Three short words', amount: '3 words' });
  });
});

describe('the rows of a proposal', () => {
  test('stand in the order of the schema, with what was before', () => {
    const hold = sampleHold({
      revision: 2,
      previous: {
        proposal: { tool: 'issue_refund', input: { amountUsd: 180, orderId: '81-A', memo: 'x' } },
        digest: 'd0',
      },
    });
    expect(rowsOf(hold)).toEqual([
      { key: 'orderId', value: '81-A', changed: false, previous: '81-A', unseen: NOTHING },
      { key: 'amountUsd', value: 120, changed: true, previous: 180, unseen: NOTHING },
      { key: 'memo', value: undefined, changed: true, previous: 'x', unseen: NOTHING },
    ]);
  });

  test('are none for a text', () => {
    expect(rowsOf(sampleHold({ kind: 'after', action: null, proposal: 'text' }))).toBeNull();
  });
});
