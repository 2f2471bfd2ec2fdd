import type { ReviewPolicy } from '../hooks/review-policy.ts';
import { copyJson } from '../json/copy-json.ts';
import type { Json } from '../json/json.ts';
import { jsonSchemaOf } from './check-schema.ts';
import type { CrewConfigData, TaskConfigData, ToolConfigData } from './crew-config.ts';
import {
  type AgentDefinition,
  type Confirm,
  type CrewDefinition,
  type Given,
  HOOKS,
  type TaskDefinition,
  type ToolDefinition,
} from './crew-definition.ts';
import type { CrewInput } from './crew-input.ts';
import type { Model } from './model.ts';

/** A crew without its data form. */
export type CrewParts = Omit<CrewDefinition, 'config' | 'fingerprint'>;

/** The crew as data, without `undefined`, so that equal crews have equal digests. */
export function crewData(crew: CrewParts, input: CrewInput, tools: Iterable<ToolDefinition>): CrewConfigData {
  const { tokens = null, usd = null } = input.budget ?? {};
  return {
    name: crew.name,
    version: crew.version,
    inputs: crew.inputs && jsonSchemaOf(crew.inputs),
    process: input.process ?? 'sequential',
    manager: input.manager ?? null,
    concurrency: input.concurrency ?? 4,
    model: modelName(crew.model),
    review: crew.review && policyData(crew.review),
    budget: tokens === null && usd === null ? null : { tokens, usd },
    maxHolds: input.maxHolds ?? 100,
    shadow: input.shadow ? shadowData(input.shadow) : null,
    hooks: HOOKS.filter((name) => crew.hooks[name] !== undefined),
    agents: Object.fromEntries([...crew.agents].map(([key, agent]) => [key, agentData(agent)])),
    tasks: Object.fromEntries([...crew.tasks].map(([key, task]) => [key, taskData(task)])),
    tools: Object.fromEntries(Array.from(tools, (tool) => [tool.name, toolData(tool)])),
  };
}

function shadowData(shadow: NonNullable<CrewInput['shadow']>): CrewConfigData['shadow'] {
  const { tools = {}, confirm, minConfidence } = shadow;
  return { tools, confirm: confirm === 'after', minConfidence: minConfidence ?? null };
}

export function toolData(tool: ToolDefinition): ToolConfigData {
  return {
    description: tool.description,
    input: jsonSchemaOf(tool.input),
    output: jsonSchemaOf(tool.output),
    tier: typeof tool.tier === 'function' ? 'computed' : tool.tier,
    review: tool.review && policyData(tool.review),
    minConfidence: tool.minConfidence,
    idempotent: tool.idempotent,
    reversible: tool.undo !== null,
    timeoutMs: tool.timeoutMs,
    undoWindowMs: tool.undoWindowMs,
  };
}

function agentData({ role, goal, backstory, model, maxSteps }: AgentDefinition): CrewConfigData['agents'][string] {
  return { role, goal, backstory, model: modelName(model), maxSteps };
}

function taskData(task: TaskDefinition): TaskConfigData {
  return {
    agent: task.agent,
    description: typeof task.description === 'string' ? { template: task.description } : 'function',
    expectedOutput: task.expectedOutput,
    output: task.output && jsonSchemaOf(task.output),
    context: [...task.context],
    optionalContext: [...task.optionalContext],
    when: task.when && 'function',
    tools: Array.from(task.tools.values(), ({ tool, raiseTo, review }) => ({
      name: tool.name,
      raiseTo,
      review: review && policyData(review),
    })),
    confirm: { before: confirmData(task.confirm.before), after: confirmData(task.confirm.after) },
    review: task.review && policyData(task.review),
    minConfidence: task.minConfidence,
    confidence: task.confidence && 'function',
    escalateIf: task.escalateIf && 'function',
    guardrails: task.guardrails.length,
    maxRetries: task.maxRetries,
    maxRevisions: task.maxRevisions,
    onReject: task.onReject,
    onFailure: task.onFailure,
    timeoutMs: task.timeoutMs,
    outputFile: task.outputFile,
  };
}

function confirmData<G extends Given>(confirm: Confirm<G> | null): TaskConfigData['confirm']['before'] {
  return confirm && { policy: policyData(confirm.policy), when: confirm.when && 'function' };
}

function policyData(policy: ReviewPolicy): NonNullable<CrewConfigData['review']> {
  const given = Object.entries(policy).filter(([, value]: [string, Json | undefined]) => value !== undefined);
  return copyJson(Object.fromEntries(given));
}

function modelName(model: string | Model | null): string | null {
  return typeof model === 'object' && model !== null ? model.name : model;
}
