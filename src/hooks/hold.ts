import { z } from 'zod';
import { ActionId, HoldId, RunId } from '../ids.ts';
import { Json } from '../json/json.ts';
import { EffectivePolicy, OnExpire, Verdict } from './review-policy.ts';
import { Tier } from './tier.ts';

export const HoldKind = z.enum(['before', 'after', 'action', 'human', 'question', 'escalation', 'run', 'oversight']);
export type HoldKind = z.infer<typeof HoldKind>;

export const HoldStatus = z.enum(['open', 'approved', 'modified', 'rejected', 'answered', 'expired', 'cancelled']);
export type HoldStatus = z.infer<typeof HoldStatus>;

export const HoldReason = z.strictObject({
  code: z.enum([
    'confirm',
    'tier',
    'low-confidence',
    'escalation',
    'guardrail',
    'hook',
    'budget',
    'spot-check',
    'outcome-unknown',
    'policy',
    'graduation',
  ]),
  detail: z.string(),
});
export type HoldReason = z.infer<typeof HoldReason>;

/** What an action would do, as its tool says it; shown beside the exact arguments, never instead of them. */
export const Impact = z.strictObject({
  summary: z.string(),
  target: z.string().optional(),
  amount: z.number().optional(),
  reversible: z.boolean(),
});
export type Impact = z.infer<typeof Impact>;

const JsonSchema = z.record(z.string(), Json);

const DecisionRecord = z.strictObject({
  verdict: Verdict,
  by: z.string(),
  reason: z.string().nullable(),
  reasonCode: z.string().nullable(),
  at: z.string(),
  diff: Json.optional(),
});
export type DecisionRecord = z.infer<typeof DecisionRecord>;

/** What `hold.opened` records: everything a reviewer needs, as data, so that a process without the crew can show and decide it. */
export const HoldOpening = z.strictObject({
  id: HoldId,
  revision: z.int().min(1),
  task: z.string().nullable(),
  agent: z.string().nullable(),
  attempt: z.int().min(0),
  kind: HoldKind,
  reasons: z.array(HoldReason).min(1),
  proposal: Json,
  digest: z.string(),
  schema: JsonSchema.nullable(),
  previous: z.strictObject({ proposal: Json, digest: z.string() }).nullable(),
  action: z.strictObject({ id: ActionId, tool: z.string(), tier: Tier }).nullable(),
  impact: Impact.nullable(),
  reasoning: z.string().nullable(),
  confidence: z.number().nullable(),
  blocks: z.array(z.string()),
  history: z.array(DecisionRecord),
  allowed: z.array(Verdict),
  policy: EffectivePolicy,
  dueAt: z.string().nullable(),
  remindAt: z.string().nullable(),
});
export type HoldOpening = z.infer<typeof HoldOpening>;

/**
 * A hold as the journal's index keeps it: a fold of its events (`hold-fold.ts`), without `context` and `done`, which are
 * read from the journal when one hold is asked for.
 */
export const HoldRecord = HoldOpening.extend({
  seq: z.int(),
  runId: RunId.nullable(),
  crew: z.string().nullable(),
  requestedBy: z.string().nullable(),
  /** Who forked the run, on the way to this one; absent: nobody. */
  forkedBy: z.array(z.string()).optional(),
  /** It was decided in the run that this one was forked from, and is here only to be read. */
  inherited: z.literal(true).optional(),
  /** How many entries of `history` are of the holds that this one revises; absent: none. */
  priorDecisions: z.int().min(1).optional(),
  status: HoldStatus,
  votes: z.array(z.strictObject({ by: z.string(), verdict: Verdict, value: Json.optional() })),
  overdue: z.boolean(),
  reminded: z.boolean(),
  claimedBy: z.string().nullable(),
  claimedUntil: z.string().nullable(),
  comments: z.array(z.strictObject({ by: z.string(), text: z.string(), at: z.string() })),
  openedAt: z.string(),
  closedAt: z.string().nullable(),
  decidedBy: z.array(z.string()),
});
export type HoldRecord = z.infer<typeof HoldRecord>;

