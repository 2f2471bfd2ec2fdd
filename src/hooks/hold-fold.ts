import type { RunId } from '../ids.ts';
import type { Json } from '../json/json.ts';
import type { DecisionRecord, HoldOpening, HoldRecord, HoldStatus } from './hold.ts';
import type { Verdict } from './review-policy.ts';

/** What a hold's events say of it, in the form that this fold needs. */
export type HoldEvent =
  | { type: 'hold.claimed'; data: { until: string } }
  | { type: 'hold.released'; data: object }
  | { type: 'hold.commented'; data: { text: string } }
  | { type: 'hold.voted'; data: { verdict: Verdict; value?: Json | undefined; reason: string | null } }
  | {
      type: 'hold.revised';
      data: {
        revision: number;
        proposal: HoldOpening['proposal'];
        digest: string;
        reason: string | null;
        diff?: Json | undefined;
      };
    }
  | {
      type: 'hold.decided';
      data: {
        verdict: Verdict;
        reason: string | null;
        reasonCode: string | null;
        decidedBy: string[];
        diff?: Json | undefined;
      };
    }
  | { type: 'hold.reminded'; data: object }
  | { type: 'hold.escalated'; data: { to: string[] } }
  | { type: 'hold.expired'; data: object }
  | { type: 'hold.cancelled'; data: object };

interface Placed {
  readonly seq: number;
  readonly at: string;
  readonly by: string;
}

const STATUS: Readonly<Record<Verdict, HoldStatus>> = {
  approve: 'approved',
  modify: 'modified',
  reject: 'rejected',
  respond: 'answered',
};

interface Opened {
  readonly seq: number;
  readonly at: string;
  readonly runId: RunId;
  readonly crew: string;
  readonly requestedBy: string;
  readonly forkedBy: readonly string[];
  readonly inherited: boolean;
}

export function openHold(opening: HoldOpening, place: Opened): HoldRecord {
  return {
    ...opening,
    seq: place.seq,
    runId: place.runId,
    crew: place.crew,
    requestedBy: place.requestedBy,
    ...(place.forkedBy.length > 0 ? { forkedBy: [...place.forkedBy] } : {}),
    ...(opening.history.length > 0 ? { priorDecisions: opening.history.length } : {}),
    ...(place.inherited ? { inherited: true as const } : {}),
    status: 'open',
    votes: [],
    overdue: false,
    reminded: false,
    claimedBy: null,
    claimedUntil: null,
    comments: [],
    openedAt: place.at,
    closedAt: null,
    decidedBy: [],
  };
}

/** The hold after one of its events. The rows of the journal's index and the state of a run are both made by this function. */
export function foldHold(hold: HoldRecord, event: HoldEvent & Placed): HoldRecord {
  const { seq, at, by } = event;
  const closed = { seq, closedAt: at, claimedBy: null, claimedUntil: null };
  switch (event.type) {
    case 'hold.claimed':
      return { ...hold, seq, claimedBy: by, claimedUntil: event.data.until };
    case 'hold.released':
      return { ...hold, seq, claimedBy: null, claimedUntil: null };
    case 'hold.commented':
      return { ...hold, seq, comments: [...hold.comments, { by, text: event.data.text, at }] };
    case 'hold.voted':
      return { ...hold, seq, votes: [...hold.votes, vote(by, event.data)] };
    case 'hold.revised':
      return {
        ...hold,
        seq,
        revision: event.data.revision,
        previous: { proposal: hold.proposal, digest: hold.digest },
        proposal: event.data.proposal,
        digest: event.data.digest,
        votes: [{ by, verdict: 'approve' }],
        history: [...hold.history, record('modify', event, null)],
      };
    case 'hold.decided':
      return {
        ...hold,
        ...closed,
        status: STATUS[event.data.verdict],
        decidedBy: event.data.decidedBy,
        history: [...hold.history, record(event.data.verdict, event, event.data.reasonCode)],
      };
    case 'hold.reminded':
      return { ...hold, seq, reminded: true };
    case 'hold.escalated':
      return { ...hold, seq, overdue: true };
    case 'hold.expired':
      return { ...hold, ...closed, status: 'expired', overdue: true };
    case 'hold.cancelled':
      return { ...hold, ...closed, status: 'cancelled' };
  }
}

function vote(
  by: string,
  { verdict, value }: { verdict: Verdict; value?: Json | undefined },
): HoldRecord['votes'][number] {
  return { by, verdict, ...(value === undefined ? {} : { value }) };
}

function record(
  verdict: Verdict,
  event: Placed & { data: { reason: string | null; diff?: Json | undefined } },
  reasonCode: string | null,
): DecisionRecord {
  const { reason, diff } = event.data;
  return { verdict, by: event.by, reason, reasonCode, at: event.at, ...(diff === undefined ? {} : { diff }) };
}
