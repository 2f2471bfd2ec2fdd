import { ReviewPolicy } from '../hooks/review-policy.ts';
import { compareTiers } from '../hooks/tier.ts';
import { digestOf } from '../json/digest.ts';
import { type ConfigIssue, pathText } from './config-issue.ts';
import { toolData } from './crew-config-data.ts';
import type { ToolDefinition } from './crew-definition.ts';
import { type LooseCrew, type LooseUse, usesIn } from './loose-crew.ts';

/** Tools in the hands of agents and tasks: one of a name, and never less oversight than the tool asks for. */
export function checkToolUses(crew: LooseCrew): ConfigIssue[] {
  const known = new Map<string, ToolDefinition>();
  const owners = [
    ...[...crew.agents].map(([key, agent]) => ({ path: ['agents', key, 'tools'], tools: agent.tools })),
    ...[...crew.tasks].map(([key, task]) => ({ path: ['tasks', key, 'tools'], tools: task.tools })),
  ];
  return owners.flatMap(({ path, tools }) => {
    const names = new Set<string>();
    return usesIn(tools).flatMap((use) => {
      const at = [...path, use.index];
      const twice = names.has(use.tool.name) ? [sameName(at, use.tool.name)] : checkOtherTool(at, use.tool, known);
      names.add(use.tool.name);
      return [...twice, ...checkTier(at, use), ...checkReview(at, use)];
    });
  });
}

function sameName(at: readonly PropertyKey[], name: string): ConfigIssue {
  return { path: pathText(at), message: `There are two tools "${name}" here. Leave one out, or rename it.` };
}

/** Decisions on a tool are counted by its name in the whole crew, so a name means one tool. */
function checkOtherTool(
  at: readonly PropertyKey[],
  tool: ToolDefinition,
  known: Map<string, ToolDefinition>,
): ConfigIssue[] {
  const first = known.get(tool.name);
  if (!first) known.set(tool.name, tool);
  if (!first || first === tool || digestOf(toolData(first)) === digestOf(toolData(tool))) return [];
  return [
    { path: pathText(at), message: `Another tool of this crew is named "${tool.name}" too. Rename one of them.` },
  ];
}

function checkTier(at: readonly PropertyKey[], { tool, tier }: LooseUse): ConfigIssue[] {
  if (tier === undefined) return [];
  const path = pathText([...at, 'tier']);
  const base = typeof tool.tier === 'function' ? null : tool.tier;
  if (compareTiers(tier, base ?? 'supervised') < 0 && tier !== base) {
    const own = base === null ? 'computes its tier' : `asks for '${base}'`;
    return [
      { path, message: `The tool "${tool.name}" ${own}; '${tier}' would lower it. Leave \`tier\` out, or raise it.` },
    ];
  }
  if (tier !== 'supervised' || tool.undo) return [];
  return [
    { path, message: `The tool "${tool.name}" has no \`undo\`, so it cannot be supervised. Write tier: 'approval'.` },
  ];
}

/** Policies are merged to the strictest, so a weaker one would be ignored; better said than silently done. */
function checkReview(at: readonly PropertyKey[], { tool, review }: LooseUse): ConfigIssue[] {
  const policy = ReviewPolicy.safeParse(review).data;
  if (!policy || !tool.review) return [];
  const lower = (key: 'quorum' | 'notRequester', own: number | boolean): ConfigIssue => ({
    path: pathText([...at, 'review', key]),
    message: `The tool "${tool.name}" asks for ${key}: ${own}; this would lower it. Leave \`${key}\` out, or raise it.`,
  });
  const { quorum = 1, notRequester = false } = tool.review;
  return [
    ...(policy.quorum !== undefined && policy.quorum < quorum ? [lower('quorum', quorum)] : []),
    ...(policy.notRequester === false && notRequester ? [lower('notRequester', notRequester)] : []),
  ];
}
