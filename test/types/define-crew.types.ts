// What the typed surface infers and refuses, each wrong use on its own line. Compiled, never run: see typescript-versions.test.ts.
import { z } from 'zod';
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
