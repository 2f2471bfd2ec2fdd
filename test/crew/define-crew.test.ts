import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CrewConfigData, fingerprintOf } from '../../src/crew/crew-config.ts';
import type { CrewDefinition } from '../../src/crew/crew-definition.ts';
import { crewDefinition, defineCrew, isCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import { block, hold } from '../../src/crew/hook-verdicts.ts';
import { canonicalJson } from '../../src/json/canonical-json.ts';
import { type Issue, issuesOf } from '../support/config-issues.ts';
import { refundDesk } from '../support/refund-desk.ts';

/** As a JavaScript caller writes it: without the types that would refuse it first. */
const define = defineCrew as unknown as (config: unknown) => ReturnType<typeof defineCrew>;
const built = (config: object): CrewDefinition => crewDefinition(define({ ...base, ...config }));
const refused = (config: object): Issue[] => issuesOf('CREW_INVALID', () => define({ ...base, ...config }));
const refusedTask = (task: object): Issue[] => refused({ tasks: { first, t: { ...first, ...task } } });

const ana = { role: 'Analyst', goal: 'Be right' };
const first = { agent: 'ana', description: 'Do it.' };
const base = { name: 'desk', agents: { ana }, tasks: { first } };
const tool = (name: string, config: object = {}) =>
  (defineTool as unknown as (config: unknown) => ReturnType<typeof defineTool>)({
    name,
    description: 'x',
    input: z.strictObject({}),
    tier: 'automatic',
    execute: () => 'done',
    ...config,
  });

describe('the crew of the documentation', () => {
  const { config, fingerprint, tasks, agents } = crewDefinition(refundDesk);

  it('is accepted word for word, and is this as data', () => {
    expect(CrewConfigData.parse(config)).toEqual(config);
    expect(config).toMatchObject({
      name: 'refund-desk',
      version: null,
      inputs: { type: 'object', properties: { ticket: { type: 'string' } }, required: ['ticket'] },
      process: 'sequential',
      manager: null,
      concurrency: 4,
      model: null,
      review: null,
      budget: null,
      hooks: [],
      agents: {
        analyst: { role: 'Refund analyst', goal: 'Decide fairly', backstory: '…', model: null, maxSteps: 10 },
        clerk: { role: 'Refund clerk', goal: 'Pay what was decided', backstory: null, model: null, maxSteps: 10 },
      },
      tools: {
        issue_refund: {
          tier: 'computed',
          review: null,
          minConfidence: null,
          idempotent: true,
          reversible: true,
          timeoutMs: 30_000,
          undoWindowMs: 600_000,
        },
      },
    });
    expect(config.tasks.pay).toEqual({
      agent: 'clerk',
      description: 'function',
      expectedOutput: null,
      output: null,
      context: ['assess'],
      optionalContext: [],
      when: 'function',
      tools: [{ name: 'issue_refund', raiseTo: null, review: null }],
      confirm: { before: null, after: null },
      review: null,
      minConfidence: null,
      confidence: null,
      escalateIf: null,
      guardrails: 0,
      maxRetries: 2,
      maxRevisions: 3,
      onReject: 'revise',
      onFailure: 'escalate',
      timeoutMs: null,
      outputFile: null,
    });
    expect(config.tasks.assess).toMatchObject({
      confirm: { before: null, after: { policy: {}, when: null } },
      minConfidence: 0.8,
      context: [],
    });
    expect(JSON.stringify(config)).not.toContain('$schema');
  });

  it('has agents, tasks and tools in its order', () => {
    expect([...agents.keys()]).toEqual(['analyst', 'clerk']);
    expect([...tasks.keys()]).toEqual(['assess', 'pay']);
    expect([...(tasks.get('pay')?.tools.keys() ?? [])]).toEqual(['issue_refund']);
    expect(tasks.get('assess')?.tools.size).toBe(0);
    expect(fingerprint).toBe(fingerprintOf(config));
  });

  it('is known to another copy of the package by its registered key', () => {
    expect(refundDesk).toEqual({ type: 'crew', name: 'refund-desk' });
    expect(isCrew(refundDesk)).toBe(true);
    expect(isCrew({ type: 'crew', name: 'refund-desk' })).toBe(false);
    expect(isCrew({ [Symbol.for('holdpoint.crew')]: crewDefinition(refundDesk) })).toBe(true);
    expect(() => crewDefinition({ type: 'crew', name: 'x' })).toThrow('Make it with defineCrew');
  });
});

describe('a task waits', () => {
  const contexts = (tasks: object) => [...built({ tasks }).tasks.values()].map(({ context }) => context);

  it('for the task before it, unless it says for which', () => {
    const tasks = { a: first, b: first, c: { ...first, context: [] }, d: { ...first, context: ['a', 'b', 'a'] } };
    expect(contexts(tasks)).toEqual([[], ['a'], [], ['a', 'b']]);
  });

  it('not twice for the task before it', () => {
    expect(contexts({ a: first, b: { ...first, optionalContext: ['a'] } })).toEqual([[], []]);
  });
});

describe('the tools of a task', () => {
  const [one, two] = [tool('one'), tool('two')];

  it("are its agent's, or its own instead", () => {
    const agents = { ana: { ...ana, tools: [one] } };
    const tasks = { a: first, b: { ...first, tools: [two] }, c: { ...first, tools: [] } };
    const crew = built({ agents, tasks });
    expect([...crew.tasks.values()].map(({ tools }) => [...tools.keys()])).toEqual([['one'], ['two'], []]);
    expect(Object.keys(crew.config.tools)).toEqual(['one', 'two']);
  });

  it('may ask for more oversight than the tool', () => {
    const tools = [{ tool: one, tier: 'approval', review: { quorum: 2 } }];
    const crew = built({ agents: { ana: { ...ana, tools } } });
    expect(crew.tasks.get('first')?.tools.get('one')).toMatchObject({ raiseTo: 'approval', review: { quorum: 2 } });
    expect(crew.config.tasks.first?.tools).toEqual([{ name: 'one', raiseTo: 'approval', review: { quorum: 2 } }]);
  });

  it('may not ask for less', () => {
    const approval = tool('pay', { tier: 'approval', review: { quorum: 2, notRequester: true } });
    const computed = tool('computed', { tier: () => 'human', undo: () => {} });
    const tools = [
      { tool: approval, tier: 'supervised' },
      { tool: computed, tier: 'automatic' },
      { tool: one, tier: 'supervised' },
      { tool: two, tier: 'human', review: { quorm: 1 } },
    ];
    expect(refused({ agents: { ana: { ...ana, tools } } })).toEqual([
      { path: 'agents.ana.tools[3].review.quorm', message: expect.stringContaining('Did you mean "quorum"?') },
      { path: 'agents.ana.tools[0].tier', message: expect.stringContaining("'supervised' would lower it") },
      { path: 'agents.ana.tools[1].tier', message: expect.stringContaining("'automatic' would lower it") },
      { path: 'agents.ana.tools[2].tier', message: expect.stringContaining('has no `undo`') },
    ]);
    const weaker = [{ tool: approval, review: { quorum: 1, notRequester: false } }];
    expect(refused({ agents: { ana: { ...ana, tools: weaker } } }).map(({ path }) => path)).toEqual([
      'agents.ana.tools[0].review.quorum',
      'agents.ana.tools[0].review.notRequester',
    ]);
  });

  it('have one name each, in one list and in the whole crew', () => {
    expect(refused({ agents: { ana: { ...ana, tools: [one, { tool: one, tier: 'human' }] } } })).toEqual([
      { path: 'agents.ana.tools[1]', message: expect.stringContaining('two tools "one"') },
    ]);
    const other = tool('one', { description: 'another' });
    expect(
      refused({ agents: { ana: { ...ana, tools: [one] } }, tasks: { first: { ...first, tools: [other] } } }),
    ).toEqual([{ path: 'tasks.first.tools[0]', message: expect.stringContaining('Rename one of them') }]);
    expect(() =>
      built({ agents: { ana: { ...ana, tools: [one] }, bob: { ...ana, tools: [tool('one')] } } }),
    ).not.toThrow();
  });

  it('are made by defineTool', () => {
    const tools = [{ name: 'x', execute: () => 'x' }, { tool: 'x' }];
    expect(refusedTask({ tools })).toEqual([
      { path: 'tasks.t.tools[0]', message: expect.stringContaining('defineTool') },
      { path: 'tasks.t.tools[1].tool', message: expect.stringContaining('defineTool') },
    ]);
  });
});

describe('confirm', () => {
  it.each([
    ['before', { before: { policy: {}, when: null }, after: null }],
    ['after', { before: null, after: { policy: {}, when: null } }],
    ['both', { before: { policy: {}, when: null }, after: { policy: {}, when: null } }],
    [{ before: true }, { before: { policy: {}, when: null }, after: null }],
    [{ after: { quorum: 2, when: () => true } }, { before: null, after: { policy: { quorum: 2 }, when: 'function' } }],
  ])('%j', (confirm, expected) => {
    const { config, tasks } = built({ tasks: { first: { ...first, confirm } } });
    expect(config.tasks.first?.confirm).toEqual(expected);
    expect(tasks.get('first')?.confirm.after?.policy).toEqual(expected.after?.policy);
  });
});

describe('a crew is refused', () => {
  it.each<[string, object, string, string]>([
    ['an unknown agent', { agent: 'anna' }, 'agent', 'There is no agent "anna". Did you mean "ana"?'],
    ['an unknown agent like no other', { agent: 'clerk' }, 'agent', 'There is no agent "clerk". There is: ana.'],
    ['an unknown task', { context: ['frist'] }, 'context[0]', 'There is no task "frist". Did you mean "first"?'],
    [
      'an unknown optional task',
      { optionalContext: ['x'] },
      'optionalContext[0]',
      'There is no task "x". There is: first.',
    ],
    ['a task that waits for itself', { context: ['t'] }, 'context[0]', 'waits for itself'],
    ['a task named twice', { context: ['first'], optionalContext: ['first'] }, 'optionalContext[0]', 'in one of them'],
    ['a misspelt key', { conferm: 'after' }, 'conferm', 'Unknown key "conferm". Did you mean "confirm"?'],
    ['a key like no other', { colour: 'red' }, 'colour', 'Known here: agent, description'],
    ['a misspelt value', { confirm: 'aftr' }, 'confirm', 'Did you mean "after"?'],
    ['a misspelt key inside confirm', { confirm: { after: { quorm: 2 } } }, 'confirm.after.quorm', '"quorum"'],
    ['a misspelt place to confirm', { confirm: { befor: true } }, 'confirm.befor', '"before"'],
    ['confirm: false inside', { confirm: { before: false } }, 'confirm.before', 'Write true'],
    ['a quorum out of range', { confirm: { after: { quorum: 0 } } }, 'confirm.after.quorum', 'at least 1, not 0'],
    ['an empty list of reviewers', { review: { reviewers: [] } }, 'review.reviewers', 'at least 1'],
    [
      'a quorum that cannot be reached',
      { confirm: { before: { reviewers: ['user:a'], quorum: 2 } } },
      'confirm.before.quorum',
      'Lower',
    ],
    ['a deadline at once', { review: { dueIn: '0h' } }, 'review.dueIn', 'longer than 0'],
    ['a policy with maxRevisions', { review: { maxRevisions: 1 } }, 'review.maxRevisions', 'Unknown key'],
    ['a confidence over 1', { minConfidence: 1.5 }, 'minConfidence', 'at most 1, not 1.5'],
    ['a confidence that is no number', { minConfidence: '0.8' }, 'minConfidence', 'Write a number, not "0.8"'],
    ['retries below 0', { maxRetries: -1 }, 'maxRetries', 'at least 0'],
    ['half a revision', { maxRevisions: 0.5 }, 'maxRevisions', 'a whole number'],
    ['a guardrail that is no function', { guardrails: ['be nice'] }, 'guardrails[0]', 'Write a function'],
    ['an empty description', { description: '' }, 'description', 'Write a text'],
    ['no description', { description: undefined }, 'description', 'Missing'],
    ['no schema', { output: { refund: 'boolean' } }, 'output', 'Not a zod 4 schema'],
    ['a transform', { output: z.strictObject({ n: z.string().transform(Number) }) }, 'output.n', 'Transforms'],
    ['what JSON has not', { output: z.array(z.date()) }, 'output.items', 'z.iso.datetime()'],
    [
      'a placeholder without inputs',
      { description: 'On {topic}' },
      'description',
      'z.strictObject({ topic: z.string() })',
    ],
  ])('for %s', (_, task, path, remedy) => {
    expect(refusedTask(task)).toEqual([{ path: `tasks.t.${path}`, message: expect.stringContaining(remedy) }]);
  });

  it.each<[string, object, string, string]>([
    ['no agents', { agents: {}, tasks: { first: { ...first, agent: 1 } } }, 'agents', 'at least one'],
    ['no tasks', { tasks: {} }, 'tasks', 'at least one'],
    ['a misspelt key', { reviw: {} }, 'reviw', 'Did you mean "review"?'],
    ['a misspelt hook', { hooks: { beforTask: () => {} } }, 'hooks.beforTask', 'Did you mean "beforeTask"?'],
    ['a manager in sequence', { manager: 'ana' }, 'manager', "Add process: 'hierarchical'"],
    ['no manager', { process: 'hierarchical' }, 'manager', 'write the key of an agent'],
    ['an unknown manager', { process: 'hierarchical', manager: 'an' }, 'manager', 'Did you mean "ana"?'],
    ['another process', { process: 'parallel' }, 'process', "'sequential', 'hierarchical'"],
    ['no concurrency', { concurrency: 0 }, 'concurrency', 'at least 1'],
    ['no budget', { budget: { usd: 0 } }, 'budget.usd', 'more than 0'],
    ['a model that is none', { model: { name: 'x' } }, 'model', 'an object { type: "model", name, respond }'],
    ['no steps', { agents: { ana: { ...ana, maxSteps: 0 } } }, 'agents.ana.maxSteps', 'at least 1'],
    ['a misspelt key of an agent', { agents: { ana: { ...ana, bakstory: '' } } }, 'agents.ana.bakstory', '"backstory"'],
    ['inputs with a transform', { inputs: z.strictObject({ n: z.stringbool() }) }, 'inputs.n', 'Transforms'],
    ['no name', { name: '' }, 'name', 'Write a text'],
  ])('for %s', (_, config, path, remedy) => {
    expect(refused(config)).toContainEqual({ path, message: expect.stringContaining(remedy) });
  });

  it.each(['1st', 'my task', 'a.b', '__proto__', 'constructor', 'prototype', ''])('for the key %j', (key) => {
    const keyed = (part: object) => Object.defineProperty({ ...part }, key, { value: first, enumerable: true });
    const [issue] = refused({ tasks: keyed({ first }) });
    expect(issue?.path).toMatch(/^tasks/);
    expect(issue?.message).toMatch(/Write a letter|Choose another name/);
  });

  it('for a cycle, which it names', () => {
    const tasks = { a: { ...first, context: ['c'] }, b: { ...first, context: ['a'] }, c: { ...first, context: ['b'] } };
    expect(refused({ tasks })).toEqual([
      { path: 'tasks.a.context', message: expect.stringContaining('a → c → b → a') },
    ]);
    const optional = { a: { ...first, optionalContext: ['b'] }, b: { ...first, context: ['a'] } };
    expect(refused({ tasks: optional })[0]?.path).toBe('tasks.a.optionalContext');
  });

  it('for a cycle through the order of the tasks, which it explains', () => {
    const [issue] = refused({ tasks: { a: { ...first, context: ['b'] }, b: first } });
    expect(issue?.path).toBe('tasks.a.context');
    expect(issue?.message).toContain('a → b → a. "b" has no `context`, so it waits for the task before it.');
  });

  it('with all its mistakes at once, in one message', () => {
    const config = {
      name: 'desk',
      concurency: 2,
      agents: { ana: { role: 'x' } },
      tasks: { first: { ...first, contxt: [] }, second: { agent: 'bob', description: '{x}', context: ['frst'] } },
    };
    expect(
      issuesOf('CREW_INVALID', () => define(config))
        .map(({ path }) => path)
        .sort(),
    ).toEqual([
      'agents.ana.goal',
      'concurency',
      'tasks.first.contxt',
      'tasks.second.agent',
      'tasks.second.context[0]',
      'tasks.second.description',
    ]);
    expect(() => define(config)).toThrow(/^Crew "desk" has 6 mistakes\.\n/);
    expect(() => define({ ...base, concurency: 2 })).toThrow(
      'Crew "desk" is not valid. concurency: Unknown key "concurency". Did you mean "concurrency"?',
    );
    expect(() => define(undefined)).toThrow('Write an object');
  });
});

describe('placeholders', () => {
  const describing = (description: string, inputs: z.ZodType) => ({
    inputs,
    tasks: { first: { ...first, description } },
  });
  const inputs = z.strictObject({ ticket: z.string() });

  it('are keys of the inputs', () => {
    expect(refused(describing('On {tiket} and {ticket}', inputs))).toEqual([
      { path: 'tasks.first.description', message: expect.stringContaining('Did you mean "ticket"?') },
    ]);
    expect(() => built(describing('On {ticket}, as {"json": 1} or {}', inputs.readonly()))).not.toThrow();
  });

  it('are anything where the inputs may be', () => {
    expect(() => built(describing('On {any}', z.record(z.string(), z.string())))).not.toThrow();
    expect(() => built(describing('On {any}', z.looseObject({})))).not.toThrow();
  });
});

describe('the fingerprint', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,4}$/), { minLength: 2, maxLength: 6 });
  const shuffled = <T>(list: T[]) => fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length });
  const agentsOf = (keys: string[]) => Object.fromEntries(keys.map((key) => [key, { ...ana, goal: `Be ${key}` }]));

  it('is the same in whatever order agents, tools and explicit graphs are written', () => {
    const orders = names.chain((keys) => fc.tuple(fc.constant(keys), shuffled(keys), shuffled(keys)));
    fc.assert(
      fc.property(orders, ([keys, agents, tasks]) => {
        const make = (agentKeys: string[], taskKeys: string[]) =>
          built({
            agents: agentsOf(agentKeys),
            tasks: Object.fromEntries(
              taskKeys.map((key) => [key, { agent: key, description: key, context: [], tools: [tool(key)] }]),
            ),
          });
        expect(make(agents, tasks).fingerprint).toBe(make(keys, keys).fingerprint);
      }),
      { numRuns: 30 },
    );
  });

  it('is another one in another order of tasks that wait for the one before', () => {
    const inOrder = (keys: string[]) => {
      const tasks = Object.fromEntries(keys.map((key) => [key, { ...first, description: key }]));
      return built({ tasks }).fingerprint;
    };
    expect(inOrder(['a', 'b', 'c'])).not.toBe(inOrder(['a', 'c', 'b']));
  });

  it.each<[string, object]>([
    ['a text', { agents: { ana: { ...ana, goal: 'Be fast' } } }],
    ['a template', { tasks: { first: { ...first, description: 'Do that.' } } }],
    ['a schema', { tasks: { first: { ...first, output: z.strictObject({ n: z.number() }) } } }],
    ['a policy', { review: { quorum: 2 } }],
    ['a confirmation', { tasks: { first: { ...first, confirm: 'after' } } }],
    ['a tool', { agents: { ana: { ...ana, tools: [tool('one')] } } }],
    ['a hook', { hooks: { beforeRun: () => {} } }],
    ['a budget', { budget: { usd: 1 } }],
    ['a model', { model: 'm' }],
  ])('is another one with %s changed', (_, change) => {
    expect(built(change).fingerprint).not.toBe(built({}).fingerprint);
  });

  it('is the same with other functions, and with defaults written out', () => {
    const when = (answer: boolean) => built({ tasks: { first: { ...first, when: () => answer } } }).fingerprint;
    expect(when(true)).toBe(when(false));
    const written = { concurrency: 4, process: 'sequential', model: undefined, budget: {}, hooks: {} };
    const task = { ...first, maxRetries: 2, maxRevisions: 3, onReject: 'revise', onFailure: 'escalate', context: [] };
    expect(built({ ...written, tasks: { first: task } }).fingerprint).toBe(built({}).fingerprint);
  });

  it('is of data that a journal gives back unchanged', () => {
    const review = { reviewers: ['group:leads'], quorum: undefined, dueIn: '4h' };
    const model = { type: 'model', name: 'own', respond: async () => ({}) };
    const { config, fingerprint } = built({ review, model, agents: { ana: { ...ana, model } }, version: '2' });
    expect(config).toMatchObject({ model: 'own', version: '2', review: { reviewers: ['group:leads'], dueIn: '4h' } });
    const read = CrewConfigData.parse(JSON.parse(canonicalJson(config)));
    expect(read).toStrictEqual(config);
    expect(fingerprintOf(read)).toBe(fingerprint);
  });
});

describe('a hook answers', () => {
  it('with a hold or a block', () => {
    expect(hold({ reason: 'too late' })).toEqual({ type: 'hold', reason: 'too late' });
    expect(hold({ reason: 'x', review: { quorum: 2 } })).toEqual({ type: 'hold', reason: 'x', review: { quorum: 2 } });
    expect(block('no')).toEqual({ type: 'block', reason: 'no' });
  });

  it('but not with a policy that is none', () => {
    const wrong = { reason: 'x', review: { quorm: 2 } } as never;
    expect(issuesOf('CREW_INVALID', () => hold(wrong))).toEqual([
      { path: 'review.quorm', message: expect.stringContaining('Did you mean "quorum"?') },
    ]);
  });
});
