import { showPerson } from '../text/show-person.ts';
import { showDuration } from '../text/show-time.ts';

/** The details of `HOLD_ALREADY_DECIDED`: who was faster, and what they chose. */
export interface Winner {
  readonly status: string;
  readonly by: string | null;
  readonly verdict: string | null;
  readonly reason: string | null;
  readonly at: string | null;
}

const PAST: Readonly<Record<string, string>> = {
  approve: 'approved',
  modify: 'modified',
  reject: 'rejected',
  respond: 'answered',
};

/** "ben rejected this 2 s before you: wrong amount." */
export function tellWinner(winner: Winner, sentMs: number): string {
  const { status, by, verdict, reason, at } = winner;
  if (by === null || verdict === null) {
    if (status === 'expired') return 'its deadline passed before you, so it is closed.';
    return `it was ${status} before you.`;
  }
  const before = at === null ? 0 : sentMs - Date.parse(at);
  const when = before >= 1000 ? ` ${showDuration(before)} before you` : ' just before you';
  return `${showPerson(by)} ${PAST[verdict] ?? verdict} this${when}${reason ? `: ${reason}` : '.'}`;
}
