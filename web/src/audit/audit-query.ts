import type { HoldStatus, Verdict } from '../../../src/client/index.ts';

/** How a hold ended: by a decision, or by none. */
export type Outcome = Exclude<HoldStatus, 'open'>;

/** What is looked for, as it stands in the address; '' asks for nothing. Dates are days of the reader, both inclusive. */
export interface AuditQuery {
  readonly text: string;
  readonly by: string;
  readonly crew: string;
  readonly outcome: Outcome | '';
  readonly from: string;
  readonly to: string;
}

export const EVERYTHING: AuditQuery = { text: '', by: '', crew: '', outcome: '', from: '', to: '' };

const VERDICTS: Readonly<Partial<Record<Outcome, Verdict>>> = {
  approved: 'approve',
  modified: 'modify',
  rejected: 'reject',
  answered: 'respond',
};
const OUTCOMES: Readonly<Record<Verdict, Outcome>> = {
  approve: 'approved',
  modify: 'modified',
  reject: 'rejected',
  respond: 'answered',
};

export function outcomeOf(verdict: Verdict): Outcome {
  return OUTCOMES[verdict];
}

/** Nobody decided these; the server lists them as holds. */
export function isUndecided(outcome: Outcome | ''): outcome is 'expired' | 'cancelled' {
  return outcome === 'expired' || outcome === 'cancelled';
}

/** @param query what follows the `?` of the address; what it does not know is left out */
export function readQuery(query: string): AuditQuery {
  const given = new URLSearchParams(query);
  const outcome = given.get('outcome') ?? '';
  const known = Object.hasOwn(VERDICTS, outcome) || outcome === 'expired' || outcome === 'cancelled';
  return {
    text: given.get('text') ?? '',
    by: given.get('by') ?? '',
    crew: given.get('crew') ?? '',
    outcome: known ? (outcome as Outcome) : '',
    from: dayIn(given.get('from')),
    to: dayIn(given.get('to')),
  };
}

export function writeQuery(query: AuditQuery): string {
  return new URLSearchParams(Object.entries(query).filter(([, value]) => value.trim() !== '')).toString();
}

/** What `decisions:search` is asked. A bare name is that of a user; a day begins and ends at midnight of the reader. */
export function searchFor({ text, by, crew, outcome, from, to }: AuditQuery) {
  const verdict = outcome === '' ? undefined : VERDICTS[outcome];
  const person = by.trim();
  return {
    ...(text.trim() === '' ? {} : { text: text.trim() }),
    ...(person === '' ? {} : { by: person.includes(':') ? person : `user:${person}` }),
    ...(crew === '' ? {} : { crew }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(from === '' ? {} : { from: midnight(from, 0) }),
    ...(to === '' ? {} : { to: midnight(to, 1) }),
  };
}

function dayIn(text: string | null): string {
  if (text === null || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return '';
  return Number.isNaN(Date.parse(text)) ? '' : text;
}

function midnight(day: string, plusDays: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + plusDays).toISOString();
}
