import type { AnswerUsage } from './model.ts';
import type { RunState } from './run-state.ts';

/** What a run has used. */
export type Spent = Pick<RunState, 'usage' | 'spentUsd'>;

/** With one more call; one without a price leaves what the run cost unknown. */
export function withCall({ usage, spentUsd }: Spent, { inputTokens, outputTokens, usd }: AnswerUsage): Spent {
  return {
    usage: {
      inputTokens: usage.inputTokens + inputTokens,
      outputTokens: usage.outputTokens + outputTokens,
      calls: usage.calls + 1,
    },
    spentUsd: spentUsd === null || usd === undefined ? null : spentUsd + usd,
  };
}
