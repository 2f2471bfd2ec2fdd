import type { HoldReason } from '../../hooks/hold.ts';
import { compareTiers, type Tier } from '../../hooks/tier.ts';
import type { RunState } from '../run-state.ts';

/**
 * What a stricter policy, tried in the shadow, would have held here; recorded and shown, and it holds nothing. Reasons that
 * hold anyway are left out.
 */
export function shadowOfAction({ config }: RunState, tool: string, tier: Tier): HoldReason[] {
  const stricter = config.shadow?.tools[tool];
  if (!stricter || compareTiers(stricter, tier) <= 0 || compareTiers(stricter, 'approval') < 0) return [];
  return [{ code: 'tier', detail: `${tool} would be \`${stricter}\` under the shadow policy; it is \`${tier}\`.` }];
}

export function shadowOfOutput(
  { config }: RunState,
  confidence: number | null,
  held: readonly HoldReason[],
): HoldReason[] {
  const { shadow } = config;
  if (!shadow || held.length > 0) return [];
  const reasons: HoldReason[] = [];
  if (shadow.confirm)
    reasons.push({ code: 'confirm', detail: 'The output would have to be confirmed under the shadow policy.' });
  if (shadow.minConfidence !== null && (confidence === null || confidence < shadow.minConfidence)) {
    reasons.push({
      code: 'low-confidence',
      detail: `Confidence ${confidence ?? 'not given'}; the shadow policy asks for ${shadow.minConfidence}.`,
    });
  }
  return reasons;
}
