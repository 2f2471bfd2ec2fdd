import fc from 'fast-check';
import { z } from 'zod';
import { defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import type { Model, ModelRequest } from '../../src/crew/model.ts';
import { HoldpointError } from '../../src/errors.ts';
import type { HoldRecord } from '../../src/hooks/hold.ts';
import type { ReviewPolicy, Verdict } from '../../src/hooks/review-policy.ts';
import type { Reviewer } from '../../src/hooks/reviewer.ts';
import type { Json } from '../../src/json/json.ts';

/** Crews, models and reviewers drawn by chance, for properties that must hold whatever they do. */

export const PEOPLE: readonly Reviewer[] = [
  { user: 'user:ana', roles: ['reviewer'], groups: ['leads'] },
  { user: 'user:ben', roles: ['reviewer'], groups: [] },
  { user: 'user:rita', roles: ['reviewer'], groups: ['leads'] },
  { user: 'user:eve', roles: [], groups: [] },
  { user: 'local:joe', roles: ['reviewer'], groups: ['leads'] },
];

const someOf = fc.record(
  {
    reviewers: fc.constantFrom<ReviewPolicy['reviewers']>(
      ['role:reviewer'],
      ['group:leads', 'user:ben'],
      ['user:ana', 'user:ben'],
    ),
    quorum: fc.constantFrom(1, 2),
    notRequester: fc.boolean(),
    dueIn: fc.constantFrom('1h' as const, '3h' as const),
    remindAfter: fc.constantFrom('30m' as const, '2h' as const),
    escalateTo: fc.constantFrom<ReviewPolicy['escalateTo']>(['user:eve'], ['role:reviewer']),
    onExpire: fc.constantFrom('wait' as const, 'fail' as const, 'skip' as const),
  },
  { requiredKeys: [] },
);
export const policyArbitrary: fc.Arbitrary<ReviewPolicy> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: someOf },
);

export const taskArbitrary = fc.record({
  /** Which of the tasks before it are its context: a bit each; 7 leaves the default. */
  upstream: fc.nat(7),
  optional: fc.boolean(),
  confirm: fc.constantFrom(undefined, undefined, 'before' as const, 'after' as const, 'both' as const),
  review: policyArbitrary,
  onReject: fc.constantFrom(
    'revise' as const,
    'revise' as const,
    'revise' as const,
    'revise' as const,
    'fail' as const,
    'skip' as const,
  ),
  onFailure: fc.constantFrom(
    'escalate' as const,
    'escalate' as const,
    'escalate' as const,
    'fail' as const,
    'skip' as const,
  ),
  maxRetries: fc.nat(2),
  maxRevisions: fc.nat(2),
  minConfidence: fc.constantFrom(undefined, 0.5),
  escalates: fc.boolean(),
});

export const crewArbitrary = fc.record({
  review: policyArbitrary,
  concurrency: fc.constantFrom(1, 2, 4),
  maxHolds: fc.constantFrom(undefined, undefined, 2),
  hierarchical: fc.constantFrom(false, false, false, true),
  budget: fc.constantFrom(undefined, undefined, undefined, 40),
  hook: fc.constantFrom(
    undefined,
    undefined,
    'beforeRun',
    'afterRun',
    'beforeTask',
    'afterTask',
    'beforeModelCall',
    'beforeAction',
  ),
  tasks: fc.array(taskArbitrary, { minLength: 3, maxLength: 6 }),
});
export type CrewSeed = typeof crewArbitrary extends fc.Arbitrary<infer T> ? T : never;

const N = z.strictObject({ n: z.int().max(9) });

/** Tools whose behaviour follows from their input, so that a replay sees the same. `started` counts effects by their key. */
function toolsOf(started: Map<string, number>) {
  const work = ({ n }: { n: number }, key: string) => {
    started.set(key, (started.get(key) ?? 0) + 1);
    if (n === 8) throw new Error('it broke');
    return (n === 7 ? 7 : `did ${n}`) as string;
  };
  const make = (name: string, tier: 'automatic' | 'approval' | 'human', idempotent = false) =>
    defineTool({
      name,
      description: name,
      input: N,
      tier,
      idempotent,
      execute: (input, { idempotencyKey }) => work(input, idempotencyKey),
    });
  const graded = defineTool({
    name: 'graded',
    description: 'graded',
    input: N,
    tier: ({ n }) => (n < 3 ? 'supervised' : n < 6 ? 'approval' : 'human'),
    execute: (input, { idempotencyKey }) => work(input, idempotencyKey),
    undo: () => undefined,
  });
  return [make('read', 'automatic', true), make('pay', 'approval'), make('sign', 'human'), graded];
}

