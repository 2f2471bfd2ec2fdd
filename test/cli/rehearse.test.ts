import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { rehearseCrew } from '../../src/cli/rehearse-crew.ts';
import { crewDefinition, defineCrew } from '../../src/crew/define-crew.ts';
import { defineTool } from '../../src/crew/define-tool.ts';
import { silentLog } from '../../src/runner/silent-log.ts';
import { cli } from '../support/served.ts';

let executed = 0;
const wire = defineTool({
  name: 'wire',
  description: 'Wire money',
  input: z.strictObject({ to: z.string(), amount: z.number().min(10) }),
  output: z.strictObject({ receipt: z.string() }),
  tier: 'human',
  review: { reviewers: ['group:treasury'], quorum: 2, notRequester: true },
  execute: () => {
    executed++;
    return { receipt: 'x' };
  },
});
const crew = defineCrew({
  name: 'bank',
  inputs: z.strictObject({ n: z.number() }),
  agents: { a: { role: 'Clerk', goal: 'Wire' } },
  tasks: {
    plan: { agent: 'a', description: 'Plan {n}', confirm: 'both', minConfidence: 0.99 },
    act: { agent: 'a', description: 'Act', tools: [wire] },
  },
});

test('lists every hold of a run with its reasons, and executes nothing', async () => {
  const { holds, run } = await rehearseCrew(crewDefinition(crew), null, silentLog);
  expect(run).toMatchObject({ status: 'completed', error: null });
  expect(holds.map(({ task, kind, tool, tier }) => ({ task, kind, tool, tier }))).toEqual([
    { task: 'plan', kind: 'before', tool: null, tier: null },
    { task: 'plan', kind: 'after', tool: null, tier: null },
    { task: 'act', kind: 'human', tool: 'wire', tier: 'human' },
  ]);
  expect(holds[1]?.reasons.map(({ code }) => code)).toEqual(['low-confidence', 'confirm']);
  expect(holds[2]).toMatchObject({ reviewers: ['group:treasury'], quorum: 2 });
  expect(executed).toBe(0);
});

test('the command prints each hold as JSON', async () => {
  const file = fileURLToPath(new URL('../fixtures/crews/newsroom.crew.ts', import.meta.url));
  const { code, stdout } = await cli(['rehearse', file, '--json']);
  expect(code).toBe(0);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
  ).toMatchObject([{ crew: 'newsroom', task: 'draft', kind: 'after' }]);
});
