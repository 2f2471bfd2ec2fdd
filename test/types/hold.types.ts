import type { ReviewClient } from '../../src/client/index.ts';
import type { Hold, Holdpoint } from '../../src/index.ts';

/** What a hold proposes follows from its kind, without a cast. Compiled, never run. */
export function summaryOf(hold: Hold): string {
  switch (hold.kind) {
    case 'action':
    case 'human':
      return `${hold.proposal.tool} ${Object.keys(hold.proposal.input).join()} (${hold.action.tier})`;
    case 'question':
      return `${hold.proposal.question} ${hold.proposal.options?.join() ?? ''}`;
    case 'before':
      return `${hold.proposal.description} ${hold.proposal.tools.join()} ${hold.proposal.context[0]?.task ?? ''}`;
    case 'escalation':
      return `${hold.proposal.error.code} ${hold.action?.tool ?? ''}`;
    case 'after':
    case 'run':
    case 'oversight': {
      const none: null = hold.action;
      return String(none ?? JSON.stringify(hold.proposal));
    }
    default:
      return nothingElse(hold);
  }
}

function nothingElse(hold: never): never {
  throw new Error(String(hold));
}

// @ts-expect-error only a call has a tool
export const toolOf = (hold: Hold): string => hold.proposal.tool;
// @ts-expect-error an output holds no action
export const tierOf = (hold: Extract<Hold, { kind: 'after' }>): string => hold.action.tier;

/** Wherever a hold comes from, it is the same. */
export async function sources(review: ReviewClient, holdpoint: Holdpoint<[]>): Promise<Hold[]> {
  const { hold } = await review.holds.get('hold_1');
  const { holds } = await review.holds.list();
  const stop = review.on('hold:opened', (opened) => summaryOf(opened));
  holdpoint.on('hold:closed', (closed) => summaryOf(closed));
  stop();
  return [hold, ...holds, ...(await holdpoint.holds.list()).holds, await review.claim(hold)];
}

/** One that was asked for is whole: nothing of it need be looked for twice. */
export async function whole(review: ReviewClient, holdpoint: Holdpoint<[]>): Promise<number[]> {
  const { hold } = await review.holds.get('hold_1');
  const seen = await holdpoint.holds.get('hold_1');
  const run = await holdpoint.run('run_1');
  const runs = [await review.runs.get('run_1'), await holdpoint.runs.get('run_1'), await run.settled()];
  const outputs = runs.map((each) => Object.keys(each.outputs).length);
  return [...outputs, hold.context.length, hold.done.length, seen.context.length, seen.done.length];
}

export async function listed(holdpoint: Holdpoint<[]>): Promise<unknown> {
  const { runs } = await holdpoint.runs.list();
  // @ts-expect-error lists leave outputs out
  return runs.map((run) => Object.keys(run.outputs));
}
