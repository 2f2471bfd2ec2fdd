import type { Tier } from '../hooks/tier.ts';
import type { ToolDefinition } from './crew-definition.ts';
import { isTool, toolDefinition } from './define-tool.ts';

/**
 * A crew's config as far as it can be read, whatever its mistakes: the checks look at this, so that all mistakes are told
 * at once and not one after the other.
 */
export interface LooseCrew {
  readonly inputs: unknown;
  readonly process: unknown;
  readonly manager: unknown;
  readonly agents: ReadonlyMap<string, LoosePart>;
  /** In the order of the config. */
  readonly tasks: ReadonlyMap<string, LoosePart>;
}
export type LoosePart = Readonly<Record<string, unknown>>;

export function looseCrew(config: unknown): LooseCrew {
  const { inputs, process, manager, agents, tasks } = toPart(config);
  return { inputs, process, manager, agents: toParts(agents), tasks: toParts(tasks) };
}

function toPart(value: unknown): LoosePart {
  return typeof value === 'object' && value !== null ? (value as LoosePart) : {};
}

function toParts(value: unknown): Map<string, LoosePart> {
  return new Map(Object.entries(toPart(value)).map(([key, part]) => [key, toPart(part)]));
}

/** The readable entries of a list that should hold texts, with their places. */
export function textsIn(value: unknown): { index: number; text: string }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((text: unknown, index) => (typeof text === 'string' ? [{ index, text }] : []));
}

export interface LooseUse {
  readonly index: number;
  readonly tool: ToolDefinition;
  readonly tier: Tier | undefined;
  readonly review: LoosePart;
}

/** The readable entries of a list of tools, with their places. */
export function usesIn(value: unknown): LooseUse[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown, index): LooseUse[] => {
    if (isTool(entry)) return [{ index, tool: toolDefinition(entry), tier: undefined, review: {} }];
    const { tool, tier, review } = toPart(entry);
    return isTool(tool)
      ? [{ index, tool: toolDefinition(tool), tier: tier as Tier | undefined, review: toPart(review) }]
      : [];
  });
}
