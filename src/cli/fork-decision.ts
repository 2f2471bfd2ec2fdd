import { HoldpointError, messageOf } from '../errors.ts';
import type { Hold } from '../hooks/hold.ts';
import type { Verdict } from '../hooks/review-policy.ts';
import type { HoldId } from '../ids.ts';
import type { Json } from '../json/json.ts';
import type { Desk } from './desk.ts';

/** What is decided at once on the one hold that a fork has. */
export interface ForkDecision {
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly value?: Json;
}

/** `approve`, `reject:REASON`, `modify:VALUE` or `respond:VALUE`, a value being JSON. @throws `USAGE` */
export function parseForkDecision(text: string): ForkDecision {
  const [verdict = '', ...rest] = text.split(':');
  const more = rest.join(':').trim();
  switch (verdict) {
    case 'approve':
      return { verdict, ...(more === '' ? {} : { reason: more }) };
    case 'reject':
      if (more !== '') return { verdict, reason: more };
      break;
    case 'modify':
    case 'respond':
      return { verdict, value: jsonOf(verdict, more) };
  }
  throw new HoldpointError(
    'USAGE',
    `--decision is approve, reject:REASON, modify:VALUE or respond:VALUE, not ${JSON.stringify(text)}.`,
  );
}

function jsonOf(verdict: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new HoldpointError(
      'USAGE',
      `--decision ${verdict}: the value is not JSON: ${messageOf(error)}. A text needs quotes: --decision '${verdict}:"…"'.`,
    );
  }
}

/** The hold that a decision is about, before there is a fork or after. @throws `USAGE` where that is not one, or takes another verdict */
export function onlyHold<H extends Pick<Hold, 'kind' | 'allowed'>>(holds: readonly H[], { verdict }: ForkDecision): H {
  const [hold, ...others] = holds;
  if (!hold || others.length > 0)
    throw new HoldpointError(
      'USAGE',
      `${holds.length === 0 ? 'No hold is' : `${holds.length} holds are`} open in the fork there, so --decision does not say which. Fork without it, and decide with \`holdpoint holds\`.`,
    );
  if (hold.allowed.includes(verdict)) return hold;
  throw new HoldpointError(
    'USAGE',
    `The hold that is open there, of kind "${hold.kind}", takes ${hold.allowed.join(', ')}, not ${verdict}.`,
  );
}

/** Decides the fork's hold. A fork on which that cannot be done is cancelled: nobody asked for it undecided. */
export async function decideFork(
  desk: Pick<Desk, 'runs' | 'holds' | 'decide'>,
  fork: { readonly id: string; readonly openHolds: readonly string[] },
  decision: ForkDecision,
): Promise<void> {
  try {
    const holds = await Promise.all(fork.openHolds.map(async (id) => (await desk.holds.get(id)).hold));
    const { id, digest } = onlyHold(holds, decision);
    await desk.decide(id as HoldId, { ...decision, digest });
  } catch (error) {
    await desk.runs.cancel(fork.id, `The decision that it was forked with could not be made: ${messageOf(error)}`);
    throw error;
  }
}
