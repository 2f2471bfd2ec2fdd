import type { Hold } from '../../../src/client/index.ts';
import { type Clock, systemClock } from '../../../src/runner/clock.ts';
import type { Plan } from './planned-model.ts';
import { draftPlan, mailPlan, smallRefundPlan } from './plans.ts';
import type { ReviewDesk } from './review-desk.ts';

const DAY_MS = 24 * 3_600_000;

export interface MovableClock extends Clock {
  /** From now on it is so long ago; with 0 it is now. */
  setBack(ms: number): void;
}

/** The system's clock, set back: what is done then lies in the past, as it does in a journal that has been in use. */
export function movableClock(): MovableClock {
  let behindMs = 0;
  return {
    now: () => new Date(Date.now() - behindMs).toISOString(),
    every: systemClock.every,
    after: systemClock.after,
    setBack: (ms) => {
      behindMs = ms;
    },
  };
}

type Answer = Parameters<ReviewDesk['engine']['decide']>[1];
type Verdict = Omit<Answer, 'digest'>;

/** Runs and decides `count` holds evenly over `days` until now, by two people in turn; `answer` says how, by its number. */
async function decided(
  desk: ReviewDesk,
  clock: MovableClock,
  given: {
    crew: string;
    count: number;
    days: number;
    plan: (index: number) => Plan;
    answer: (index: number) => Verdict;
  },
): Promise<void> {
  const { crew, count, days, plan, answer } = given;
  for (let index = 0; index < count; index++) {
    const agoMs = (days * DAY_MS * (count - index)) / count;
    clock.setBack(agoMs);
    const hold: Hold = await desk.hold(await desk.run(crew, plan(index), `ticket ${4000 + index}`));
    clock.setBack(agoMs - 20_000 - (index % 7) * 25_000);
    const user = index % 2 === 0 ? 'user:ana' : 'user:ben';
    const { runId } = hold;
    await desk.engine.decide(
      hold.id,
      { ...answer(index), digest: hold.digest },
      { actor: { user, roles: ['reviewer'], groups: ['leads'] } },
    );
    const rest = await desk.engine.settled(runId as NonNullable<typeof runId>);
    if (rest.status === 'held')
      await desk.engine.cancel(rest.id, 'It was about the first hold.', {
        actor: { user: 'user:root', roles: ['admin'], groups: [] },
      });
  }
  clock.setBack(0);
}

const approve: Verdict = { verdict: 'approve' };
const reject = (reasonCode: string, reason: string): Verdict => ({ verdict: 'reject', reasonCode, reason });

/** Small refunds that were right for `days`: enough to be signed for where there are more than 73. */
export function cleanRefunds(desk: ReviewDesk, clock: MovableClock, count = 76): Promise<void> {
  const plan = (index: number) => smallRefundPlan(`${index}-C`, 25 + (index % 40));
  return decided(desk, clock, { crew: 'pay-office', count, days: 50, plan, answer: () => approve });
}

/** Mails that were all refused for one reason. */
export function rejectedMails(desk: ReviewDesk, clock: MovableClock, count: number): Promise<void> {
  const answer = () => reject('wrong-content', 'Promises a date that we do not know.');
  return decided(desk, clock, { crew: 'pay-office', count, days: 20, plan: () => mailPlan(), answer });
}

/** Eight weeks in which mails and drafts were decided in every way. */
export async function mixedDecisions(desk: ReviewDesk, clock: MovableClock): Promise<void> {
  const mails: readonly Verdict[] = [
    reject('wrong-content', 'Promises a date that we do not know.'),
    reject('policy', 'We never name the carrier in a mail.'),
    reject('wrong-content', 'The tone is wrong for a complaint.'),
  ];
  await decided(desk, clock, {
    crew: 'pay-office',
    count: 34,
    days: 54,
    plan: (index) => mailPlan(`c${index}@example.com`),
    answer: (index) => (index % 9 === 4 ? (mails[((index / 9) % 3) | 0] ?? approve) : approve),
  });
  await decided(desk, clock, {
    crew: 'bureau',
    count: 24,
    days: 40,
    plan: (index) => smallRefundPlan(`${index}-D`, 60 + index),
    answer: (index) =>
      index % 11 === 6
        ? reject('insufficient-evidence', 'No photo, and the order is older than 90 days.')
        : { verdict: 'approve', reason: 'The photo shows it.' },
  });
  await decided(desk, clock, {
    crew: 'newsroom',
    count: 12,
    days: 30,
    plan: () => draftPlan(),
    answer: (index) =>
      index % 5 === 2
        ? { verdict: 'modify', value: `We answer within ${index} days.`, reason: 'Shorter.' }
        : index % 6 === 3
          ? reject('wrong-content', 'The days are those of last year.')
          : approve,
  });
}
