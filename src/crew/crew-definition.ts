import type { z } from 'zod';
import type { ReviewPolicy } from '../hooks/review-policy.ts';
import type { Tier } from '../hooks/tier.ts';
import type { Json } from '../json/json.ts';
import type { CrewConfigData } from './crew-config.ts';
import type { Model } from './model.ts';

/**
 * A crew as the engine uses it: what `defineCrew` makes of the user's config, defaults applied and references resolved.
 * Functions take and give plain values here; the typed surface is in `crew-types.ts`.
 */
type Awaitable<T> = T | Promise<T>;

/** What a task's functions see. `outputs` holds exactly the tasks named in `context` and `optionalContext`. */
export interface Given {
  readonly inputs: Json;
  readonly outputs: Readonly<Record<string, Json | undefined>>;
}
export interface GivenOutput extends Given {
  readonly output: Json;
  readonly confidence: number | null;
  readonly attempt: number;
}

export interface ToolLog {
  info(data: object, message?: string): void;
  warn(data: object, message?: string): void;
}

/** What a tool's `execute` and `undo` get beside their input. `idempotencyKey` is the same each time this action is repeated. */
export interface ToolContext {
  readonly runId: string;
  readonly task: string;
  readonly agent: string;
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  readonly log: ToolLog;
}

export interface ImpactClaim {
  readonly summary: string;
  readonly target?: string | undefined;
  readonly amount?: number | undefined;
}

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType;
  /** Absent in the config: text. */
  readonly output: z.ZodType;
  readonly tier: Tier | ((input: unknown, context: { inputs: Json; task: string; agent: string }) => Tier);
  readonly impact: ((input: unknown) => ImpactClaim) | null;
  readonly minConfidence: number | null;
  readonly review: ReviewPolicy | null;
  readonly idempotent: boolean;
  readonly timeoutMs: number;
  readonly execute: (input: unknown, context: ToolContext) => Awaitable<unknown>;
  readonly undo:
    | ((action: { input: unknown; output: unknown; reason: string }, context: ToolContext) => Awaitable<void>)
    | null;
  readonly undoWindowMs: number;
}

/** A tool in the hands of one agent or task; `raiseTo` and `review` may only add oversight. */
export interface ToolUse {
  readonly tool: ToolDefinition;
  readonly raiseTo: Tier | null;
  readonly review: ReviewPolicy | null;
}

export interface AgentDefinition {
  readonly key: string;
  readonly role: string;
  readonly goal: string;
  readonly backstory: string | null;
  /** A name for the default model client, or a client of its own; null: the crew's. */
  readonly model: string | Model | null;
  readonly maxSteps: number;
}

export interface Confirm<G extends Given> {
  readonly policy: ReviewPolicy;
  readonly when: ((given: G) => Awaitable<boolean>) | null;
}

export interface TaskDefinition {
  readonly key: string;
  readonly agent: string;
  readonly description: string | ((given: Given) => string);
  readonly expectedOutput: string | null;
  readonly output: z.ZodType | null;
  readonly context: readonly string[];
  readonly optionalContext: readonly string[];
  readonly when: ((given: Given) => Awaitable<boolean>) | null;
  /** What the task's agent may call in this task. */
  readonly tools: ReadonlyMap<string, ToolUse>;
  readonly confirm: { readonly before: Confirm<Given> | null; readonly after: Confirm<GivenOutput> | null };
  readonly review: ReviewPolicy | null;
  readonly minConfidence: number | null;
  readonly confidence: ((given: GivenOutput) => Awaitable<number>) | null;
  readonly escalateIf: ((given: GivenOutput) => Awaitable<boolean | string>) | null;
  readonly guardrails: readonly ((given: GivenOutput, options: { signal: AbortSignal }) => Awaitable<true | string>)[];
  readonly maxRetries: number;
  readonly maxRevisions: number;
  readonly onReject: 'revise' | 'fail' | 'skip';
  readonly onFailure: 'escalate' | 'fail' | 'skip';
  readonly timeoutMs: number | null;
  readonly outputFile: string | null;
}

/** What a hook may answer; `undefined` lets the run go on. A hook that throws holds. */
export type HookVerdict =
  | { readonly type: 'hold'; readonly reason: string; readonly review?: ReviewPolicy | undefined }
  | { readonly type: 'block'; readonly reason: string };
export type Hook = (event: unknown) => Awaitable<HookVerdict | undefined>;
export const HOOKS = ['beforeRun', 'afterRun', 'beforeTask', 'afterTask', 'beforeModelCall', 'beforeAction'] as const;
export type HookName = (typeof HOOKS)[number];

export interface CrewDefinition {
  readonly name: string;
  readonly version: string | null;
  readonly inputs: z.ZodType | null;
  readonly agents: ReadonlyMap<string, AgentDefinition>;
  /** In the order of the config. */
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  readonly model: string | Model | null;
  readonly review: ReviewPolicy | null;
  readonly hooks: Readonly<Partial<Record<HookName, Hook>>>;
  /** The same crew as data; its digest is `fingerprint`. */
  readonly config: CrewConfigData;
  readonly fingerprint: string;
  /** Hash of the files that it was loaded from, functions and all; absent: they are not known. */
  readonly modules?: string;
}
