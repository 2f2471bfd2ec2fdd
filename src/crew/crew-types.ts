import type { ZodType, z } from 'zod';
import type { Duration } from '../hooks/duration.ts';
import type { ReviewPolicy } from '../hooks/review-policy.ts';
import type { Tier } from '../hooks/tier.ts';
import type { HookVerdict, ImpactClaim, ToolContext } from './crew-definition.ts';
import type { Model } from './model.ts';

/**
 * The typed surface of `defineTool` and `defineCrew`: what users write, and what their editor completes and refuses.
 * The engine never sees these types; it uses `crew-definition.ts`. Needs TypeScript >= 5.7.
 */
type Awaitable<T> = T | Promise<T>;
type Key<T> = Extract<keyof T, string>;
type Flat<T> = { [K in keyof T]: T[K] } & {};

/** What `execute` may give: the input of its schema. Literals are taken as they are written, so its lists may be `readonly`. */
export type Produced<O extends ZodType> = DeepReadonly<z.input<O>>;
/** Lists are written out, and not mapped: TypeScript then looks into them only as far as a value goes, since `z.json()` has no end. */
type DeepReadonly<T> = T extends Scalar
  ? T
  : T extends readonly unknown[]
    ? number extends T['length']
      ? readonly DeepReadonly<T[number]>[]
      : { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T;
type Scalar = string | number | bigint | boolean;

/** Part of `Produced` already. Said once more, it keeps TypeScript before 6.0 from widening an output that is one literal and no more. */
type Literal<O extends ZodType> = Extract<z.input<O>, Scalar>;

/** What a task gives: the parsed value of its schema, or text without one. */
export type OutputOf<T> = [T] extends [ZodType] ? z.output<T> : string;

/** What a misuse shows in the editor: `Property 'x' does not exist on type 'AddToContext<"assess">'`. */
export interface AddToContext<T> {
  readonly 'add this task to `context` first': T;
}

/** A function of a task sees by name exactly the tasks that its `context` (C) and `optionalContext` (D) name; with neither, none. */
type Visible<S, C, D> = {
  readonly [T in keyof S]: T extends Named<C>
    ? OutputOf<S[T]>
    : T extends Named<D>
      ? OutputOf<S[T]> | undefined
      : AddToContext<T>;
};
type Named<C> = unknown extends C ? never : C;

/** What lists of tools hold: the types of input and output are erased, so that tools of any input sit in one list. */
export interface Tool<N extends string = string> {
  readonly type: 'tool';
  readonly name: N;
  readonly description: string;
  readonly input: ZodType;
  readonly output: ZodType;
}
export interface TypedTool<N extends string, I, O> extends Tool<N> {
  readonly '~input'?: I;
  readonly '~output'?: O;
}

type Undo<I, O> = (action: { input: I; output: O; reason: string }, context: ToolContext) => Awaitable<void>;

/** R is what `execute` gives. A type of its own, or TypeScript would widen its literals, `{ s: 'x' }` to `{ s: string }`, before it knows the schema. */
export interface ToolConfig<N extends string, I extends ZodType, O extends ZodType, T extends Tier, R = Produced<O>> {
  /** A letter, then letters, digits, `_`, `-`; at most 64, since models take no longer one. */
  name: N;
  /** What the agent reads when it chooses a tool. */
  description: string;
  /** An object schema without transforms; defaults are fine. */
  input: I;
  /** Default: text. */
  output?: O;
  /**
   * How much oversight a call needs, for all or from its arguments: `automatic` runs; `supervised` runs, is shown, and can be
   * undone; `approval` is held until a person approves exactly these arguments; `human` a person does, and records the result.
   * A function that throws means `approval`.
   */
  tier:
    | T
    | ((input: z.output<I>, context: { inputs: Readonly<Record<string, unknown>>; task: string; agent: string }) => T);
  /** Shown to the reviewer beside the exact arguments. */
  impact?: (input: z.output<I>) => ImpactClaim;
  /** 0 to 1. A call carries no confidence, so that one which must have some is always held. */
  minConfidence?: number;
  /** Who may decide its holds, how many of them, and by when. Merged with those of task and crew, the strictest wins. */
  review?: ReviewPolicy;
  /** Safe to repeat with the same `idempotencyKey`. Default false: after a crash a person is asked. */
  idempotent?: boolean;
  /** Default '30s'. */
  timeout?: Duration;
  /** Called with exactly what was approved where that is needed, and once, unless `idempotent`. What it throws by itself counts as not having happened. */
  execute: (input: z.output<I>, context: ToolContext) => Awaitable<R | Literal<O>>;
  /** How long a supervised action can be undone. Default '10m'. */
  undoWindow?: Duration;
}

/** Required where the tier can be `supervised`; see the overloads of `defineTool`. */
export interface WithUndo<I extends ZodType, O extends ZodType> {
  undo: Undo<z.output<I>, z.output<O>>;
}

/** A tool in the hands of one agent or task. `tier` and `review` may only add oversight; less is refused. */
export interface ToolUse {
  tool: Tool;
  tier?: Exclude<Tier, 'automatic'>;
  review?: ReviewPolicy;
}
type Tools = readonly (Tool | ToolUse)[];

/** What the model is told that it is. */
export interface AgentConfig {
  role: string;
  goal: string;
  backstory?: string;
  /** A model's name, or a client of its own. Default: the crew's. */
  model?: string | Model;
  /** What it may call, unless a task names its own. Default: nothing. */
  tools?: Tools;
  /** Model calls in one attempt at a task. Default 10. */
  maxSteps?: number;
}

/** What a task's functions get. */
export interface Given<I, V> {
  inputs: I;
  outputs: V;
}
/** The same with what the agent proposes. `confidence` is null where the agent gave none; `attempt` counts from 1. */
export interface GivenOutput<I, V, Own> extends Given<I, V> {
  output: Own;
  confidence: number | null;
  attempt: number;
}
export type ConfirmBefore<I, V> = ReviewPolicy & { when?: (given: Given<I, V>) => Awaitable<boolean> };
export type ConfirmAfter<I, V, Own> = ReviewPolicy & { when?: (given: GivenOutput<I, V, Own>) => Awaitable<boolean> };

export interface TaskConfig<I, V, Own> {
  /** Text with `{input}` placeholders, or a function. */
  description: string | ((given: Given<I, V>) => string);
  /** Told to the agent, and shown to who reviews the task's start. */
  expectedOutput?: string;
  /** False skips the task. */
  when?: (given: Given<I, V>) => Awaitable<boolean>;
  /** Replace the agent's tools in this task. */
  tools?: Tools;
  /** Holds the task until a person agrees: 'before' it starts, 'after' it has an output that others would use, or both. */
  confirm?:
    | 'before'
    | 'after'
    | 'both'
    | { before?: true | ConfirmBefore<I, V>; after?: true | ConfirmAfter<I, V, Own> };
  /** Who may decide its holds, how many of them, and by when. Merged with those of crew and tool, the strictest wins. */
  review?: ReviewPolicy;
  /** `true`, or what is wrong, which the agent is told. Anything else, and a throw, counts as wrong. */
  guardrails?: readonly ((
    given: GivenOutput<I, V, Own>,
    options: { signal: AbortSignal },
  ) => Awaitable<true | string>)[];
  /** A string is the reason shown to the reviewer. */
  escalateIf?: (given: GivenOutput<I, V, Own>) => Awaitable<boolean | string>;
  /** 0 to 1: below it, or without a confidence, the output is held. */
  minConfidence?: number;
  /** Replaces the confidence that the agent claims. */
  confidence?: (given: GivenOutput<I, V, Own>) => Awaitable<number>;
  /** Default 'revise'. */
  onReject?: 'revise' | 'fail' | 'skip';
  /** Default 'escalate'. */
  onFailure?: 'escalate' | 'fail' | 'skip';
  /** Complaints of schema and guardrails that the agent may answer. Default 2. */
  maxRetries?: number;
  /** Rejections that the agent may answer, then a person is asked. Default 3. */
  maxRevisions?: number;
  /** Of the agent's work; waiting for a person does not count. Default: none. */
  timeout?: Duration;
  outputFile?: string;
}

// biome-ignore lint/suspicious/noConfusingVoidType: a hook without a return statement lets the run go on
type Hook<E> = (event: E & { runId: string; signal: AbortSignal }) => Awaitable<HookVerdict | undefined | void>;

/** I inputs · A agent keys · S task key -> output schema. A hook that throws holds. */
export interface Hooks<I, A extends string, S> {
  beforeRun?: Hook<{ inputs: I }>;
  afterRun?: Hook<{ inputs: I; outputs: { [T in keyof S]?: OutputOf<S[T]> } }>;
  beforeTask?: Hook<{ task: Key<S>; agent: A; inputs: I }>;
  /** A union over the tasks, so that `if (event.task === 'assess') event.output.refund` narrows. */
  afterTask?: Hook<{ [T in Key<S>]: { task: T; agent: A; inputs: I; output: OutputOf<S[T]> } }[Key<S>]>;
  beforeModelCall?: Hook<{ task: Key<S>; agent: A; step: number }>;
  beforeAction?: Hook<{ task: Key<S>; agent: A; tool: string; input: unknown; tier: Tier }>;
}

type Process<A extends string> =
  | { process?: 'sequential'; manager?: never }
  | { process: 'hierarchical'; manager: NoInfer<A> };

type TaskKeys<A extends string, S, K extends keyof S> = {
  agent: A;
  /** The form of its output, which later tasks see typed: a schema without transforms. Default: text. */
  output?: S[K] & ZodType;
  /** Waits for these and needs them: if one is skipped, so is this task. Default: the task before it. */
  context?: readonly Key<NoInfer<S>>[];
  /** Waits for these; a skipped one is `undefined`. */
  optionalContext?: readonly Key<NoInfer<S>>[];
};

/**
 * N crew name · In input schema · A agent keys · S task key -> output schema (unknown: text) · C, D task key -> union of its context.
 * `tasks` is an intersection of homomorphic mapped types: TypeScript infers S through the first, C and D through the others, and
 * each task's functions are then typed by all. `NoInfer` keeps functions and `agent` from being inference sites.
 */
export type CrewConfig<N extends string, In extends ZodType, A extends string, S, C, D> = {
  name: N;
  version?: string;
  /** What a run is started with: an object schema. Default: nothing. */
  inputs?: In;
  agents: { [K in A]: AgentConfig };
  tasks: {
    [K in keyof S]: TaskKeys<NoInfer<A>, S, K> &
      TaskConfig<
        z.output<In>,
        Visible<NoInfer<S>, K extends keyof C ? NoInfer<C[K]> : unknown, K extends keyof D ? NoInfer<D[K]> : unknown>,
        OutputOf<NoInfer<S[K]>>
      >;
  } & { [K in keyof C]: { context?: readonly (C[K] | Key<NoInfer<S>>)[] } } & {
    [K in keyof D]: { optionalContext?: readonly (D[K] | Key<NoInfer<S>>)[] };
  };
  /** Tasks at work at once. Default 4. */
  concurrency?: number;
  /** The default for all holds of the crew. */
  review?: ReviewPolicy;
  model?: string | Model;
  /** Past it the run holds. */
  budget?: { tokens?: number; usd?: number };
  /** Holds that a run may open before it stops with one hold of the whole run. Default 100. */
  maxHolds?: number;
  /** A stricter policy to try: what it would have held is recorded with the run, and holds nothing. */
  shadow?: { tools?: Readonly<Record<string, Tier>>; confirm?: 'after'; minConfidence?: number };
  hooks?: Hooks<z.output<In>, NoInfer<A>, NoInfer<S>>;
} & Process<A>;

/** A crew: In what a run is started with, Parsed the same with defaults applied, Out the outputs by task. */
export interface Crew<N extends string = string, In = unknown, Parsed = unknown, Out = unknown> {
  readonly type: 'crew';
  readonly name: N;
  readonly '~types'?: { input: In; inputs: Parsed; outputs: Out };
}

/** The outputs of a crew by task, as `Crew` carries them. */
export type OutputsOf<S> = Flat<{ -readonly [K in keyof S]: OutputOf<S[K]> }>;
