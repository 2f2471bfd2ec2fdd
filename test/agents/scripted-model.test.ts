import { describe, expect, it } from 'vitest';
import { call, calls, failWith, scriptedModel, text } from '../../src/agents/scripted-model.ts';
import { ask, failing, requestFor } from './asking.ts';

const request = requestFor('Task: pay\nPay the order.');

describe('the scripted model', () => {
  it('says its steps in order and keeps what was asked', async () => {
    const model = scriptedModel([
      call('pay', { amount: 3 }),
      calls([
        ['a', {}],
        ['b', { n: 1 }],
      ]),
      { refund: true },
      text('Paid.', { confidence: 0.2 }),
      { output: [1, 2], reasoning: 'two of them' },
    ]);
    const answers = [];
    for (let n = 0; n < 5; n++) answers.push((await ask(model, request)).answer);
    expect(answers[0]?.toolCalls).toMatchObject([{ name: 'pay', arguments: '{"amount":3}' }]);
    expect(answers[1]?.toolCalls.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(JSON.parse(answers[2]?.text ?? '').output).toEqual({ refund: true });
    expect(JSON.parse(answers[3]?.text ?? '')).toMatchObject({ output: 'Paid.', confidence: 0.2 });
    expect(JSON.parse(answers[4]?.text ?? '')).toMatchObject({ output: [1, 2], reasoning: 'two of them' });
    expect(model.requests).toHaveLength(5);
    expect(() => model.assertDone()).not.toThrow();
  });

  it('refuses a request beyond the script, naming it', async () => {
    const model = scriptedModel(['once']);
    await ask(model, request);
    const error = await failing(ask(model, request));
    expect(error).toMatchObject({ code: 'SCRIPT_EXHAUSTED' });
    expect(error.message).toMatch(/request 2 \(task "pay"\).*Pay the order/);
  });

  it('tells of steps that are left, and fails as told', async () => {
    const model = scriptedModel({ pay: [failWith('MODEL_TIMEOUT', 'too slow'), 'never'], other: [] });
    const error = await failing(ask(model, request));
    expect(error).toMatchObject({ code: 'MODEL_TIMEOUT', message: 'too slow' });
    expect(error.failures).toMatchObject([{ try: 1, retryInMs: null }]);
    expect(() => model.assertDone()).toThrow('1 of task "pay"');
  });
});
