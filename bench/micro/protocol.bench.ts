import { test } from 'vitest';
import { MESSAGES } from '../../src/server/protocol/messages.ts';

/** What the server does with a message before it acts on it. */

const decision = {
  requestId: 'req_0190a5b0c0de7000',
  holdId: 'hold_01a21e4556b1718fb423a6a7e802575f_1',
  digest: 'a'.repeat(64),
  verdict: 'modify',
  value: { orderId: '81-A', amountUsd: 120, reason: 'The parcel came back.' },
  reason: 'As the customer asked.',
};
const text = JSON.stringify(decision);
const { payload } = MESSAGES['hold:decide'];

test('a decision off the wire', async ({ bench }) => {
  await bench.compare(
    bench('JSON.parse', () => void JSON.parse(text)),
    bench('validated', () => void payload.parse(decision)),
  );
});
