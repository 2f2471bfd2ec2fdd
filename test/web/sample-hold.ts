import type { Hold } from '../../src/client/index.ts';

/** An approval as the server sends it, with what a test needs otherwise. */
export function sampleHold(
  change: Partial<Omit<Hold, 'id' | 'review'>> & { id?: string; review?: Partial<Hold['review']> } = {},
): Hold {
  const { review, ...rest } = change;
  const hold = {
    id: 'hold_1',
    seq: 5,
    revision: 1,
    runId: 'run_1',
    crew: 'refund-desk',
    task: 'pay',
    agent: 'clerk',
    attempt: 1,
    requestedBy: 'user:ben',
    kind: 'action',
    status: 'open',
    reasons: [{ code: 'tier', detail: 'issue_refund is `approval` here.' }],
    proposal: { tool: 'issue_refund', input: { amountUsd: 120, orderId: '81-A' } },
    digest: 'd1',
    schema: {
      type: 'object',
      properties: { orderId: { type: 'string' }, amountUsd: { type: 'number', exclusiveMinimum: 0 } },
      required: ['orderId', 'amountUsd'],
    },
    previous: null,
    action: { id: 'act_1', tool: 'issue_refund', tier: 'approval' },
    impact: { summary: 'Refund $120 on order 81-A', target: 'order 81-A', amount: 120, reversible: true },
    reasoning: null,
    confidence: null,
    blocks: [],
    history: [],
    allowed: ['approve', 'modify', 'reject'],
    claimedBy: null,
    claimedUntil: null,
    comments: [],
    openedAt: '2026-11-20T10:00:00.000Z',
    closedAt: null,
    decidedBy: [],
    review: {
      reviewers: [],
      quorum: 1,
      votes: [],
      dueAt: null,
      overdue: false,
      onExpire: 'wait',
      escalateTo: [],
      reasonRequired: ['reject'],
      ...review,
    },
    ...rest,
  };
  // Ids are branded; a test may name its own.
  return hold as unknown as Hold;
}