const HoldOnWire = HoldRecord.omit({
  policy: true,
  forkedBy: true,
  inherited: true,
  priorDecisions: true,
  dueAt: true,
  remindAt: true,
  votes: true,
  overdue: true,
  reminded: true,
}).extend({
  context: z.array(z.strictObject({ task: z.string(), output: Json })).optional(),
  done: z.array(z.strictObject({ tool: z.string(), input: Json, output: Json, at: z.string() })).optional(),
  review: z.strictObject({
    reviewers: z.array(z.string()),
    quorum: z.int(),
    votes: z.array(z.strictObject({ by: z.string(), verdict: Verdict })),
    dueAt: z.string().nullable(),
    overdue: z.boolean(),
    onExpire: OnExpire,
    escalateTo: z.array(z.string()),
    /** The verdicts that are refused without a reason. */
    reasonRequired: z.array(Verdict),
  }),
});

/** A hold on the wire: by its `kind` it is known what it proposes. `context` and `done` only when one hold is asked for. */
export type Hold = { [K in HoldKind]: HoldOf<K> }[HoldKind];
/** The schema leaves proposals open: they are made here (`crew/derive/`), and a hold of an older journal must stay readable. */
export const Hold = HoldOnWire as unknown as z.ZodType<Hold> & Pick<typeof HoldOnWire, 'shape'>;

/** One hold that was asked for, with what the agent knew and did. */
export type HoldInFull = Hold & {
  context: NonNullable<Hold['context']>;
  done: NonNullable<Hold['done']>;
};
export const HoldInFull = HoldOnWire.required({ context: true, done: true }) as unknown as z.ZodType<HoldInFull>;

type HoldOf<K extends HoldKind> = Omit<z.infer<typeof HoldOnWire>, 'kind' | 'proposal' | 'action'> & {
  kind: K;
  proposal: Proposals[K];
  action: K extends 'action' | 'human' | 'question' ? HoldAction : K extends 'escalation' ? HoldAction | null : null;
};

type HoldAction = NonNullable<HoldOpening['action']>;
/** A type, not an interface: only that is JSON to the compiler. */
type Call = {
  readonly tool: string;
  /** Within the tool's input schema. */
  readonly input: { readonly [key: string]: Json };
};
type Proposals = {
  before: {
    readonly description: string;
    readonly expectedOutput: string | null;
    readonly tools: readonly string[];
    readonly context: readonly { readonly task: string; readonly output: Json }[];
  };
  /** The output: text, or what satisfies `schema`. */
  after: Json;
  action: Call;
  human: Call;
  question: { readonly question: string; readonly options?: readonly string[] };
  /** What failed, and what was there then; of an action also the call. */
  escalation: { readonly error: { code: string; message: string }; readonly output?: Json } & Partial<Call>;
  /** What ran out, or what a hook wants looked at. */
  run: Json;
  oversight: Json;
};

/** The hold as a client sees it. The policy's inner form stays inside. */
export function toHold(record: HoldRecord): Hold {
  const { policy, dueAt, remindAt: _remindAt, votes: _votes, overdue, reminded: _reminded, ...seen } = record;
  const { forkedBy: _forkedBy, inherited: _inherited, priorDecisions: _priorDecisions, ...rest } = seen;
  const hold: z.infer<typeof HoldOnWire> = {
    ...rest,
    review: {
      reviewers: [...new Set(policy.reviewers.flat())],
      quorum: policy.quorum,
      votes: votesOf(record),
      dueAt,
      overdue,
      onExpire: policy.onExpire,
      escalateTo: policy.escalateTo,
      reasonRequired: policy.reasonRequired,
    },
  };
  // What each kind proposes is written by `crew/derive/`, and by nobody else.
  return hold as Hold;
}

/** The vote that closed it was recorded as the decision that it made. */
function votesOf({ policy, votes, decidedBy, history }: HoldRecord): { by: string; verdict: Verdict }[] {
  const last = history.at(-1);
  const closing = policy.quorum > 1 && last && decidedBy.includes(last.by) ? [last] : [];
  return [...votes, ...closing].map(({ by, verdict }) => ({ by, verdict }));
}
