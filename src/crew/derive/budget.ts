import type { HoldReason } from '../../hooks/hold.ts';
import type { Json } from '../../json/json.ts';
import type { RunState } from '../run-state.ts';
import type { Spent } from '../spent.ts';

const NOTHING: Spent = { usage: { inputTokens: 0, outputTokens: 0, calls: 0 }, spentUsd: 0 };

/**
 * Why the next model call is over the crew's budget, with what was used; null where it is within. Each time a person lets the
 * run go on, it may use the same amount again from there; where nobody knows what a call costs, one more call.
 */
export function overBudget(state: RunState): { readonly reason: HoldReason; readonly proposal: Json } | null {
  const { usage, spentUsd } = state;
  const detail = problemOf(state, lastRenewal(state));
  return detail === null ? null : { reason: { code: 'budget', detail }, proposal: { usage, spentUsd } };
}

function problemOf({ config, usage, spentUsd }: RunState, since: Spent): string | null {
  const { tokens = null, usd = null } = config.budget ?? {};
  const used = tokensOf({ usage });
  const fresh = used - tokensOf(since);
  if (tokens !== null && fresh >= tokens)
    return `The run used ${used} tokens${fresh === used ? '' : `, ${fresh} since it was let go on`}; its budget is ${tokens}.`;
  if (usd === null || usage.calls === since.usage.calls) return null;
  if (spentUsd === null)
    return `The budget is ${usd} USD, but a model of the run has no known price: give its \`openaiModel\` a \`price\`.`;
  const freshUsd = spentUsd - (since.spentUsd ?? 0);
  return freshUsd < usd ? null : `The run spent ${spentUsd.toFixed(4)} USD; its budget is ${usd} USD at a time.`;
}

function tokensOf({ usage }: Pick<Spent, 'usage'>): number {
  return usage.inputTokens + usage.outputTokens;
}

/** What had been used when a person last let the run go on. */
function lastRenewal({ holds }: RunState): Spent {
  const last = holds
    .all()
    .findLast((hold) => hold.kind === 'run' && hold.status === 'answered' && hold.reasons[0]?.code === 'budget');
  // Written by `overBudget`: the proposal of that hold.
  return last ? (last.proposal as unknown as Spent) : NOTHING;
}
