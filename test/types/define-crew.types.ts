// What the typed surface infers and refuses, each wrong use on its own line. Compiled, never run: see typescript-versions.test.ts.
import { z } from 'zod';
import type { TypedTool } from '../../src/crew/crew-types.ts';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import { block, hold } from '../../src/crew/hook-verdicts.ts';
import type { Model } from '../../src/crew/model.ts';

type Equal<X, Y> = (<T>() => T extends X ? 1 : 2) extends <T>() => T extends Y ? 1 : 2 ? true : false;
const expectType = <_T extends true>() => {};

const issueRefund = defineTool({
  name: 'issue_refund',
  description: 'Refund an order to its original payment method.',
  input: z.strictObject({ orderId: z.string(), amountUsd: z.number().positive(), note: z.string().default('') }),
  output: z.strictObject({ refundId: z.string(), attempts: z.number().default(1) }),
  tier: ({ amountUsd }) => (amountUsd <= 20 ? 'supervised' : amountUsd <= 500 ? 'approval' : 'human'),
  impact: ({ orderId, amountUsd }) => ({
    summary: `Refund $${amountUsd.toFixed(2)} on ${orderId}`,
    target: orderId,
    amount: amountUsd,
  }),
  idempotent: true,
  timeout: '30s',
  execute: async ({ orderId, note }, { idempotencyKey, signal }) => {
    signal.throwIfAborted();
    return { refundId: orderId + note.length + idempotencyKey };
  },
  undo: async ({ input, output }, { signal }) => {
    signal.throwIfAborted();
    input.orderId.toUpperCase();
    output.attempts.toFixed();
  },
  undoWindow: '10m',
});
const lookUp = defineTool({
  name: 'look_up',
  description: 'x',
  input: z.strictObject({ id: z.number() }),
  tier: 'automatic',
  execute: ({ id }) => `order ${id.toFixed()}`,
});
// A computed tier that can never be `supervised` needs no `undo`; `execute` is typed all the same.
defineTool({
  name: 'n',
  description: 'x',
  input: z.strictObject({ n: z.number() }),
  tier: ({ n }) => (n > 1 ? 'approval' : 'automatic'),
  execute: ({ n }) => n.toFixed(),
});
// @ts-expect-error a tool that can be `supervised` needs `undo`
defineTool({ name: 'n', description: 'x', input: z.strictObject({}), tier: 'supervised', execute: () => 'x' });
// @ts-expect-error the same when the tier is computed
defineTool({
  name: 'n',
  description: 'x',
  input: z.strictObject({ n: z.number() }),
  tier: ({ n }) => (n > 1 ? 'approval' : 'supervised'),
  execute: () => 'x',
});
// @ts-expect-error no tier
defineTool({ name: 'n', description: 'x', input: z.strictObject({}), execute: () => 'x' });
// @ts-expect-error no such tier
defineTool({ name: 'n', description: 'x', input: z.strictObject({}), tier: 'aproval', execute: () => 'x' });
defineTool({
  name: 'n',
  description: 'x',
  input: z.strictObject({ n: z.number() }),
  // @ts-expect-error no such tier, computed
  tier: ({ n }) => (n > 1 ? 'aproval' : 'human'),
  execute: () => 'x',
});
defineTool({
  name: 'n',
  description: 'x',
  input: z.strictObject({}),
  output: z.strictObject({ id: z.string() }),
  tier: 'automatic',
  // @ts-expect-error execute gives something else than `output`
  execute: () => ({ id: 1 }),
});

