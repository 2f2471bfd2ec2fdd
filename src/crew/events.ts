import { z } from 'zod';
import { Level } from '../hooks/graduation/level.ts';
import { HoldOpening, HoldReason, Impact } from '../hooks/hold.ts';
import { ReviewPolicy, Verdict } from '../hooks/review-policy.ts';
import { Tier } from '../hooks/tier.ts';
import { ActionId, HoldId, RunId } from '../ids.ts';
import { Json } from '../json/json.ts';
import { CrewConfigData } from './crew-config.ts';
import { AnswerUsage, ModelAnswer } from './model.ts';

/**
 * What can happen in a run. The journal wraps each in an envelope (`journal/envelope.ts`); the machines and the fold see
 * `RunEvent`. An event holds what is new; whatever can be derived from earlier events is left out.
 */
const ErrorData = z.strictObject({ code: z.string(), message: z.string() });
const task = z.string();
const attempt = z.int().min(1);
const step = z.int().min(1);
const ofAction = { task, actionId: ActionId };
const ofHold = { holdId: HoldId };

/**
 * Of the machines and of what events mean. A journal of another version is not folded: an older one would first be brought to this.
 * A type that is added, or an optional member, makes no version.
 */
export const MACHINES_VERSION = 1 as const;

const DATA = {
  'run.started': z.strictObject({
    crew: z.string(),
    fingerprint: z.string(),
    config: CrewConfigData,
    /** Hash of the crew's file and what it imports by a relative path; null where they are not known. */
    modules: z.string().nullable(),
    /** The version of the machines that wrote it. */
    machines: z.literal(MACHINES_VERSION),
    inputs: Json,
    requestedBy: z.string(),
    /**
     * Where it was forked from. Events up to `copied` of this journal are that run's, with their own times and people; what they
     * say counts there. Those from there to `taken` open its holds again. `by`: everybody who forked it on the way, none of whom
     * may decide where a policy says `notRequester`.
     */
    forkedFrom: z
      .strictObject({
        runId: RunId,
        seq: z.int().min(1),
        copied: z.int().min(1),
        taken: z.int().min(1),
        by: z.array(z.string()).min(1),
      })
      .nullable(),
  }),
  'task.started': z.strictObject({
    task,
    attempt,
    agent: z.string(),
    description: z.string(),
    /** The hold that let it start; null where none was asked. */
    holdId: HoldId.nullable(),
  }),
  'model.responded': z.strictObject({ task, attempt, step, requestDigest: z.string(), answer: ModelAnswer }),
  'model.failed': z.strictObject({
    task,
    attempt,
    step,
    try: z.int(),
    error: ErrorData,
    final: z.boolean(),
    retryInMs: z.number().nullable(),
    /** What the try used, though nothing came of it. Absent: the server did not say. */
    usage: AnswerUsage.optional(),
  }),
  'action.proposed': z.strictObject({
    ...ofAction,
    attempt,
    step,
    callId: z.string(),
    tool: z.string(),
    /** Parsed, defaults applied: exactly what would run. */
    input: Json,
    tier: Tier,
    reasons: z.array(HoldReason),
    /** What the crew's shadow policy would have held; absent: nothing. */
    shadow: z.array(HoldReason).optional(),
    /** What the `beforeAction` hook adds to the policy. */
    review: ReviewPolicy.optional(),
    impact: Impact.nullable(),
    /** The level of its action type, where it made `tier` less than the tool asks for by itself. */
    level: Level.optional(),
    /** It ran by itself and was drawn for a person to look at afterwards. */
    spotCheck: z.literal(true).optional(),
    /** 1, or one more than the rejected proposal of this tool before it in the task. */
    revision: z.int().min(1),
  }),
  'action.started': z.strictObject({
    ...ofAction,
    tool: z.string(),
    input: Json,
    digest: z.string(),
    tier: Tier,
    holdId: HoldId.nullable(),
    idempotencyKey: z.string(),
    try: z.int().min(1),
  }),
  'action.succeeded': z.strictObject({
    ...ofAction,
    output: Json,
    undoUntil: z.string().nullable(),
    source: z.enum(['tool', 'person']),
  }),
  'action.failed': z.strictObject({
    ...ofAction,
    error: ErrorData,
    /** `none`: nothing happened. `unknown`: it may have. `happened`: it did, but its result (`raw`) is not what the tool promises. */
    effect: z.enum(['none', 'unknown', 'happened']),
    raw: Json,
  }),
  'action.refused': z.strictObject({
    ...ofAction,
    step,
    callId: z.string(),
    tool: z.string(),
    code: z.string(),
    message: z.string(),
    holdId: HoldId.nullable(),
  }),
  'action.undo-started': z.strictObject({ ...ofAction, reason: z.string() }),
  'action.undone': z.strictObject({ ...ofAction }),
  'action.undo-failed': z.strictObject({ ...ofAction, error: ErrorData }),
  'action.audited': z.strictObject({
    ...ofAction,
    finding: z.enum(['good', 'bad', 'critical']),
    reason: z.string().nullable(),
  }),
  'task.proposed': z.strictObject({
    task,
    attempt,
    output: Json,
    reasoning: z.string().nullable(),
    confidence: z.number().nullable(),
    /** What the gates said, in their order; the first that objects settles it. */
    complaint: z.string().nullable(),
    blocked: z.string().nullable(),
    escalation: z.string().nullable(),
    reasons: z.array(HoldReason),
    shadow: z.array(HoldReason).optional(),
    /** What the `afterTask` hook adds to the policy. */
    review: ReviewPolicy.optional(),
  }),
  'task.revised': z.strictObject({
    task,
    attempt,
    cause: z.enum(['schema', 'guardrail', 'rejected', 'retry']),
    /** What the agent is told. */
    complaint: z.string(),
    holdId: HoldId.nullable(),
  }),
  'task.completed': z.strictObject({
    task,
    output: Json,
    source: z.enum(['agent', 'modified', 'person']),
    holdId: HoldId.nullable(),
  }),
  'task.failed': z.strictObject({ task, error: ErrorData, holdId: HoldId.nullable() }),
  'task.skipped': z.strictObject({
    task,
    cause: z.enum(['when', 'dependency', 'rejected', 'expired', 'failed', 'person']),
    detail: z.string(),
    holdId: HoldId.nullable(),
  }),
  'hold.opened': HoldOpening,
  'hold.claimed': z.strictObject({
    ...ofHold,
    until: z.string(),
    takenFrom: z.string().nullable(),
    reason: z.string().nullable(),
  }),
  'hold.released': z.strictObject({ ...ofHold }),
  'hold.commented': z.strictObject({ ...ofHold, text: z.string() }),
  'hold.voted': z.strictObject({
    ...ofHold,
    revision: z.int(),
    digest: z.string(),
    verdict: Verdict,
    value: Json.optional(),
    reason: z.string().nullable(),
  }),
  'hold.revised': z.strictObject({
    ...ofHold,
    revision: z.int(),
    proposal: Json,
    digest: z.string(),
    reason: z.string().nullable(),
    diff: Json.optional(),
  }),
  'hold.decided': z.strictObject({
    ...ofHold,
    revision: z.int(),
    /** The digest that the reviewer decided on, and that of what the decision lets through. */
    digest: z.string(),
    effectiveDigest: z.string().nullable(),
    verdict: Verdict,
    /** With `modify` and `respond`. */
    value: Json.optional(),
    reason: z.string().nullable(),
    reasonCode: z.string().nullable(),
    decidedBy: z.array(z.string()),
    diff: Json.optional(),
    overrodeClaimOf: z.string().nullable(),
  }),
  'hold.reminded': z.strictObject({ ...ofHold }),
  'hold.escalated': z.strictObject({ ...ofHold, to: z.array(z.string()) }),
  'hold.expired': z.strictObject({ ...ofHold, onExpire: z.enum(['fail', 'skip']), dueAt: z.string() }),
  'hold.cancelled': z.strictObject({ ...ofHold, reason: z.string() }),
  'run.cancel-requested': z.strictObject({ reason: z.string() }),
  'run.parked': z.strictObject({
    expected: z.string(),
    found: z.string(),
    changes: z.array(z.string()),
    /** The `stop.declared` of the journal `system` that it was parked for; absent: it was parked by itself. */
    stop: z.int().min(1).optional(),
  }),
  'run.resumed': z.strictObject({ fingerprint: z.string(), config: CrewConfigData, modules: z.string().nullable() }),
  'run.completed': z.strictObject({}),
  'run.failed': z.strictObject({ error: ErrorData, task: z.string().nullable() }),
  'run.cancelled': z.strictObject({ reason: z.string() }),
  'run.forked': z.strictObject({ to: RunId, seq: z.int() }),

  // Facts of no run: only the journal `system` has these, and the fold of a run refuses them.
  'oversight.signed': z.strictObject({
    /** The action type. */
    key: z.string(),
    level: Level,
    reason: z.string(),
    /** What the record said when it was signed. */
    evidence: z.strictObject({
      clean: z.int(),
      bad: z.int(),
      points: z.number(),
      upperBound: z.number(),
      reviewers: z.array(z.string()),
      days: z.number(),
    }),
  }),
  /** Everything is stopped until it is lifted: nothing starts or goes on, on whatever node. */
  'stop.declared': z.strictObject({ reason: z.string() }),
  'stop.lifted': z.strictObject({ reason: z.string() }),
  'run.erased': z.strictObject({
    run: RunId,
    /** How many events lost their content; of which tasks, null where it was the whole run. */
    count: z.int(),
    tasks: z.array(z.string()).nullable(),
    reason: z.string(),
  }),
  /** Of a run that was removed there is left how long its journal was, and its head: an export can be checked against it. */
  'run.pruned': z.strictObject({ run: RunId, crew: z.string(), status: z.string(), count: z.int(), head: z.string() }),
  'oversight.demoted': z.strictObject({
    key: z.string(),
    /** The level that is left; null: its tool's own tier. */
    level: Level.nullable(),
    /** A person said so, bad items came too often, or one was critical. */
    cause: z.enum(['person', 'cusum', 'critical']),
    reason: z.string(),
  }),
} as const satisfies Record<string, z.ZodType>;

export type EventType = keyof typeof DATA;
export type EventData<T extends EventType> = z.infer<(typeof DATA)[T]>;
export const EVENT_TYPES = Object.keys(DATA) as EventType[];

/** What is to be appended: an event before the journal gave it its place. */
export type Draft = {
  [T in EventType]: { readonly type: T; readonly by: string; readonly data: EventData<T> };
}[EventType];

/** An event in its place: `seq` from 1 without gaps, `at` ISO 8601 UTC. */
export type RunEvent = Draft & { readonly seq: number; readonly at: string };
export type RunEventOf<T extends EventType> = Extract<RunEvent, { type: T }>;

/** `by` of what the engine itself records. */
export const SYSTEM = 'system';

export function draft<T extends EventType>(type: T, data: EventData<T>, by: string = SYSTEM): Draft {
  return { type, by, data } as unknown as Draft;
}

/** Whether `type` is an event this version knows, and its data as parsed; an unknown type gives null. */
export function parseEventData(type: string, data: unknown): z.ZodSafeParseResult<unknown> | null {
  const schema = Object.hasOwn(DATA, type) ? DATA[type as EventType] : undefined;
  return schema ? schema.safeParse(data) : null;
}
