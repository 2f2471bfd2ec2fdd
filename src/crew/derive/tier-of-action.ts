import { graduatedTier, type Level } from '../../hooks/graduation/level.ts';
import type { HoldReason, Impact } from '../../hooks/hold.ts';
import type { ReviewPolicy } from '../../hooks/review-policy.ts';
import { compareTiers, strictestTier, Tier } from '../../hooks/tier.ts';
import { copyJson } from '../../json/copy-json.ts';
import type { Json } from '../../json/json.ts';
import type { TaskDefinition, ToolUse } from '../crew-definition.ts';
import { call, type DeriveContext, runHook } from './context.ts';

export interface Assessment {
  readonly tier: Tier;
  /** The level of the action type, where it made the tier less than the tool asks for by itself. */
  readonly level: Level | null;
  readonly reasons: HoldReason[];
  readonly impact: Impact | null;
  /** A hook's reason why this may not run at all. */
  readonly blocked: string | null;
  readonly review: ReviewPolicy | null;
}

/**
 * How much oversight this call needs, from exactly the input that would run. Whatever goes wrong on the way asks for more. A
 * `level` lowers what the tool itself asks for, never what the task raises it to.
 */
export async function assessAction(
  context: DeriveContext,
  task: TaskDefinition,
  use: ToolUse,
  input: Json,
  level: Level | null,
): Promise<Assessment> {
  const { tool } = use;
  const reasons: HoldReason[] = [];
  const own = await ownTier(context, task, use, input);
  if (own.problem !== null) reasons.push({ code: 'tier', detail: own.problem });
  const graduated = own.problem === null ? graduatedTier(own.tier, level, tool.undo !== null) : own.tier;
  const raised = (given: Tier) => (use.raiseTo ? strictestTier(given, use.raiseTo) : given);
  const tier = raised(graduated);
  if (compareTiers(tier, 'approval') >= 0 && own.problem === null)
    reasons.push({ code: 'tier', detail: `${tool.name} is \`${tier}\` here.` });
  if (tool.minConfidence !== null) {
    reasons.push({
      code: 'low-confidence',
      detail: `${tool.name} asks for a confidence of ${tool.minConfidence}; a call of a tool carries none.`,
    });
  }
  const hook = await runHook(context, 'beforeAction', {
    task: task.key,
    agent: task.agent,
    tool: tool.name,
    input,
    tier,
  });
  if (hook.held) reasons.push(hook.held);
  const { blocked, review } = hook;
  const applied = tier === raised(own.tier) ? null : level;
  return { tier, level: applied, reasons, impact: await impactOf(context, use, input), blocked, review };
}

async function ownTier(
  context: DeriveContext,
  task: TaskDefinition,
  { tool }: ToolUse,
  input: Json,
): Promise<{ tier: Tier; problem: string | null }> {
  const { tier } = tool;
  if (typeof tier === 'string') return { tier, problem: null };
  const seen = { inputs: copyJson(context.state.inputs), task: task.key, agent: task.agent };
  const given = await call(context, () => tier(copyJson(input), seen));
  if (!given.ok)
    return {
      tier: 'approval',
      problem: `The tier function of ${tool.name} failed, so a person must approve: ${given.message}`,
    };
  const known = Tier.safeParse(given.value);
  if (known.data === 'supervised' && tool.undo === null)
    return {
      tier: 'approval',
      problem: `${tool.name} is \`supervised\` here but has no \`undo\`, so a person must approve.`,
    };
  if (known.success) return { tier: known.data, problem: null };
  return { tier: 'approval', problem: `The tier function of ${tool.name} gave no tier, so a person must approve.` };
}

/** What the tool's author says of the call: shown to whoever decides, and nothing is decided by it. Where it makes no sense it is left out. */
async function impactOf(context: DeriveContext, { tool }: ToolUse, input: Json): Promise<Impact | null> {
  const reversible = tool.undo !== null;
  const { impact } = tool;
  const said = impact ? await call(context, () => impact(copyJson(input))) : null;
  const claim: { readonly [K in keyof Impact]?: unknown } = (said?.ok ? said.value : null) ?? {};
  const [summary, target] = [textOf(claim.summary), textOf(claim.target)];
  const { amount } = claim;
  return {
    summary: summary ?? tool.name,
    ...(target === null ? {} : { target }),
    ...(typeof amount === 'number' && Number.isFinite(amount) ? { amount } : {}),
    reversible,
  };
}

function textOf(said: unknown): string | null {
  return typeof said === 'string' || typeof said === 'number' ? String(said) : null;
}