// What `execute` gives is held against `output` as it is written: a literal is no text in general.
const literals = { description: 'x', input: z.strictObject({ n: z.number() }), tier: 'automatic' } as const;
const state = z.object({ s: z.enum(['x', 'y']) });
const sync = defineTool({ ...literals, name: 'n', output: state, execute: () => ({ s: 'x' }) });
defineTool({ ...literals, name: 'n', output: state, execute: async () => ({ s: 'x' }) });
defineTool({ ...literals, name: 'n', output: state, execute: ({ n }) => ({ s: n > 1 ? 'x' : 'y' }) });
defineTool({ ...literals, name: 'n', output: state, execute: async ({ n }) => (n > 1 ? { s: 'x' } : { s: 'y' }) });
defineTool({
  ...literals,
  name: 'n',
  output: state,
  async execute({ n }) {
    if (n > 1) return { s: 'x' };
    await Promise.resolve();
    return { s: 'y' };
  },
});
defineTool({ ...literals, name: 'n', output: z.enum(['x', 'y']), execute: ({ n }) => (n > 1 ? 'x' : 'y') });
defineTool({ ...literals, name: 'n', output: z.literal('x'), execute: () => 'x' });
defineTool({
  ...literals,
  name: 'n',
  output: z.array(z.object({ k: z.literal('a'), at: z.tuple([z.number(), z.enum(['l', 'r'])]) })),
  execute: ({ n }) => [{ k: 'a', at: [n, 'l'] }],
});
defineTool({
  ...literals,
  name: 'n',
  output: z.discriminatedUnion('k', [
    z.object({ k: z.literal('a'), a: z.string() }),
    z.object({ k: z.literal('b'), b: z.number().optional() }),
  ]),
  execute: async ({ n }) => (n > 1 ? { k: 'a', a: 'x' } : n > 0 ? { k: 'b', b: n } : { k: 'b' }),
});
// What is of its type already passes as well, lists and maps of it too.
declare const states: z.input<typeof state>[];
declare const byName: Record<string, z.input<typeof state>>;
declare const unsure: Promise<z.input<typeof state>> | z.input<typeof state>;
defineTool({ ...literals, name: 'n', output: z.array(state), execute: () => states });
defineTool({ ...literals, name: 'n', output: z.record(z.string(), state), execute: () => byName });
defineTool({ ...literals, name: 'n', output: state, execute: () => unsure });
defineTool({ ...literals, name: 'n', output: z.unknown(), execute: () => ({ any: ['thing'] }) });
defineTool({ ...literals, name: 'n', output: z.json(), execute: () => ({ any: ['thing', 1, null] }) });
defineTool({ ...literals, name: 'n', output: z.json(), execute: ({ n }): z.core.util.JSONType => n });
const Tree = z.object({
  kind: z.enum(['leaf', 'branch']),
  get children() {
    return z.array(Tree);
  },
});
defineTool({
  ...literals,
  name: 'n',
  output: Tree,
  execute: () => ({ kind: 'branch', children: [{ kind: 'leaf', children: [] }] }),
});
interface Declared {
  s: 'x' | 'y';
  lists?: { of: string[] }[];
}
defineTool({
  ...literals,
  name: 'n',
  output: z.custom<Declared>(),
  execute: async () => ({ s: 'x', lists: [{ of: ['a'] }, { of: [] }] }),
});
// @ts-expect-error a wrong list inside
defineTool({ ...literals, name: 'n', output: z.custom<Declared>(), execute: () => ({ s: 'x', lists: [{ of: [1] }] }) });
defineTool({ ...literals, name: 'n', output: state, execute: (): Declared => ({ s: 'x' }) });
defineTool({ ...literals, name: 'n', output: z.date(), execute: () => new Date(0) });
defineTool({ ...literals, name: 'n', output: state.brand<'State'>(), execute: () => ({ s: 'x' }) });
defineTool({ ...literals, name: 'n', output: z.any(), execute: () => {} });
const cents = z.number().brand<'Cents', 'inout'>();
defineTool({ ...literals, name: 'n', output: z.object({ cents }), execute: ({ n }) => ({ cents: cents.parse(n) }) });
// @ts-expect-error a number of any kind
defineTool({ ...literals, name: 'n', output: z.object({ cents }), execute: ({ n }) => ({ cents: n }) });
defineTool({ ...literals, name: 'n', output: z.null(), execute: async () => null });
// The same where `undo` is needed, which gets what the schema gives.
const undoable = defineTool({
  ...literals,
  name: 'n',
  tier: ({ n }) => (n > 1 ? 'supervised' : 'approval'),
  output: state,
  execute: async ({ n }) => ({ s: n > 1 ? 'x' : 'y' }),
  undo: ({ output }) => void (output.s === 'x'),
});
defineTool({
  ...literals,
  name: 'n',
  tier: 'supervised',
  output: state,
  execute: () => ({ s: 'x' }),
  undo: ({ output, input }) => void (output.s === 'y' && input.n),
});
expectType<Equal<typeof sync, TypedTool<'n', { n: number }, { s: 'x' | 'y' }>>>();
expectType<Equal<typeof undoable, TypedTool<'n', { n: number }, { s: 'x' | 'y' }>>>();
// @ts-expect-error no such literal
defineTool({ ...literals, name: 'n', output: state, execute: () => ({ s: 'z' }) });
// @ts-expect-error the same, asynchronously
defineTool({ ...literals, name: 'n', output: state, execute: async () => ({ s: 'z' }) });
// @ts-expect-error the same in one branch
defineTool({ ...literals, name: 'n', output: state, execute: ({ n }) => (n > 1 ? { s: 'x' } : { s: 'z' }) });
// @ts-expect-error text in general
defineTool({ ...literals, name: 'n', output: state, execute: ({ n }) => ({ s: n.toFixed() }) });
// @ts-expect-error nothing of it
defineTool({ ...literals, name: 'n', output: state, execute: () => ({}) });
// @ts-expect-error no value at all
defineTool({ ...literals, name: 'n', output: state, execute: () => {} });
// @ts-expect-error perhaps no value
defineTool({ ...literals, name: 'n', output: state, execute: ({ n }) => (n > 1 ? { s: 'x' } : undefined) });
// @ts-expect-error another literal where no schema of the output allows text in general
defineTool({ ...literals, name: 'n', output: z.literal('x'), execute: () => 'y' });
// @ts-expect-error without `output`, text
defineTool({ ...literals, name: 'n', execute: () => 1 });
// @ts-expect-error the same, asynchronously
defineTool({ ...literals, name: 'n', execute: async () => ({ s: 'x' }) });

