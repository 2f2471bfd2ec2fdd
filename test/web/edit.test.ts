import { describe, expect, test } from 'vitest';
import { type EditTab, evaluate, firstTab, rawText, serverProblems } from '../../web/src/edit/edit-state.ts';
import { defaultsOf, fieldsOf } from '../../web/src/edit/schema-form.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    orderId: { type: 'string' },
    amountUsd: { type: 'number', exclusiveMinimum: 0 },
    memo: { type: 'string', maxLength: 10 },
    express: { type: 'boolean' },
    lines: { type: 'array', items: { type: 'string' } },
  },
  required: ['orderId', 'amountUsd'],
};
const ORIGINAL = { orderId: '81-A', amountUsd: 120.0, memo: 'a\u200bb', express: false, lines: ['x'] };
const form = (fields: Record<string, string>) => evaluate(ORIGINAL, SCHEMA, { tab: 'form', fields });

describe('a form in which nothing was written yet', () => {
  const inputs = {
    type: 'object',
    properties: {
      topic: { type: 'string' },
      tone: { type: 'string', default: 'plain' },
      words: { type: 'number', default: 100 },
      urgent: { type: 'boolean', default: false },
      tags: { type: 'array', default: [] },
    },
    required: ['topic', 'tone', 'words', 'urgent', 'tags'],
  };
  const defaults = { tone: 'plain', words: 100, urgent: false, tags: [] };

  test('starts from what the schema takes where nothing is given', () => {
    expect(defaultsOf(inputs)).toEqual(defaults);
    expect(evaluate(defaultsOf(inputs), inputs, { tab: 'form', fields: { topic: 'bees', words: '7' } })).toMatchObject({
      value: { topic: 'bees', ...defaults, words: 7 },
      problems: [],
    });
    expect(defaultsOf(null)).toEqual({});
  });
});

describe('an edit by form', () => {
  test('keeps what was not touched, exactly', () => {
    expect(form({})).toEqual({ value: ORIGINAL, problems: [], changed: [] });
    expect(form({ amountUsd: '120', memo: 'a\u200bb' })).toMatchObject({ value: ORIGINAL, changed: [] });
  });

  test('reads each type as what it is', () => {
    const { value, problems, changed } = form({ amountUsd: '60.50', express: 'true', lines: '["x", "y"]' });
    expect(problems).toEqual([]);
    expect(value).toEqual({ ...ORIGINAL, amountUsd: 60.5, express: true, lines: ['x', 'y'] });
    expect(changed).toEqual(['amountUsd', 'express', 'lines']);
  });

  test.each([
    ['amountUsd', '60,00', 'Not a number: "60,00" has a comma. Write 60.00.'],
    ['amountUsd', '1,200', 'Write 1200, without commas.'],
    ['amountUsd', 'sixty', 'Not a number: "sixty".'],
    ['amountUsd', '0', 'Write a number above 0.'],
    ['amountUsd', '', 'Nothing is written here yet.'],
    ['memo', 'longer than ten', '15 characters; at most 10.'],
  ])('says of %s %j what to write', (key, written, problem) => {
    expect(form({ [key]: written })).toMatchObject({ problems: [{ key, problem }], changed: [key] });
  });

  test('leaves out what may be left out', () => {
    expect(form({ express: '' }).value).not.toHaveProperty('express');
  });

  test('says in words what may be written', () => {
    expect(fieldsOf(SCHEMA)?.map(({ key, rule }) => [key, rule])).toEqual([
      ['orderId', 'text'],
      ['amountUsd', 'number above 0'],
      ['memo', 'text, at most 10, may be left out'],
      ['express', 'yes or no, may be left out'],
      ['lines', 'list, as JSON, may be left out'],
    ]);
  });
});

describe('an edit by hand', () => {
  test('begins with the members in the order of the original: only what differs looks different', () => {
    const original = { amountUsd: 120, lines: [{ at: 'x', cents: 2 }], memo: 'a', orderId: '81-A' };
    const value = { orderId: '81-A', note: 'new', amountUsd: 60, lines: [{ cents: 2, at: 'y' }] };
    expect(JSON.parse(rawText(original, value))).toEqual(value);
    expect(rawText(original, value)).toBe(
      JSON.stringify({ amountUsd: 60, lines: [{ at: 'y', cents: 2 }], orderId: '81-A', note: 'new' }, null, 2),
    );
  });

  test.each<[unknown, EditTab]>([
    ['a text', 'text'],
    [ORIGINAL, 'form'],
    [['a'], 'raw'],
    // A form would send along what it does not show.
    [{ ...ORIGINAL, unknown: 1 }, 'raw'],
  ])('begins where all of %j can be seen', (original, tab) => {
    expect(firstTab(original, SCHEMA)).toBe(tab);
  });

  test('takes raw JSON, and says when it is none', () => {
    const raw = (text: string) => evaluate(ORIGINAL, SCHEMA, { tab: 'raw', fields: { '': text } });
    expect(raw('{"orderId":"1"}')).toMatchObject({ value: { orderId: '1' }, problems: [] });
    expect(raw('{').problems[0]?.problem).toMatch(/^Not JSON yet/);
  });

  test('takes a text, but not an empty one', () => {
    const text = (words: string) => evaluate('before', null, { tab: 'text', fields: { '': words } });
    expect(text('after')).toEqual({ value: 'after', problems: [], changed: [''] });
    expect(text(' ').problems).toHaveLength(1);
  });

  test('puts a complaint of the server at its field', () => {
    const known = ['orderId', 'amountUsd'];
    expect(serverProblems({ issues: ['✖ Too small', '→ at amountUsd', '✖ Odd'] }, '', known)).toEqual([
      { key: 'amountUsd', problem: 'Too small' },
      { key: '', problem: 'Odd' },
    ]);
    expect(serverProblems({ issues: [{ path: 'orderId', message: 'No such order' }] }, '', known)).toEqual([
      { key: 'orderId', problem: 'No such order' },
    ]);
    expect(serverProblems(undefined, 'It does not fit', known)).toEqual([{ key: '', problem: 'It does not fit' }]);
  });
});
