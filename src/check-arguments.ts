import { z } from 'zod';
import { HoldpointError } from './errors.ts';
import { HoldStatus } from './hooks/hold.ts';
import type { Reviewer } from './hooks/reviewer.ts';
import { RunStatus } from './hooks/run-summary.ts';
import { decision, paging, RequestId } from './server/protocol/fields.ts';

/*
 * What a program hands to the API is held to what the server asks of a message: types do not reach JavaScript, and a decision
 * by nobody must not count.
 */

/** Two names look like two: a blank at the end would make a second person of the same. And somebody stands after the colon. */
const NOBODY = /^$|^\s|\s$|\p{Cc}|^\w*:$/u;

/** @throws `BAD_REQUEST` for nobody, and for `system`, in whose name no person acts. */
export function checkUser(user: unknown, name: 'by' | 'requestedBy'): void {
  if (typeof user === 'string' && !NOBODY.test(user) && user !== 'system') return;
  throw refused(`\`${name}\` names nobody who may act: ${shown(user)}. Write 'user:ana', say.`);
}

export function reviewerOf(by: string | Reviewer): Reviewer {
  const {
    user,
    roles = [],
    groups = [],
  }: Partial<Reviewer> = typeof by === 'object' && by !== null ? by : { user: by };
  checkUser(user, 'by');
  return { user: user as string, roles, groups };
}

/** The value is for the crew's own schemas. */
const DECISION = z.object(decision).omit({ value: true });

export function checkDecision(given: unknown): void {
  const parsed = DECISION.safeParse(given);
  if (parsed.success) return;
  const [first] = parsed.error.issues;
  const where = first?.path.length ? `\`${first.path.join('.')}\` of a decision` : 'A decision';
  throw refused(`${where} is not as it must be: ${first?.message}.`);
}

export function checkRequestId(id: unknown): void {
  if (RequestId.safeParse(id).success) return;
  throw refused(`A \`requestId\` is a text of 1 to 64 characters, not ${shown(id)}.`);
}

interface Page {
  readonly limit?: number | undefined;
  readonly status?: string | undefined;
}

export function checkHoldQuery(query: Page): void {
  checkPage(query, HoldStatus);
}

export function checkRunQuery(query: Page): void {
  checkPage(query, RunStatus);
}

function checkPage({ limit, status }: Page, statuses: typeof HoldStatus | typeof RunStatus): void {
  if (!paging.limit.safeParse(limit).success)
    throw refused(`\`limit\` is a whole number from 1 to 200, not ${shown(limit)}.`);
  if (status !== undefined && !statuses.safeParse(status).success)
    throw refused(`\`status\` is one of ${statuses.options.join(', ')}, not ${shown(status)}. Leave it out for all.`);
}

function refused(message: string): HoldpointError {
  return new HoldpointError('BAD_REQUEST', message);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 100);
}