const crew = defineCrew({
  name: 'refund-desk',
  inputs: z.strictObject({ ticket: z.string(), urgent: z.boolean().default(false) }),
  hooks: {
    beforeRun: ({ inputs }) => (inputs.urgent ? hold({ reason: 'urgent' }) : undefined),
    afterTask: (event) => {
      if (event.task === 'assess') event.output.amountUsd.toFixed();
      if (event.task === 'letter') event.output.trim();
    },
    beforeAction: async ({ tool, agent }) => (agent === 'clerk' && tool === 'x' ? block('no') : undefined),
  },
  agents: {
    analyst: { role: 'Refund analyst', goal: 'Decide fairly', backstory: '…', tools: [lookUp] },
    clerk: {
      role: 'Refund clerk',
      goal: 'Pay',
      tools: [issueRefund, { tool: lookUp, tier: 'approval' }],
      maxSteps: 10,
    },
  },
  tasks: {
    assess: {
      agent: 'analyst',
      description: ({ inputs }) => `Assess ${inputs.ticket.toUpperCase()} ${inputs.urgent === true}`,
      output: z.strictObject({
        refund: z.boolean(),
        amountUsd: z.number().default(0),
        why: z.string(),
        cents: z.number().brand<'Cents'>(),
      }),
      confirm: {
        after: { quorum: 2, when: ({ output, confidence }) => output.amountUsd > 100 || (confidence ?? 0) < 0.9 },
      },
      minConfidence: 0.8,
      confidence: ({ output, confidence }) => (output.refund ? (confidence ?? 0) : 1),
      guardrails: [
        ({ output }) => output.amountUsd >= 0 || 'negative amount',
        async ({ output }, { signal }) => {
          signal.throwIfAborted();
          return output.why.length > 0 || 'say why';
        },
      ],
      escalateIf: ({ output }) => output.amountUsd > 300 && `unusual amount ${output.amountUsd.toFixed(2)}`,
    },
    letter: { agent: 'analyst', context: [], description: 'Draft a letter on {ticket}', confirm: 'after' },
    pay: {
      agent: 'clerk',
      context: ['assess', 'letter'],
      when: ({ outputs }) => outputs.assess.refund,
      description({ outputs }) {
        const n: number = outputs.assess.cents;
        return `Refund ${n} ${outputs.letter.toUpperCase()}`;
      },
      tools: [issueRefund],
      escalateIf: ({ output, outputs }) => output.includes('?') || outputs.assess.why === '',
    },
    tell: {
      agent: 'clerk',
      context: ['pay'],
      description: ({ outputs }) => {
        // @ts-expect-error `assess` is not in this task's context
        outputs.assess.amountUsd;
        // @ts-expect-error no such task
        outputs.nope;
        return outputs.pay.trim();
      },
    },
    close: {
      agent: 'clerk',
      context: ['assess'],
      optionalContext: ['pay'],
      description: ({ outputs }) => {
        // @ts-expect-error `pay` may have been skipped
        outputs.pay.trim();
        return `${outputs.assess.why} ${outputs.pay?.trim() ?? 'nothing paid'}`;
      },
    },
    log: {
      agent: 'clerk',
      // @ts-expect-error without `context` no output is visible by name
      description: ({ outputs }) => outputs.tell.trim(),
    },
  },
});
type Types = NonNullable<(typeof crew)['~types']>;
expectType<
  Equal<
    Types['outputs'],
    {
      assess: { refund: boolean; amountUsd: number; why: string; cents: number & z.$brand<'Cents'> };
      letter: string;
      pay: string;
      tell: string;
      close: string;
      log: string;
    }
  >