export function crewOf(seed: CrewSeed, started: Map<string, number> = new Map()) {
  const keys = seed.tasks.map((_, index) => `t${index}`);
  const tasks = seed.tasks.map((task, index) => {
    const before = keys.slice(0, index).filter((_, bit) => task.upstream & (1 << bit));
    const lists =
      task.upstream === 7 ? {} : task.optional ? { context: [], optionalContext: before } : { context: before };
    return [
      keys[index],
      {
        agent: 'a',
        description: `Task ${index}`,
        output: z.strictObject({ text: z.string().max(5) }),
        guardrails: [({ output }: { output: { text: string } }) => output.text !== 'bad' || 'that is bad'],
        ...(task.escalates
          ? { escalateIf: ({ output }: { output: { text: string } }) => output.text === 'esc' && 'asks' }
          : {}),
        ...lists,
        ...(task.confirm ? { confirm: task.confirm } : {}),
        ...(task.minConfidence === undefined ? {} : { minConfidence: task.minConfidence }),
        review: task.review,
        onReject: task.onReject,
        onFailure: task.onFailure,
        maxRetries: task.maxRetries,
        maxRevisions: task.maxRevisions,
      },
    ];
  });
  const held = () => ({ type: 'hold', reason: 'the hook asks', review: { reviewers: ['role:reviewer'] } });
  const config = {
    name: 'random',
    agents: { a: { role: 'A', goal: 'A', tools: toolsOf(started), maxSteps: 3 }, boss: { role: 'B', goal: 'B' } },
    review: seed.review,
    concurrency: seed.concurrency,
    ...(seed.hierarchical ? { process: 'hierarchical', manager: 'boss' } : {}),
    ...(seed.maxHolds ? { maxHolds: seed.maxHolds } : {}),
    ...(seed.budget ? { budget: { tokens: seed.budget } } : {}),
    ...(seed.hook ? { hooks: { [seed.hook]: held } } : {}),
    tasks: Object.fromEntries(tasks),
  };
  // The types of a crew are for people who write one; this one is drawn.
  return defineCrew(config as never) as unknown as ReturnType<typeof defineCrew>;
}

/** Draws whole numbers below a bound: from fast-check, so that a failure can be shrunk and repeated. */
export type Draw = (below: number) => number;
const pick = <T>(draw: Draw, from: readonly T[]): T => from[draw(from.length)]!;

/** An agent that says anything: answers good and bad, calls of known and unknown tools, failures. */
export function randomModel(draw: Draw): Model {
  return {
    type: 'model',
    name: 'random',
    async respond(request: ModelRequest, { signal }) {
      for (let turns = draw(3); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      if (draw(20) === 0) throw new HoldpointError('MODEL_UNREACHABLE', 'no answer');
      const usage = { inputTokens: 3, outputTokens: 2 };
      const review = request.messages[1]?.text.startsWith('Review:');
      if (!review && draw(3) === 0) {
        const call = (_: unknown, index: number) => ({
          id: draw(12) === 0 ? '' : `c${index}`,
          name: pick(draw, ['read', 'pay', 'sign', 'graded', 'pay', 'graded', 'ask_human', 'launch']),
          arguments: JSON.stringify(draw(12) === 0 ? {} : { n: draw(11), question: undefined }),
        });
        return { model: 'random', text: '', toolCalls: Array.from({ length: 1 + draw(3) }, call), usage };
      }
      const output = review
        ? { accept: draw(4) > 0, feedback: 'more' }
        : { text: pick(draw, ['ok', 'ok', 'fine', 'bad', 'too long', 'esc']) };
      const text =
        draw(15) === 0
          ? 'prose'
          : JSON.stringify({ output, reasoning: 'r', confidence: pick(draw, [0.1, 0.9, 0.9, 7]) });
      return { model: 'random', text, toolCalls: [], usage };
    },
  };
}

function randomVerdict(draw: Draw, { allowed }: HoldRecord): Verdict {
  if (draw(12) === 0) return pick(draw, ['approve', 'modify', 'reject', 'respond'] as const);
  const wanted = pick(draw, ['approve', 'approve', 'approve', 'modify', 'respond', 'respond', 'reject'] as const);
  return allowed.includes(wanted) ? wanted : pick(draw, allowed);
}

const OUTPUTS: readonly Json[] = [{ text: 'mine' }, { text: 'bad' }, { text: 'far too long' }, 'text', 7];

/** What a reviewer might send: mostly sensible, sometimes not. */
export function randomDecision(
  draw: Draw,
  hold: HoldRecord,
): { digest: string; verdict: Verdict; value?: Json; reason?: string; overrideClaim?: boolean } {
  const verdict = randomVerdict(draw, hold);
  const digest = draw(15) === 0 ? (hold.previous?.digest ?? 'x') : hold.digest;
  const base = {
    digest,
    verdict,
    ...(draw(8) === 0 ? {} : { reason: 'because' }),
    ...(draw(2) ? { overrideClaim: true } : {}),
  };
  return verdict === 'modify' || verdict === 'respond' ? { ...base, value: valueFor(draw, hold) } : base;
}

function valueFor(draw: Draw, hold: HoldRecord): Json {
  switch (hold.kind) {
    case 'after':
      return pick(draw, OUTPUTS);
    case 'action':
      return pick(draw, [{ n: draw(11) }, { n: draw(6) }, { n: draw(6) }, { tool: 'read', input: { n: 1 } }]);
    case 'escalation':
    case 'run': {
      const choice = pick(draw, ['retry', 'retry', 'retry', 'use', 'use', 'skip', 'fail', 'approve']);
      return choice === 'use' && draw(2) ? { choice, value: pick(draw, OUTPUTS) } : { choice };
    }
    default:
      return pick(draw, ['a text', '', 7]);
  }
}
