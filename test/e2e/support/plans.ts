import type { Plan } from './planned-model.ts';

const lookup = [
  { call: ['get_order', { orderId: '81-A' }] },
  { output: { items: 3, unitUsd: 60, paidUsd: 180 } },
] as const;

/** A refund that waits for a yes: the amount of the first proposal, and of the one after a rejection. */
export function refundPlan({
  orderId = '81-A',
  amountUsd = 120,
  second = undefined as number | undefined,
  memo = '2 of 3 jars broken\u200b on arrival',
  say = SAYS,
} = {}): Plan {
  return {
    lookup,
    assess: [{ output: { refund: true, amountUsd, why: 'jars broken' } }],
    pay: [
      { say, call: ['issue_refund', { orderId, amountUsd, memo }] },
      ...(second === undefined ? [] : [{ say, call: ['issue_refund', { orderId, amountUsd: second, memo }] } as const]),
      { output: 'Paid.' },
    ],
    pattern: [{ output: 'No pattern that speaks against the customer.' }],
    notify: [
      {
        say: 'The customer should know.',
        call: [
          'send_mail',
          {
            to: 'j.moreau@example.com',
            subject: 'Your refund',
            body: 'We have refunded your order.\n\nYour bank will show it in a few days.',
          },
        ],
      },
      { output: 'Told.' },
    ],
    report: [{ output: 'Refunded.' }],
  };
}

const SAYS =
  'Two of the three jars arrived broken; the photo shows two cracked lids and one intact jar. Each jar cost $60.00, so I refund $120.00 and not the whole order. I am less sure because the photo has no date.';

export function mailPlan(to = 'j.moreau@example.com', subject = 'Your refund'): Plan {
  return {
    settle: [{ call: ['send_mail', { to, subject, body: 'Your refund is on its way.' }] }, { output: { done: true } }],
  };
}

export function smallRefundPlan(orderId: string, amountUsd: number): Plan {
  return {
    settle: [{ call: ['issue_refund', { orderId, amountUsd, memo: 'jar broken' }] }, { output: { done: true } }],
  };
}

export const WIRE: Plan = {
  settle: [
    {
      say: 'The supplier is to be paid by hand.',
      call: ['wire_transfer', { payee: 'Baltic Freight', amountUsd: 1240 }],
    },
    { output: { done: true } },
  ],
};
export const QUESTION: Plan = {
  settle: [
    { call: ['ask_human', { question: 'Which order does the customer mean?', options: ['81-A', '83-B', 'neither'] }] },
    { output: { done: true } },
  ],
};
export const FAILING: Plan = { settle: [{ output: 'no object' }] };

export const DRAFT = `# Autumn returns policy

From October, returns are free for **30 days**. See [the terms](https://example.com/terms).

- Keep the parcel.
- Print the label; it is valid for 14 days.

Broken glass is refunded at once, without the goods coming back.`;
export const DRAFT_2 = DRAFT.replace('30 days', '45 days').replace('Keep the parcel.', 'Keep the parcel and the slip.');

export function draftPlan(first = DRAFT, second = DRAFT_2): Plan {
  return {
    write: [
      { output: first, reasoning: 'I kept it short. The dates come from the policy of last year.', confidence: 0.71 },
      { output: second, reasoning: 'The days are corrected.', confidence: 0.86 },
    ],
    publish: [{ output: 'Published.' }],
  };
}