>();
expectType<Equal<Types['input'], { ticket: string; urgent?: boolean | undefined }>>();

const ok = { name: 'x', agents: { a: { role: 'a', goal: 'b' }, b: { role: 'a', goal: 'b' } } } as const;
const none = defineCrew({ ...ok, tasks: { t: { agent: 'a', description: ({ inputs }) => String(inputs) } } });
defineCrew({ ...ok, process: 'hierarchical', manager: 'a', tasks: { t: { agent: 'b', description: 'x' } } });
// @ts-expect-error hierarchical without a manager
defineCrew({ ...ok, process: 'hierarchical', tasks: { t: { agent: 'b', description: 'x' } } });
// @ts-expect-error unknown manager
defineCrew({ ...ok, process: 'hierarchical', manager: 'zed', tasks: { t: { agent: 'b', description: 'x' } } });
// @ts-expect-error a manager without the hierarchical process
defineCrew({ ...ok, manager: 'a', tasks: { t: { agent: 'b', description: 'x' } } });
defineCrew({
  ...ok,
  tasks: {
    // @ts-expect-error unknown agent
    u: { agent: 'nobody', description: 'x' },
    // @ts-expect-error unknown task in context
    v: { agent: 'a', description: 'x', context: ['zzz'] },
    // @ts-expect-error misspelt key
    w: { agent: 'a', description: 'x', conferm: 'after' },
    // @ts-expect-error misspelt value
    x: { agent: 'a', description: 'x', confirm: 'aftr' },
    // @ts-expect-error misspelt key inside confirm
    y: { agent: 'a', description: 'x', confirm: { after: { quorm: 2 } } },
    // @ts-expect-error not a duration
    z: { agent: 'a', description: 'x', timeout: '30 seconds' },
    // @ts-expect-error not a schema
    q: { agent: 'a', description: 'x', output: { refund: 'boolean' } },
    // @ts-expect-error silence never approves
    r: { agent: 'a', description: 'x', review: { onExpire: 'approve' } },
    // @ts-expect-error not a reviewer
    s: { agent: 'a', description: 'x', review: { reviewers: ['ana'] } },
    // @ts-expect-error a guardrail answers `true` or what is wrong, never `false` or nothing
    g: { agent: 'a', description: 'x', guardrails: [({ output }) => output.length > 3] },
  },
});
// @ts-expect-error misspelt key of the crew
defineCrew({ ...ok, reviw: {}, tasks: { t: { agent: 'a', description: 'x' } } });
defineCrew({
  name: 'x',
  // @ts-expect-error misspelt key of an agent
  agents: { a: { role: 'a', goal: 'b', bakstory: 'c' } },
  tasks: { t: { agent: 'a', description: 'x' } },
});
// @ts-expect-error misspelt hook
defineCrew({ ...ok, hooks: { beforTask: () => {} }, tasks: { t: { agent: 'a', description: 'x' } } });

// A crew of any type is taken where crews are, and a model may be an object.
declare const model: Model;
crewDefinition(crew);
crewDefinition(none);
defineCrew({
  ...ok,
  model,
  agents: { a: { role: 'a', goal: 'b', model } },
  tasks: { t: { agent: 'a', description: 'x' } },
});
defineTool({
  name: 'n',
  description: 'x',
  input: z.strictObject({}),
  tier: 'automatic',
  // @ts-expect-error the contract's amount is a number
  impact: () => ({ summary: 'x', amount: '5' }),
  execute: () => 'x',
});
defineCrew({
  ...ok,
  // @ts-expect-error a tool in use may not be made automatic
  agents: { a: { role: 'a', goal: 'b', tools: [{ tool: lookUp, tier: 'automatic' }] } },
  tasks: { t: { agent: 'a', description: 'x' } },
});
// @ts-expect-error `maxRevisions` is a task's, not a policy's
defineCrew({ ...ok, review: { maxRevisions: 2 }, tasks: { t: { agent: 'a', description: 'x' } } });
