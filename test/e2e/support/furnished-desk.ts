import { draftPlan, FAILING, mailPlan, QUESTION, refundPlan, smallRefundPlan, WIRE } from './plans.ts';
import type { ReviewDesk } from './review-desk.ts';

/** Holds of every kind, beside the past of `past-weeks.ts`. Gives where each is. */
export async function furnish(desk: ReviewDesk): Promise<Readonly<Record<string, string>>> {
  const ben = { actor: { user: 'user:ben', roles: ['reviewer'], groups: ['leads'] } };
  const held = async (crew: string, plan: Parameters<ReviewDesk['run']>[1]) => desk.hold(await desk.run(crew, plan));
  await desk.run('pay-office', smallRefundPlan('80-B', 12));
  await desk.run('pay-office', smallRefundPlan('80-F', 18.5));
  for (const [order, amount] of [
    ['76-D', 36.5],
    ['77-K', 22.8],
    ['78-E', 64],
  ] as const)
    await held('pay-office', smallRefundPlan(order, amount));
  const wire = await held('pay-office', WIRE);
  const question = await held('pay-office', QUESTION);
  const failure = await held('pay-office', FAILING);
  await held('pay-office', mailPlan('k.ito@example.com', 'Your refund for 76-D'));
  const mail = await held('pay-office', mailPlan('m.okafor@example.com', 'Your refund for 74-B'));
  const value = {
    to: 'm.okafor@example.com',
    subject: 'Your refund for 74-B',
    body: 'Your bank will show it in a few days.',
  };
  const changed = { verdict: 'modify', value, reason: 'Promise no date: the bank decides that.' } as const;
  await desk.engine.decide(mail.id, { ...changed, digest: mail.digest }, ben);
  const draft = await held('newsroom', draftPlan());
  await desk.engine.decide(
    draft.id,
    { digest: draft.digest, verdict: 'reject', reason: 'It is 45 days.', reasonCode: 'wrong-content' },
    ben,
  );
  const revised = (await desk.engine.settled(draft.runId as NonNullable<typeof draft.runId>)).openHolds[0];
  const statement = await held('board', { statement: [{ output: 'Broken jars are refunded.', confidence: 0.9 }] });
  await desk.engine.decide(statement.id, { digest: statement.digest, verdict: 'approve' }, ben);
  const refund = await held('refund-desk', refundPlan({ amountUsd: 180, second: 120 }));
  const why = { verdict: 'reject', reason: 'Only two jars broke. Refund those.', reasonCode: 'wrong-amount' } as const;
  await desk.engine.decide(refund.id, { ...why, digest: refund.digest }, ben);
  const main = (await desk.engine.settled(refund.runId as NonNullable<typeof refund.runId>)).openHolds[0];
  return {
    approval: `/holds/${main}`,
    run: `/runs/${refund.runId}`,
    human: `/holds/${wire.id}`,
    question: `/holds/${question.id}`,
    escalation: `/holds/${failure.id}`,
    confirm: `/holds/${revised}`,
    quorum: `/holds/${statement.id}`,
  };
}
